//! Plain commands on a terminal: the pager of `list`, the live `status`.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixListener,
    thread,
};

use composekey::ipc::{Keyboard, Reply, Status, encode};

use crate::support::{Console, Home, Kind};

/// More sequences than a terminal has rows.
fn long() -> Home {
    let sequences = (10..60)
        .map(|n| format!("x{n} = {{ text = '{n}', name = 'number {n}' }}\n"))
        .collect::<String>();
    Home::new(&format!("keymaps = []\n[sequences]\n{sequences}"))
}

#[test]
fn a_long_list_goes_through_less() {
    let home = long();
    let mut console = Console::new(Kind::Classic, &home, &["list"]);
    console.expect("config (50)");
    // The prompt of less; the list goes on below.
    console.wait("prompt", || console.text().ends_with(':'));
    assert!(!console.text().contains("x59"), "{}", console.text());
    console.send("G");
    console.expect("x59");
    console.send("q");
    assert_eq!(console.end().code(), Some(0));
}

#[test]
fn the_pager_of_the_environment() {
    let home = long();
    let bin = env!("CARGO_BIN_EXE_composekey");
    let run = |script: &str| {
        let script = format!("{script}; echo status $?");
        let mut console = Console::with(Kind::Classic, &home, "/bin/sh".as_ref(), &["-c", &script]);
        console.expect("status 0");
        assert_eq!(console.end().code(), Some(0));
        console.text()
    };
    let text = run(&format!("PAGER='cat > paged' {bin} list"));
    assert!(!text.contains("x59"), "{text}");
    let paged = fs::read_to_string(home.path("paged")).unwrap();
    // Colours stay: the terminal is behind the pager.
    assert!(paged.starts_with("\u{1b}[1;4mconfig\u{1b}[0m (50)\n"), "{paged}");
    for script in [
        format!("PAGER= {bin} list"),
        format!("PAGER='cat > no' {bin} list --no-pager"),
        // What cannot be run shows the list all the same.
        format!("PAGER=no-such-pager {bin} list"),
    ] {
        assert!(run(&script).contains("x59"), "{script}");
    }
    assert!(!home.path("no").exists());
    // A short list needs none.
    let text = run(&format!("PAGER='cat > no' {bin} list --word 'number 11'"));
    assert!(!home.path("no").exists(), "{text}");
}

/// A daemon that answers so.
fn daemon(home: &Home, paused: bool, answers: usize) {
    let status = Status {
        version: "1.2.3".into(),
        pid: 42,
        display: ":0".into(),
        input: "x11".into(),
        why: String::new(),
        output: "X11, 17 free keycodes".into(),
        trigger: "`caps_lock` (keycode 66)".into(),
        keyboards: vec![Keyboard { name: "A".into(), grabbed: true }],
        sequences: 7,
        paused,
        ignoring: None,
        caps_lock: false,
        config: "/home/u/.config/composekey/config.toml".into(),
        kept: false,
        untyped: None,
        notes: Vec::new(),
    };
    let folder = home.path("run/composekey");
    fs::create_dir_all(&folder).unwrap();
    let socket = folder.join("control");
    let _ = fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().take(answers).map_while(Result::ok) {
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            (&stream)
                .write_all(encode(&Reply::Status(Box::new(status.clone()))).as_bytes())
                .unwrap();
        }
    });
}

#[test]
fn a_live_status_takes_one_place() {
    let home = Home::new("");
    let mut console = Console::new(Kind::Classic, &home, &["status", "--watch"]);
    console.expect("no `composekeyd` is running");
    daemon(&home, false, 2);
    console.expect("composekeyd 1.2.3, process 42: ready");
    console.expect("  caps lock  off");
    assert!(!console.text().contains("is running"), "{}", console.text());
    // That one ends.
    console.expect("no `composekeyd` is running");
    console.wait("place for it", || !console.text().contains("caps lock"));
    daemon(&home, true, usize::MAX);
    console.expect("process 42: paused: `composekey resume` goes on");
    console.expect("  caps lock  off");
    assert_eq!(console.text().matches("process 42").count(), 1, "{}", console.text());
    console.send("\u{3}");
    let _ = console.end();
    console.expect_restored();
}
