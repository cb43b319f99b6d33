//! [`Window`]: a window that writes down what it received.

use std::{
    cell::RefCell,
    fs::{self, File},
    path::PathBuf,
    process::Stdio,
};

use super::{Home, Program, difference, wait_until};

/// A program with a window, and the file to which it writes what it receives.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) name: &'static str,
    output: PathBuf,
    /// What was received before this test's text.
    before: RefCell<String>,
    _program: Program,
}

impl Window {
    /// foot with a reader that takes each byte as it comes.
    pub(crate) fn foot(home: &Home) -> Self {
        Self::terminal(home, "foot", &["foot", "--config=/dev/null"])
    }

    /// xterm on XWayland, as the user who runs sway: XWayland lets nobody else in.
    #[allow(dead_code, reason = "for sway in the virtual machine")]
    pub(crate) fn xterm(home: &Home) -> Self {
        let user = ["setpriv", "--reuid=nobody", "--regid=input", "--clear-groups"];
        Self::terminal(home, "xterm", &[&user[..], &["xterm", "-e"]].concat())
    }

    fn terminal(home: &Home, name: &'static str, words: &[&str]) -> Self {
        let output = home.path(name);
        let _ = fs::remove_file(&output);
        let mut command = home.command(words[0]);
        command.args(&words[1..]).args(["sh", "-c", "stty raw -echo && exec cat > \"$OUTPUT\""]);
        Self::start(home, name, command.env("OUTPUT", &output))
    }

    /// A GTK 4 text view.
    pub(crate) fn gtk(home: &Home) -> Self {
        let output = home.path("gtk");
        let _ = fs::remove_file(&output);
        // Debian's own interpreter: PyGObject comes as a Debian package.
        let mut command = home.command("/usr/bin/python3");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wayland/clients/text_view.py"));
        command
            .arg(&output)
            .env("GDK_BACKEND", "wayland")
            .env("GSK_RENDERER", "cairo")
            .env("GTK_IM_MODULE", "gtk-im-context-simple");
        Self::start(home, "gtk", &mut command)
    }

    fn start(home: &Home, name: &'static str, command: &mut std::process::Command) -> Self {
        let output = home.path(name);
        let errors = File::create(home.path(format!("{name}.err"))).expect("the folder is ours");
        let program = Program::start(command.stdout(Stdio::null()).stderr(errors));
        let window = Self { name, output, before: RefCell::default(), _program: program };
        let opened = wait_until(|| window.output.exists());
        let errors = fs::read_to_string(home.path(format!("{name}.err"))).unwrap_or_default();
        assert!(opened, "no window of {name}:\n{errors}");
        window
    }

    fn all(&self) -> String {
        let bytes = fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\r', "\n")
    }

    /// What arrived since it was settled.
    pub(crate) fn received(&self) -> String {
        let all = self.all();
        all.strip_prefix(self.before.borrow().as_str()).unwrap_or(&all).to_owned()
    }

    /// What has arrived so far does not count.
    pub(crate) fn settle(&self) {
        // Until nothing more comes: a key may be on its way.
        let mut last = self.all();
        let _ = wait_until(|| {
            std::thread::sleep(std::time::Duration::from_millis(300));
            let now = self.all();
            std::mem::replace(&mut last, now.clone()) == now
        });
        *self.before.borrow_mut() = last;
    }

    /// Waits until exactly this has arrived.
    #[track_caller]
    pub(crate) fn expect(&self, expected: &str) {
        let length = expected.len();
        let _ = wait_until(|| self.received().len() >= length);
        let received = self.received();
        assert!(received == expected, "{}: {}", self.name, difference(expected, &received));
    }
}
