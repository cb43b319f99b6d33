//! `composekey pick` beside the real menus and the real clipboards.

use std::{fs, os::unix::fs::symlink, process::Stdio};

use crate::support::{App, Desk, SEQUENCES, key, program, wait_until, weston::Weston};

/// The line of `pick --lines` that starts so.
fn line(desk: &Desk, start: &str) -> String {
    let lines = String::from_utf8(desk.home.cli(&["pick", "--lines"]).stdout).expect("UTF-8");
    lines.lines().find(|line| line.starts_with(start)).expect("it has a line").to_owned()
}

/// Copies what a line stands for, with these programs alone, as on a machine that has no others; what is said of it.
fn copy(desk: &Desk, line: &str, copier: &str, wayland: Option<&Weston>) -> String {
    let folder = desk.server.path("bin");
    fs::create_dir(&folder).expect("the folder is ours");
    for name in ["sh", "cat", copier] {
        symlink(format!("/usr/bin/{name}"), folder.join(name)).expect("the folder is ours");
    }
    let mut shell = desk.home.shell("sh");
    let script = "printf '%s\n' \"$1\" | \"$2\" pick --from-line --copy";
    let _ = shell.args(["-c", script, "sh", line]).arg(program("composekey")).env("PATH", folder);
    let _ = shell.envs(wayland.map(|weston| ("WAYLAND_DISPLAY", weston.socket())));
    let output = shell.output().expect("`sh` starts");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// They keep what `pick` copies, and hand it to whoever pastes.
#[test]
fn xclip_and_xsel() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    for (copier, text) in [("xclip", "λ"), ("xsel", "hello, world")] {
        let said = copy(&desk, &line(&desk, text), copier, None);
        assert_eq!(said, format!("copied {text} with {copier}\n"), "is it there? `make deps`");
        for paste in [&["xclip", "-selection", "clipboard", "-o"][..], &["xsel", "-b", "-o"]] {
            // xsel answers before it has the clipboard.
            let is_there = wait_until(|| desk.server.run(paste) == text);
            assert!(is_there, "{paste:?} pastes no {text}");
        }
    }
}

#[test]
fn wl_copy() {
    let desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let weston = Weston::start(&desk.server);
    let said = copy(&desk, &line(&desk, "λ"), "wl-copy", Some(&weston));
    assert_eq!(said, "copied λ with wl-copy\n", "is it there? `make deps`");
    let mut paste = desk.home.shell("wl-paste");
    let pasted = paste.arg("--no-newline").env("WAYLAND_DISPLAY", weston.socket()).output();
    assert_eq!(String::from_utf8(pasted.expect("it starts").stdout).expect("UTF-8"), "λ");
}

/// A few letters and Enter in the menu, and the character is typed into the window below it.
#[test]
fn rofi_and_dmenu() {
    for (class, menu) in [("rofi", "rofi -dmenu -i"), ("dmenu", "dmenu -i -l 9")] {
        let mut desk = Desk::new("");
        let composekey = program("composekey");
        let composekey = composekey.display();
        let script = format!(
            "{composekey} pick --lines | {menu} | {composekey} pick --from-line | {composekey} type"
        );
        let mut shell = desk.home.shell("sh");
        let shell = shell.args(["-c", &script]).stderr(Stdio::inherit()).spawn();
        let mut shell = shell.expect("`sh` starts");
        // Both have the keyboard before they show themselves.
        let search = ["xdotool", "search", "--onlyvisible", "--class", class];
        let shown = || desk.server.command(search[0]).args(&search[1..]).output();
        assert!(
            wait_until(|| shown().is_ok_and(|out| out.status.success())),
            "{menu} (`make deps`)"
        );
        desk.keyboard.text("lamda");
        desk.keyboard.tap(key::ENTER);
        assert!(wait_until(|| shell.try_wait().expect("our child").is_some()), "{menu} goes on");
        desk.finish("λ");
    }
}
