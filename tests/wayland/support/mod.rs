//! What all of these tests need: a home, programs that end with the test, windows.

mod gnome;
mod home;
mod text;
mod window;

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) use gnome::Gnome;
pub(crate) use home::Home;
pub(crate) use text::{random, table};
pub(crate) use window::Window;

/// A program that is ended with the test, whatever the test's end.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    /// Starts it; its messages go nowhere unless `command` says otherwise.
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("`{name}` does not start, `make deps`: {error}")))
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("our child").is_some()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let id = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        let end = Instant::now() + Duration::from_secs(3);
        while Instant::now() < end {
            if self.0.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for a condition; `false` only when it does not come about in a time in which everything does.
pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if condition() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Says where two texts part, with some of what stands around it.
pub(crate) fn difference(expected: &str, received: &str) -> String {
    let (e, r): (Vec<_>, Vec<_>) = (expected.chars().collect(), received.chars().collect());
    let same = e.iter().zip(&r).take_while(|(e, r)| e == r).count();
    let around = |chars: &[char]| {
        let end = chars.len().min(same + 20);
        chars[same.saturating_sub(10).min(end)..end].iter().collect::<String>()
    };
    format!(
        "the text differs after {same} characters ({} expected, {} received)\n  expected …{:?}…\n  received …{:?}…",
        e.len(),
        r.len(),
        around(&e),
        around(&r)
    )
}
