//! The host's end: boots a machine for a group, carries its wishes to QEMU, hears the results.
//!
//! ```text
//! this program ── vm.sock ── virtio serial port ── this program, --guest
//!      └───────── qmp.sock ── QEMU: keys, plugs
//! ```
//!
//! The guest says one JSON object a line, see [`Word`]. What its console says is in
//! `target/vm/GROUP.console`, and shown when something fails.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{Group, report, support::daemon::program};

/// How long the guest may say nothing: far more than a case takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// The host's files, for a guest that has none of its own.
const FILES: [&str; 2] =
    ["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"];

/// What the guest says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Word {
    /// To be given to QEMU; its answer goes back as a line.
    Qmp(serde_json::Value),
    /// The machine is about to sleep: it is to be woken, and told so by a line.
    Sleeps,
    /// A case ended, after so many milliseconds; with why, when it failed.
    Done(String, u64, Option<String>),
    /// Something to show.
    Note(String),
    /// That was all.
    End,
}

/// Runs the cases in a machine of their own; the names of those that failed.
pub(crate) fn run(group: &Group, cases: &[String], filter: &str) -> Vec<String> {
    let folder = prepare(group);
    let mut machine = Machine::boot(group, &folder, filter);
    let mut left = cases.to_vec();
    let mut failed = Vec::new();
    let why = loop {
        match machine.hear() {
            Err(why) => break why,
            Ok(Word::Qmp(command)) => {
                if let Err(why) = machine.ask_qemu(&command) {
                    break why;
                }
            }
            Ok(Word::Sleeps) => {
                if let Err(why) = machine.wake() {
                    break why;
                }
            }
            Ok(Word::Note(note)) => report(&note),
            Ok(Word::Done(case, time, failure)) => {
                left.retain(|other| *other != case);
                let how = if failure.is_some() { "FAILED" } else { "ok" };
                report(&format!("test {case} ... {how} ({:.1} s)", time as f64 / 1000.0));
                if let Some(failure) = failure {
                    report(&failure);
                    failed.push(case);
                }
            }
            Ok(Word::End) => break String::new(),
        }
    };
    drop(machine);
    if !left.is_empty() {
        report(&format!("the machine ended before {}: {why}", left.join(", ")));
        failed.append(&mut left);
    }
    if !failed.is_empty() {
        let console = fs::read(folder.join(format!("{}.console", group.name))).unwrap_or_default();
        report(&format!("its console:\n{}", String::from_utf8_lossy(&console)));
    }
    failed
}

/// Kernel and initramfs, in `target/vm`.
fn prepare(group: &Group) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/vm");
    let run = |script: &str, programs: &[PathBuf]| {
        let script = root.join("tests/vm").join(script);
        let status = Command::new(script).arg(&folder).args(programs).status();
        let done = status.expect("there is a shell").success();
        assert!(done, "nothing to boot: `make deps` installs what `prepare` needs");
    };
    run("prepare", &[]);
    if group.has_systemd() {
        let own = std::env::current_exe().expect("we run");
        let programs = ["composekeyd", "composekey", "composekey-console"].map(program);
        run("systemd/prepare", &[&[own][..], &programs].concat());
    }
    folder
}

/// A running QEMU. Killed when dropped.
struct Machine {
    qemu: Child,
    guest: BufReader<UnixStream>,
    qmp: BufReader<UnixStream>,
}

impl Machine {
    fn boot(group: &Group, folder: &Path, filter: &str) -> Self {
        let sockets = std::env::temp_dir().join(format!("composekey-vm-{}", std::process::id()));
        fs::create_dir_all(&sockets).expect("a folder for sockets");
        let kernel = folder.join("kernel/lib/modules");
        let own = std::env::current_exe().expect("we run");
        // What the kernel does not know, and has no dot, it gives to its first process as a variable.
        let seed = std::env::var("COMPOSEKEY_SEED").unwrap_or_default();
        let seed =
            seed.parse::<u64>().map_or(String::new(), |seed| format!(" COMPOSEKEY_SEED={seed}"));
        let append = format!(
            "console=ttyS0 panic=-1 quiet mitigations=off vm.run={} vm.group={} vm.filter={filter} \
             vm.modules={}{seed}",
            own.display(),
            group.name,
            kernel.display(),
        );
        let socket = |name: &str| sockets.join(name).display().to_string();
        let console = fs::File::create(folder.join(format!("{}.console", group.name)));
        let mut command = Command::new("qemu-system-x86_64");
        command
            .args(["-accel", "tcg,thread=multi", "-cpu", "max", "-M", "q35", "-smp", "2"])
            .args([
                "-m",
                "1024",
                "-nodefaults",
                "-display",
                "none",
                "-no-reboot",
                "-serial",
                "stdio",
            ])
            .arg("-kernel")
            .arg(folder.join("vmlinuz"))
            .arg("-initrd")
            .arg(folder.join(if group.has_systemd() { "system" } else { "initramfs" }))
            .args(["-append", &append])
            .args(["-device", "qemu-xhci,id=usb", "-device", "virtio-serial"])
            .args([
                "-chardev",
                &format!("socket,id=guest,path={},server=on,wait=off", socket("vm.sock")),
            ])
            .args(["-device", "virtserialport,chardev=guest,name=composekey"])
            .args(["-qmp", &format!("unix:{},server=on,wait=off", socket("qmp.sock"))])
            .args(if group.has_systemd() { &[][..] } else { &FILES })
            .args(group.hardware)
            .stdin(Stdio::null())
            .stdout(console.expect("`target/vm` is ours"));
        let mut qemu = command.spawn().expect("`qemu-system-x86_64` is there: `make deps`");
        let mut connect = |name: &str| {
            let until = Instant::now() + Duration::from_secs(20);
            loop {
                match UnixStream::connect(sockets.join(name)) {
                    Ok(stream) => break BufReader::new(stream),
                    Err(_)
                        if Instant::now() < until
                            && qemu.try_wait().is_ok_and(|end| end.is_none()) =>
                    {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    Err(error) => panic!("QEMU does not listen on {name}: {error}"),
                }
            }
        };
        let (guest, qmp) = (connect("vm.sock"), connect("qmp.sock"));
        // Both are connected, or this failed.
        let _ = fs::remove_dir_all(&sockets);
        for socket in [&guest, &qmp] {
            socket.get_ref().set_read_timeout(Some(PATIENCE)).expect("a time is set");
        }
        let mut machine = Self { qemu, guest, qmp };
        machine.qmp_line().expect("QEMU greets");
        machine
            .qmp_answer(&serde_json::json!({"execute": "qmp_capabilities"}))
            .expect("QEMU agrees");
        machine
    }

    fn hear(&mut self) -> Result<Word, String> {
        let mut line = String::new();
        match self.guest.read_line(&mut line) {
            Ok(0) => Err("it switched off".to_owned()),
            Ok(_) => serde_json::from_str(&line).map_err(|error| format!("{error}: {line}")),
            Err(error) => Err(format!("it says nothing: {error}")),
        }
    }

    fn ask_qemu(&mut self, command: &serde_json::Value) -> Result<(), String> {
        let answer = self.qmp_answer(command)?;
        self.answer(&answer)
    }

    fn answer(&mut self, answer: &serde_json::Value) -> Result<(), String> {
        let guest = self.guest.get_mut();
        guest.write_all(format!("{answer}\n").as_bytes()).map_err(|error| error.to_string())
    }

    /// Waits until the machine sleeps (ACPI's S3), and wakes it as its power button would.
    fn wake(&mut self) -> Result<(), String> {
        while self.qmp_line()?.get("event").is_none_or(|event| event != "SUSPEND") {}
        self.qmp_answer(&serde_json::json!({"execute": "system_wakeup"}))?;
        self.answer(&serde_json::json!("awake"))
    }

    /// QEMU's answer, without the events that it tells meanwhile.
    fn qmp_answer(&mut self, command: &serde_json::Value) -> Result<serde_json::Value, String> {
        let qmp = self.qmp.get_mut();
        qmp.write_all(format!("{command}\n").as_bytes()).map_err(|error| error.to_string())?;
        loop {
            let answer = self.qmp_line()?;
            if answer.get("event").is_none() {
                return Ok(answer);
            }
        }
    }

    fn qmp_line(&mut self) -> Result<serde_json::Value, String> {
        let mut line = String::new();
        let _ = self.qmp.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("QEMU said `{line}`: {error}"))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}
