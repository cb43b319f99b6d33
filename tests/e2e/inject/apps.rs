//! Programs that tell what text they received.

use std::{fs, path::PathBuf, process::Command, thread::sleep, time::Duration};

use x11rb::{
    CURRENT_TIME,
    protocol::xproto::{ConnectionExt as _, InputFocus, MapState, Window},
};

use super::server::{Server, wait_for};

/// A program with a window that has the focus.
pub(crate) struct App {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    window: Window,
    output: PathBuf,
    /// How long it may stay silent while it works.
    patience: Duration,
}

/// The programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Xterm,
    /// GTK 3.
    Zenity,
    /// libxkbcommon-x11.
    Qt,
    /// Xlib, with so many milliseconds for each key.
    Toy(u32),
}

impl App {
    /// Starts it and waits until it can be typed at.
    pub(crate) fn start(server: &mut Server, kind: Kind) -> Self {
        let output = server.path(&format!("{kind:?}-{}.out", server.apps));
        server.apps += 1;
        fs::write(&output, "").unwrap();
        let clients = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/clients");
        let command = match kind {
            Kind::Xterm => {
                let mut command = server.command("xterm");
                let script = format!("stty raw -echo; cat > {}", output.display());
                command.args(["-u8", "-geometry", "80x24+0+0", "-e", "sh", "-c", &script]);
                command
            }
            Kind::Zenity => {
                let mut command = server.command("zenity");
                command.args(["--entry", "--text=x"]).stdout(fs::File::create(&output).unwrap());
                command
            }
            Kind::Qt => {
                let mut command = server.command("/usr/bin/python3");
                command.arg(format!("{clients}/qt_entry.py")).arg(&output);
                command
            }
            Kind::Toy(lag) => {
                let toy = server.path("toy");
                let source = format!("{clients}/toy.c");
                let mut cc = Command::new("cc");
                let cc = cc.arg("-o").arg(&toy).args([&source, "-lX11"]).status().unwrap();
                assert!(cc.success(), "the toy client does not build: is libx11-dev there?");
                let mut command = server.command(toy.to_str().unwrap());
                command.arg(lag.to_string()).arg(&output);
                command
            }
        };
        let id = server.spawn(command);
        let window = newest_window(server);
        focus(server, window);
        // A mapped window is not yet one that reads: input methods start later.
        sleep(Duration::from_millis(700));
        // Zenity tells its text at the end only, and needs a millisecond and more a character.
        let patience = Duration::from_secs(if kind == Kind::Zenity { 120 } else { 15 });
        Self { id, kind, window, output, patience }
    }

    /// Gives it the focus.
    pub(crate) fn focus(&self, server: &Server) {
        focus(server, self.window);
    }

    /// What was received so far.
    pub(crate) fn text(&self) -> String {
        let bytes = fs::read(&self.output).unwrap();
        // The terminal is raw: Return is `\r`. Zenity ends its line.
        String::from_utf8_lossy(&bytes).replace('\r', "\n")
    }

    /// Waits until `expected` is there, and a little longer, for too much would be wrong too.
    #[track_caller]
    pub(crate) fn expect(&self, expected: &str) {
        let limit = Duration::from_secs(240);
        let mut last = (self.text().len(), std::time::Instant::now());
        wait_for(limit, || {
            let length = self.text().len();
            if length != last.0 {
                last = (length, std::time::Instant::now());
            }
            length >= expected.len() || last.1.elapsed() > self.patience
        });
        sleep(Duration::from_millis(200));
        let got = self.text();
        if got == expected {
            return;
        }
        let (got, expected): (Vec<_>, Vec<_>) = (got.chars().collect(), expected.chars().collect());
        let at = (0..).find(|&i| got.get(i) != expected.get(i)).unwrap();
        let near = |text: &[char]| {
            let near: String = text[at.min(text.len())..].iter().take(20).collect();
            near.escape_debug().to_string()
        };
        panic!(
            "{:?}: {} characters instead of {}; at {at} `{}` instead of `{}`",
            self.kind,
            got.len(),
            expected.len(),
            near(&got),
            near(&expected)
        );
    }
}

/// The window on top, once it is there.
fn newest_window(server: &Server) -> Window {
    let display = server.display();
    let conn = &display.conn;
    let old = server.windows.borrow().clone();
    let mut found = None;
    wait_for(Duration::from_secs(20), || {
        let tree = conn.query_tree(display.root).unwrap().reply().unwrap();
        found = tree.children.into_iter().rev().find(|window| {
            let attributes = conn.get_window_attributes(*window).unwrap().reply();
            let big = conn.get_geometry(*window).unwrap().reply().is_ok_and(|g| g.width > 20);
            let viewable = attributes.is_ok_and(|a| a.map_state == MapState::VIEWABLE);
            big && viewable && !old.contains(window)
        });
        found.is_some()
    });
    let window = found.expect("no window came up");
    server.windows.borrow_mut().push(window);
    window
}

fn focus(server: &Server, window: Window) {
    let display = server.display();
    let conn = &display.conn;
    let focused = wait_for(Duration::from_secs(5), || {
        conn.set_input_focus(InputFocus::POINTER_ROOT, window, CURRENT_TIME).unwrap();
        conn.get_input_focus().unwrap().reply().unwrap().focus == window
    });
    assert!(focused, "the window does not take the focus");
}
