//! [`App`]: a window that says what it received.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ConnectionExt as _, InputFocus, MapState, Window},
};

use super::{Keyboard, Server, key, wait_until};

/// A program with a window. What it receives it writes to a file.
#[derive(Debug)]
pub(crate) struct App {
    child: Child,
    output: PathBuf,
    /// The class or title that its window has, its own on this server.
    name: String,
}

impl App {
    /// xterm with a reader that takes each byte as it comes, focused.
    pub(crate) fn xterm(server: &Server) -> Self {
        let output = server.path("xterm");
        let ready = output.with_extension("ready");
        let script = r#"stty raw -echo && : > "$READY" && exec cat > "$OUTPUT""#;
        let app = Self::launch(server, output, |app| {
            let mut command = server.command("xterm");
            command.args(["-u8", "-class", &app.name, "-e", "sh", "-c", script]);
            command.env("READY", &ready).env("OUTPUT", &app.output);
            command
        });
        assert!(wait_until(|| ready.exists()), "xterm did not start its reader");
        app
    }

    /// GTK's entry dialog, focused. It tells its text when Enter is pressed: see [`App::submit`].
    pub(crate) fn zenity(server: &Server) -> Self {
        Self::launch(server, server.path("zenity"), |app| {
            let mut command = server.command("zenity");
            // Zenity 4 has no option for the class.
            command.args(["--entry", "--text", "text", "--title", &app.name]);
            command.env("GTK_IM_MODULE", "gtk-im-context-simple").env("GDK_BACKEND", "x11");
            command.env("GSK_RENDERER", "cairo").env("GTK_A11Y", "none");
            command.stdout(fs::File::create(&app.output).expect("the folder is ours"));
            command
        })
    }

    /// A Qt line edit that writes its text after each change, focused.
    pub(crate) fn qt(server: &Server) -> Self {
        Self::launch(server, server.path("qt"), |app| {
            // Debian's own interpreter: PyQt5 comes as a Debian package.
            let mut command = server.command("/usr/bin/python3");
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/clients/line_edit.py"));
            command.arg(&app.output).arg(&app.name).env("QT_QPA_PLATFORM", "xcb");
            command
        })
    }

    /// An Xlib client that spends so many milliseconds on each key, focused.
    pub(crate) fn toy(server: &Server, lag: u32) -> Self {
        let toy = server.path("toy");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/clients/toy.c");
        let cc = Command::new("cc").arg("-o").arg(&toy).args([source, "-lX11"]).status();
        assert!(cc.is_ok_and(|cc| cc.success()), "the toy client does not build: `make deps`");
        Self::launch(server, server.path("toy"), |app| {
            let mut command = server.command(toy.to_str().expect("UTF-8"));
            command.arg(lag.to_string()).arg(&app.output).arg(&app.name);
            command
        })
    }

    fn launch(server: &Server, output: PathBuf, command: impl Fn(&Self) -> Command) -> Self {
        let name = output.file_name().expect("a file").to_string_lossy().into_owned();
        let placeholder = Command::new("true").spawn().expect("`true` starts");
        let mut app = Self { child: placeholder, output, name };
        let errors = app.output.with_extension("err");
        let mut command = command(&app);
        command.stderr(fs::File::create(&errors).expect("the folder is ours"));
        let _ = app.child.wait();
        app.child = command.stdin(Stdio::null()).spawn().expect("installed: `make deps`");
        let appeared = wait_until(|| app.window(server).is_some());
        let errors = fs::read_to_string(errors).unwrap_or_default();
        assert!(appeared, "no window of `{}` came up: {errors}", app.name);
        app.focus(server);
        app
    }

    /// Its top-level window, once that can be seen.
    fn window(&self, server: &Server) -> Option<Window> {
        let conn = &server.conn;
        let root = conn.setup().roots[0].root;
        let children = conn.query_tree(root).unwrap().reply().unwrap().children;
        children.into_iter().find(|&window| {
            // A window may go away while we look.
            let has = |property: AtomEnum| {
                let reply = conn.get_property(false, window, property, AtomEnum::ANY, 0, 64);
                let value = reply.unwrap().reply().map(|reply| reply.value).unwrap_or_default();
                value.split(|&b| b == 0).any(|name| name == self.name.as_bytes())
            };
            let viewable = || {
                let attributes = conn.get_window_attributes(window).unwrap().reply();
                attributes.is_ok_and(|a| a.map_state == MapState::VIEWABLE)
            };
            (has(AtomEnum::WM_CLASS) || has(AtomEnum::WM_NAME)) && viewable()
        })
    }

    /// Gives it the focus, as a window manager would.
    pub(crate) fn focus(&self, server: &Server) {
        let window = self.window(server).expect("the window is there");
        let parent = InputFocus::PARENT;
        server.conn.set_input_focus(parent, window, 0_u32).unwrap().check().unwrap();
        let focused = || server.conn.get_input_focus().unwrap().reply().unwrap().focus == window;
        assert!(wait_until(focused), "the window `{}` did not take the focus", self.name);
    }

    /// What arrived so far.
    pub(crate) fn received(&self) -> String {
        let bytes = fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until exactly this has arrived since the start.
    #[track_caller]
    pub(crate) fn expect(&self, expected: &str) {
        let arrived = wait_until(|| self.received() == expected);
        assert!(arrived, "{}", difference(expected, &self.received()));
    }

    /// Presses Enter and waits for exactly this: for programs that tell their text at their end.
    #[track_caller]
    pub(crate) fn submit(&mut self, keyboard: &mut Keyboard, expected: &str) {
        keyboard.tap(key::ENTER);
        let ended = wait_until(|| self.child.try_wait().expect("our child").is_some());
        assert!(ended, "`{}` did not end after Enter", self.name);
        let received = self.received();
        let received = received.trim_end_matches('\n');
        assert!(received == expected, "{}", difference(expected, received));
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says where two texts part, with some of what stands around it.
pub(crate) fn difference(expected: &str, received: &str) -> String {
    let (e, r): (Vec<_>, Vec<_>) = (expected.chars().collect(), received.chars().collect());
    let same = e.iter().zip(&r).take_while(|(e, r)| e == r).count();
    let around = |chars: &[char]| {
        let end = chars.len().min(same + 30);
        chars[same.saturating_sub(15).min(end)..end].iter().collect::<String>()
    };
    let (e_around, r_around) = (around(&e), around(&r));
    format!(
        "the text differs after {same} characters ({} expected, {} received)\n  \
         expected …{e_around:?}…\n  received …{r_around:?}…",
        e.len(),
        r.len()
    )
}
