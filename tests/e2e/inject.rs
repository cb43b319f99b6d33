//! Injection alone: whatever is pushed arrives, in every kind of client and under every keymap.

mod apps;
mod rig;
mod server;
mod text;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use composekey::{
    keycode::Keycode,
    output::{
        Undelivered,
        x11::{Item, LOCK, X11Output, settle},
    },
};
use x11rb::protocol::{
    xinput::{ConnectionExt as _, EventMask, XIEventMask},
    xtest::ConnectionExt as _,
};

use self::{
    apps::{App, Kind},
    rig::{Rig, free, grab, groups, keys_down, signal, state, ungrab},
    server::Server,
    text::mixed,
};

const SHIFT: u32 = 50;
const CTRL: u32 = 37;
const CAPS: u32 = 66;
const ALTGR: u32 = 108;
const B: u32 = 56;
const MINUS: u32 = 20;

fn arrives(kind: Kind, text: &str) {
    let mut server = Server::start();
    let app = App::start(&mut server, kind);
    let mut rig = Rig::new(&server);
    rig.type_text(text);
    if kind == Kind::Zenity {
        rig.type_text("\n");
        return app.expect(&format!("{text}\n"));
    }
    app.expect(text);
}

#[test]
fn ten_thousand_into_xterm() {
    arrives(Kind::Xterm, &mixed(10_000, 60));
}

/// In ten entries, for GTK needs the square of the length.
#[test]
fn ten_thousand_into_gtk() {
    let mut server = Server::start();
    let apps: Vec<_> = (0..10).map(|_| App::start(&mut server, Kind::Zenity)).collect();
    let mut rig = Rig::new(&server);
    let text: Vec<_> = mixed(10_000, 60).chars().collect();
    for (app, part) in apps.iter().zip(text.chunks(1000)) {
        app.focus(&server);
        rig.type_text(&(part.iter().collect::<String>() + "\n"));
        rig.sync();
    }
    for (app, part) in apps.iter().zip(text.chunks(1000)) {
        app.expect(&(part.iter().collect::<String>() + "\n"));
    }
}

#[test]
fn four_thousand_into_qt() {
    arrives(Kind::Qt, &mixed(4000, 60));
}

#[test]
fn more_characters_than_the_pool_holds() {
    for kind in [Kind::Xterm, Kind::Zenity, Kind::Qt] {
        arrives(kind, &mixed(1_000, 500));
    }
}

#[test]
fn a_slow_client_reads_the_right_symbols() {
    arrives(Kind::Toy(10), &mixed(300, 60));
}

#[test]
fn a_stopped_client_reads_the_right_symbols() {
    for kind in [Kind::Toy(0), Kind::Xterm, Kind::Qt] {
        let mut server = Server::start();
        let app = App::start(&mut server, kind);
        let mut rig = Rig::new(&server);
        signal(app.id, rustix::process::Signal::STOP);
        rig.type_text("λ");
        server.keyboards[0].tap(B);
        rig.type_text("é");
        server.keyboards[1].tap(B);
        sleep(Duration::from_millis(500));
        signal(app.id, rustix::process::Signal::CONT);
        app.expect("λbéb");
    }
}

/// Latin with capitals, and what Caps Lock, Shift and groups would change.
const TEXT: &str = "éÉñλΛжЖaAzZ1!ß€😀אǅ";

#[test]
fn locks_groups_and_held_modifiers_change_nothing() {
    let mut server = Server::start();
    server.layout("us,ru", &["-option", "grp:menu_toggle,lv3:ralt_switch"]);
    let apps = [Kind::Toy(0), Kind::Zenity, Kind::Qt].map(|kind| App::start(&mut server, kind));
    let mut rig = Rig::new(&server);
    let menu = 135;
    let mut expected = String::new();
    for app in &apps {
        app.focus(&server);
        expected.clear();
        for step in 0..7 {
            let keyboard = &mut server.keyboards[0];
            match step {
                0 => keyboard.tap(CAPS),
                1 => keyboard.tap(menu),
                2 => keyboard.tap(CAPS),
                3 => keyboard.key(SHIFT, true),
                4 => keyboard.key(ALTGR, true),
                5 => keyboard.key(SHIFT, false),
                _ => {
                    keyboard.key(ALTGR, false);
                    keyboard.tap(menu);
                }
            }
            let before = state(&rig.display);
            rig.type_text(TEXT);
            expected.push_str(TEXT);
            assert_eq!(state(&rig.display), before);
        }
        if app.kind == Kind::Zenity {
            rig.type_text("\n");
            expected.push('\n');
        }
        app.expect(&expected);
    }
}

#[test]
fn every_layout_has_room() {
    for layout in ["de", "fr", "fr(bepo)", "us(intl)", "us,ru,de,gr", "jp", "br", "us(dvorak)"] {
        let mut server = Server::start();
        server.layout(layout, &[]);
        let groups = groups(&server);
        let app = App::start(&mut server, Kind::Toy(0));
        let mut rig = Rig::new(&server);
        assert!(
            rig.output.capacity().is_ok_and(|n| n >= 50),
            "{layout}: {:?}",
            rig.output.capacity()
        );
        let text = mixed(200, 50);
        rig.type_text(&text);
        app.expect(&text);
        assert_eq!(self::groups(&server), groups, "{layout}");
    }
}

#[test]
fn two_keyboards_with_different_layouts() {
    let mut server = Server::start();
    let set = |name: &str, layout: &str| {
        let id = server.display().keyboards().unwrap().into_iter().find(|d| d.name == name);
        server.layout(layout, &["-device", &id.unwrap().id.to_string()]);
    };
    set("keyboard0", "fr(bepo)");
    set("keyboard1", "ru");
    let app = App::start(&mut server, Kind::Toy(3));
    let mut rig = Rig::new(&server);
    // An Xlib client hears of changes from its first key on, once it has nothing more to read.
    server.keyboards[0].tap(MINUS);
    sleep(Duration::from_millis(100));
    let text = mixed(60, 50);
    for c in text.chars() {
        rig.type_text(&c.to_string());
        server.keyboards[0].tap(MINUS);
        server.keyboards[1].tap(MINUS);
    }
    sleep(Duration::from_secs(2));
    // What the other keys give is up to the client: it reads them under the keymap of whichever
    // keyboard typed last.
    let ours = |c: &char| !"-=".contains(*c);
    let got: String = app.text().chars().filter(ours).collect();
    assert_eq!(got, text);
}

#[test]
fn another_client_changes_the_keymap() {
    for kind in [Kind::Xterm, Kind::Qt, Kind::Toy(3)] {
        let mut server = Server::start();
        let app = App::start(&mut server, kind);
        let mut rig = Rig::new(&server);
        let text = mixed(100, 50);
        let mut expected = String::new();
        for layout in ["de", "us", "us,ru,de,gr", "fr(bepo)"] {
            rig.type_text(&text);
            expected.push_str(&text);
            // A client that still has keys to read when the keymap changes reads nonsense,
            // whoever types: not ours to mend.
            app.expect(&expected);
            server.layout(layout, &[]);
            rig.run(Duration::from_millis(100));
            rig.type_text("λ");
            expected.push('λ');
        }
        app.expect(&expected);
        assert_eq!(rig.output.deadline(), None);
    }
}

#[test]
fn a_program_that_binds_a_key_of_ours_keeps_it() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Xterm);
    let mut rig = Rig::new(&server);
    let text = mixed(64, 50);
    rig.type_text(&text);
    sleep(Duration::from_millis(500));
    let key = ["-e", "keycode 97 = F35 F35 F35 F35"];
    assert!(server.command("xmodmap").args(key).status().unwrap().success());
    rig.run(Duration::from_millis(100));
    rig.type_text(&text);
    app.expect(&text.repeat(2));
    let output = server.command("xmodmap").arg("-pke").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("keycode  97 = F35"));
}

#[test]
fn control_keeps_text_waiting() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Xterm);
    let mut rig = Rig::new(&server);
    server.keyboards[0].key(CTRL, true);
    let ticket = rig.push("ab\n");
    rig.run(Duration::from_millis(200));
    assert_eq!(app.text(), "");
    server.keyboards[0].key(CTRL, false);
    assert_eq!(rig.outcome(ticket), Ok(()));
    // Held too long: dropped, and what comes after it is typed.
    server.keyboards[0].key(CTRL, true);
    let ticket = rig.push("cd");
    let start = Instant::now();
    assert_eq!(rig.outcome(ticket), Err(Undelivered::ModifierHeld));
    assert!(start.elapsed() > Duration::from_millis(900));
    server.keyboards[0].key(CTRL, false);
    rig.type_text("ef");
    app.expect("ab\nef");
}

#[test]
fn the_release_of_control_overtakes_the_text_that_waits_for_it() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Xterm);
    let mut rig = Rig::new(&server);
    let (ctrl, b) = (Keycode(CTRL), Keycode(B));
    rig.output.push(Item::Press(ctrl));
    let ticket = rig.push("λ");
    rig.output.push(Item::Press(b));
    rig.output.push(Item::Release(b));
    rig.run(Duration::from_millis(100));
    rig.output.push(Item::Release(ctrl));
    assert_eq!(rig.outcome(ticket), Ok(()));
    rig.run(Duration::from_millis(20));
    app.expect("λb");
    assert_eq!(keys_down(&rig.display), [0_u32; 0]);
}

#[test]
fn shift_keeps_return_waiting() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    server.keyboards[0].key(SHIFT, true);
    // The server takes its time to see the key.
    let down = |rig: &Rig| !keys_down(&rig.display).is_empty();
    assert!((0..5000).any(|_| {
        sleep(Duration::from_millis(1));
        down(&rig)
    }));
    let ticket = rig.push("a\tb");
    rig.run(Duration::from_millis(100));
    app.expect("a");
    server.keyboards[0].key(SHIFT, false);
    assert_eq!(rig.outcome(ticket), Ok(()));
    app.expect("a\tb");
}

#[test]
fn a_clean_end_leaves_no_trace() {
    let server = Server::start();
    let before = free(&server.display());
    assert_eq!(before, 19);
    let mut rig = Rig::new(&server);
    rig.type_text(&mixed(100, 50));
    assert!(free(&rig.display) < 8);
    rig.run(Duration::from_millis(900));
    rig.output.close(Instant::now()).unwrap();
    assert_eq!(free(&server.display()), before);
}

#[test]
fn ten_crashes_leave_the_same_keycodes() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Toy(0));
    server.keyboards[0].tap(B);
    sleep(Duration::from_millis(100));
    let mut expected = String::from("b");
    for i in 0..10 {
        let mut rig = Rig::new(&server);
        assert_eq!(rig.output.capacity(), Ok(64), "round {i}");
        let text: String = mixed(120, 60).chars().skip(i * 7).take(40).collect();
        rig.type_text(&text);
        expected.push_str(&text);
        rig.sync();
        // No `close`: to the server this is a crash.
    }
    app.expect(&expected);
    let rig = Rig::new(&server);
    rig.output.close(Instant::now() + Duration::from_secs(10)).unwrap();
    assert_eq!(free(&server.display()), 19);
}

#[test]
fn there_is_one_pool_at_a_time() {
    let server = Server::start();
    let rig = Rig::new(&server);
    let second = X11Output::new(&server.display(), Instant::now());
    assert!(second.unwrap_err().to_string().contains(LOCK));
    drop(rig);
    Rig::new(&server);
}

#[test]
fn a_floating_keyboard_has_the_pool_too() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    let holder = server.display();
    let id = grab(&holder);
    signal(app.id, rustix::process::Signal::STOP);
    rig.type_text("λ");
    ungrab(&holder, id);
    server.keyboards[0].tap(B);
    sleep(Duration::from_millis(300));
    signal(app.id, rustix::process::Signal::CONT);
    app.expect("λb");
}

#[test]
fn a_keyboard_that_comes_back_gets_the_pool() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Toy(0));
    let id =
        server.display().keyboards().unwrap().iter().find(|d| d.name == "keyboard0").unwrap().id;
    let switch = |server: &Server, what: &str| {
        let status = server.command("xinput").args([what, &id.to_string()]).status();
        assert!(status.unwrap().success());
    };
    switch(&server, "disable");
    let mut rig = Rig::new(&server);
    let mask = EventMask { deviceid: 0, mask: vec![XIEventMask::HIERARCHY] };
    rig.display.conn.xinput_xi_select_events(rig.display.root, &[mask]).unwrap();
    rig.type_text("λé");
    switch(&server, "enable");
    server.reconnect(0);
    rig.run(Duration::from_millis(100));
    signal(app.id, rustix::process::Signal::STOP);
    rig.type_text("éλ");
    rig.sync();
    server.keyboards[0].tap(B);
    signal(app.id, rustix::process::Signal::CONT);
    app.expect("λééλb");
}

#[test]
fn a_modifier_is_handed_over() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    let holder = server.display();
    for _ in 0..3 {
        // Still down after the hold.
        let id = grab(&holder);
        server.keyboards[0].key(SHIFT, true);
        ungrab(&holder, id);
        rig.output.push(Item::HandOver(Keycode(SHIFT)));
        rig.run(Duration::from_millis(10));
        server.keyboards[0].tap(B);
        server.keyboards[0].key(SHIFT, false);
        server.keyboards[0].tap(B);
        assert_eq!(keys_down(&rig.display), [0_u32; 0]);
        rig.output.release_stale().unwrap();
        // Already up when it is handed over.
        let id = grab(&holder);
        server.keyboards[0].key(SHIFT, true);
        ungrab(&holder, id);
        server.keyboards[0].key(SHIFT, false);
        rig.output.push(Item::HandOver(Keycode(SHIFT)));
        rig.run(Duration::from_millis(10));
        server.keyboards[0].tap(B);
        assert_eq!(keys_down(&rig.display), [0_u32; 0]);
    }
    app.expect(&"Bbb".repeat(3));
}

#[test]
fn keys_left_down_are_settled() {
    let mut server = Server::start();
    let display = server.display();
    let holder = server.display();
    // Down before the hold, up in it: the master is not told.
    server.keyboards[0].key(B, true);
    let id = grab(&holder);
    server.keyboards[0].key(B, false);
    ungrab(&holder, id);
    // Held by XTEST for a daemon that died, and held by hand.
    let fake = |code| display.conn.xtest_fake_input(2, code, 0, display.root, 0, 0, 0).unwrap();
    fake(CTRL as u8);
    server.keyboards[1].key(SHIFT, true);
    assert_eq!(keys_down(&display), [CTRL, SHIFT, B]);
    settle(&display).unwrap();
    assert_eq!(keys_down(&display), [SHIFT]);
    server.keyboards[1].key(SHIFT, false);
    assert_eq!(keys_down(&display), [0_u32; 0]);
}

#[test]
fn caps_lock_is_toggled() {
    let mut server = Server::start();
    let app = App::start(&mut server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    rig.output.push(Item::ToggleCapsLock);
    rig.type_text("é");
    rig.sync();
    server.keyboards[0].tap(B);
    rig.output.push(Item::ToggleCapsLock);
    rig.run(Duration::from_millis(20));
    server.keyboards[0].tap(B);
    app.expect("éBb");
}
