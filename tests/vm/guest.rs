//! The guest's end: runs the cases and reaches the machine's hardware through the host.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{Group, machine::Word};

/// Runs the cases of `group` that contain `filter`, and says what became of them.
pub(crate) fn run(group: &Group, filter: &str) {
    let mut guest = Guest::new();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    guest.note(format!("machine `{}`: Linux {}", group.name, kernel.trim()));
    for case in group.cases {
        let name = group.full(case);
        if !name.contains(filter) {
            continue;
        }
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| case.1(&mut guest)));
        let failure = result.err().map(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
        });
        let time = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        guest.say(&Word::Done(name, time, failure));
    }
    guest.say(&Word::End);
    // The host ends the machine; what is on its way must not be lost by switching off first.
    let _ = guest.port_in.read_line(&mut String::new());
}

/// The machine, from inside.
#[derive(Debug)]
pub(crate) struct Guest {
    port_in: BufReader<File>,
    port_out: File,
}

impl Guest {
    fn new() -> Self {
        let ports = fs::read_dir("/sys/class/virtio-ports").expect("a serial port");
        let ours = |path: &Path| {
            fs::read_to_string(path.join("name")).is_ok_and(|name| name.trim() == "composekey")
        };
        let port = ports.flatten().map(|port| port.path()).find(|path| ours(path));
        let port = port.expect("the port of the host");
        let device = Path::new("/dev").join(port.file_name().expect("a name"));
        let open = OpenOptions::new().read(true).write(true).open(device).expect("the port opens");
        let port_in = BufReader::new(open.try_clone().expect("one more descriptor"));
        Self { port_in, port_out: open }
    }

    /// Shows a line on the host.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.say(&Word::Note(text.into()));
    }

    /// Presses or releases a key of the machine's keyboard, by QEMU's name for it (`QKeyCode`).
    /// When a USB keyboard is plugged it is that one's, else the PS/2 keyboard's.
    pub(crate) fn key(&mut self, name: &str, down: bool) {
        self.send_key(&json!({"type": "qcode", "data": name}), down);
    }

    /// The same by QEMU's number of the key: the code of the kernel, for those up to 88.
    pub(crate) fn key_number(&mut self, number: u16, down: bool) {
        self.send_key(&json!({"type": "number", "data": number}), down);
    }

    fn send_key(&mut self, key: &Value, down: bool) {
        let event = json!({"type": "key", "data": {"down": down, "key": key}});
        let answer = self.qmp("input-send-event", &json!({"events": [event]}));
        assert!(answer.get("return").is_some(), "{answer}");
    }

    /// Presses and releases a key.
    pub(crate) fn tap(&mut self, name: &str) {
        self.key(name, true);
        self.key(name, false);
    }

    /// Plugs a USB keyboard, known by `id` from now on.
    pub(crate) fn plug(&mut self, id: &str) {
        let answer =
            self.qmp("device_add", &json!({"driver": "usb-kbd", "id": id, "bus": "usb.0"}));
        assert!(answer.get("return").is_some(), "{answer}");
    }

    /// Pulls it out again.
    pub(crate) fn unplug(&mut self, id: &str) {
        let answer = self.qmp("device_del", &json!({"id": id}));
        assert!(answer.get("return").is_some(), "{answer}");
    }

    /// Asks QEMU.
    pub(crate) fn qmp(&mut self, command: &str, arguments: &Value) -> Value {
        self.say(&Word::Qmp(json!({"execute": command, "arguments": arguments})));
        serde_json::from_str(&self.answer()).expect("the host answers in JSON")
    }

    /// Puts the machine to sleep by `how`, and comes back when it was woken.
    pub(crate) fn sleep(&mut self, how: impl FnOnce()) {
        self.say(&Word::Sleeps);
        how();
        let _ = self.answer();
    }

    /// The host's next line.
    fn answer(&mut self) -> String {
        let mut line = String::new();
        while !line.ends_with('\n') {
            // A machine that has just woken has no host yet: the port is at its end for a moment.
            if self.port_in.read_line(&mut line).expect("the host answers") == 0 {
                thread::sleep(Duration::from_millis(10));
            }
        }
        line
    }

    fn say(&mut self, word: &Word) {
        let mut line = serde_json::to_string(word).expect("a word is JSON");
        line.push('\n');
        self.port_out.write_all(line.as_bytes()).expect("the host listens");
    }
}
