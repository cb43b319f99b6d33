//! [`Person`]: someone who logs in on a virtual terminal.

use std::{fs, process::Command, thread, time::Duration};

use crate::support::wait_until;

/// Someone with an account. agetty logs them in, on their terminal alone.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: &'static str,
    terminal: u8,
}

pub(super) const KIM: Person = Person { name: "kim", terminal: 1 };
pub(super) const LEE: Person = Person { name: "lee", terminal: 2 };

/// kim once more.
pub(super) const KIM_AGAIN: Person = Person { name: "kim", terminal: 3 };

/// In `~/start`: takes the keyboards, as someone does who has no desktop.
pub(super) const DAEMON: &str = "composekeyd --backend evdev >~/said 2>&1 &\n";

impl Person {
    /// Logs in anew, with this `~/start`; any other session on this terminal ends.
    #[track_caller]
    pub(super) fn log_in(&self, start: &str) -> String {
        fs::write(self.path("start"), start).expect("we are root");
        let before = self.session();
        if let Some(session) = &before {
            run(&format!("loginctl terminate-session {session}"));
        }
        self.turn_to();
        self.is_new(before.as_deref())
    }

    /// Waits for a session that is another one than this; its number.
    #[track_caller]
    pub(super) fn is_new(&self, before: Option<&str>) -> String {
        let mut session = None;
        let there = wait_until(|| {
            session = self.session();
            session.is_some() && session.as_deref() != before
        });
        assert!(there, "{} is not logged in: {}", self.name, journal());
        let session = session.expect("it is there");
        // The profile makes it when the terminal is set.
        let ready = self.path(&format!("ready-{session}"));
        assert!(wait_until(|| ready.exists()), "no `{}`: {}", ready.display(), journal());
        self.clear();
        session
    }

    /// The number of the session on the terminal.
    pub(super) fn session(&self) -> Option<String> {
        let sessions = run("loginctl show-seat seat0 -P Sessions");
        let ours = |id: &&str| {
            let show = |name| try_run(&format!("loginctl show-session {id} -P {name}"));
            show("TTY").is_ok_and(|tty| tty == format!("tty{}", self.terminal))
                && show("State").is_ok_and(|state| state != "closing")
        };
        sessions.split_whitespace().find(ours).map(str::to_owned)
    }

    /// Turns to the terminal, as `chvt` does, and waits for logind to know.
    #[track_caller]
    pub(super) fn turn_to(&self) {
        run(&format!("chvt {}", self.terminal));
        self.is_in_front();
    }

    /// Waits until the kernel says that the terminal is in front.
    #[track_caller]
    pub(super) fn is_in_front(&self) {
        let wanted = format!("tty{}", self.terminal);
        let front = || fs::read_to_string("/sys/class/tty/tty0/active").unwrap_or_default();
        assert!(wait_until(|| front().trim() == wanted), "`{}` instead of `{wanted}`", front());
    }

    /// A file in the home.
    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        format!("/home/{}/{name}", self.name).into()
    }

    /// Writes `config.toml`.
    pub(super) fn configure(&self, config: &str) {
        let path = self.path(".config/composekey/config.toml");
        fs::create_dir_all(path.parent().expect("in a folder")).expect("we are root");
        fs::write(&path, config).expect("we are root");
        run(&format!("chown -R {0}:{0} /home/{0}/.config", self.name));
    }

    /// What was typed in the session by now.
    pub(super) fn typed(&self) -> String {
        fs::read_to_string(self.path("typed")).unwrap_or_default()
    }

    /// Waits until exactly this was typed, and forgets it.
    #[track_caller]
    pub(super) fn expect(&self, wanted: &str) {
        wait_until(|| self.typed().len() >= wanted.len());
        // What is too much comes a moment later.
        thread::sleep(Duration::from_millis(150));
        let typed = self.typed();
        assert!(typed == wanted, "`{typed}` instead of `{wanted}`; {}", self.status());
        self.clear();
    }

    /// Forgets what was typed by now.
    pub(super) fn clear(&self) {
        thread::sleep(Duration::from_millis(150));
        fs::write(self.path("typed"), "").expect("we are root");
    }

    /// What the person's daemon says of itself.
    pub(super) fn status(&self) -> String {
        let runtime = run(&format!("id -u {}", self.name));
        let ask = format!(
            "runuser -u {} -- env XDG_RUNTIME_DIR=/run/user/{runtime} composekey status",
            self.name
        );
        try_run(&ask).unwrap_or_else(|why| why)
    }

    /// Waits until the daemon says this of itself.
    #[track_caller]
    pub(super) fn says(&self, wanted: &str) {
        let says = wait_until(|| self.status().contains(wanted));
        assert!(says, "{}\n{}", self.status(), self.said());
    }

    /// What the daemon wrote.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.path("said")).unwrap_or_default()
    }
}

/// Runs a command of the shell to its end; what it says.
#[track_caller]
pub(super) fn run(command: &str) -> String {
    try_run(command).unwrap_or_else(|why| panic!("{why}"))
}

/// The same; or that it failed.
pub(super) fn try_run(command: &str) -> Result<String, String> {
    let output = Command::new("sh").args(["-c", command]).output().expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("`{command}`: {} {}", text(&output.stdout), text(&output.stderr)))
    }
}

/// What the machine said last.
pub(super) fn journal() -> String {
    try_run("journalctl -q --no-pager -b -n 40").unwrap_or_default()
}
