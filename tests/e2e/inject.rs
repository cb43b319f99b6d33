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

use rustix::process::Signal;

use self::{
    apps::{App, Kind},
    rig::{Rig, grab, groups, keys_down, state, ungrab},
    server::Server,
    text::mixed,
};
use crate::support::{key, send};

const B: u8 = 56;
const MINUS: u8 = 20;

fn arrives(kind: Kind, text: &str) {
    let server = Server::start();
    let app = App::start(&server, kind);
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
    let server = Server::start();
    let apps: Vec<_> = (0..10).map(|_| App::start(&server, Kind::Zenity)).collect();
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
        let app = App::start(&server, kind);
        let mut rig = Rig::new(&server);
        send(app.id(), Signal::STOP);
        rig.type_text("λ");
        server.keyboards[0].tap(B);
        rig.type_text("é");
        server.keyboards[1].tap(B);
        sleep(Duration::from_millis(500));
        send(app.id(), Signal::CONT);
        app.expect("λbéb");
    }
}

/// It owes an answer for what fills the pool; without one that takes five seconds each time.
#[test]
fn a_window_that_closes_in_a_long_text_is_not_waited_for() {
    let server = Server::start();
    let app = App::start(&server, Kind::Zenity);
    let mut rig = Rig::new(&server);
    send(app.id(), Signal::STOP);
    let id = app.id();
    let closes = std::thread::spawn(move || {
        sleep(Duration::from_secs(1));
        send(id, Signal::KILL);
    });
    let start = Instant::now();
    rig.type_text(&mixed(600, 600));
    closes.join().expect("it ends");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

/// Latin with capitals, and what Caps Lock, Shift and groups would change.
const TEXT: &str = "éÉñλΛжЖaAzZ1!ß€😀אǅ";

#[test]
fn locks_groups_and_held_modifiers_change_nothing() {
    let mut server = Server::start();
    server.setxkbmap(&["-layout", "us,ru", "-option", "grp:menu_toggle,lv3:ralt_switch"]);
    let apps = [Kind::Toy(0), Kind::Zenity, Kind::Qt].map(|kind| App::start(&server, kind));
    let mut rig = Rig::new(&server);
    let mut expected = String::new();
    for app in &apps {
        app.focus(&server);
        expected.clear();
        for step in 0..7 {
            let keyboard = &mut server.keyboards[0];
            match step {
                0 => keyboard.tap(key::CAPS),
                1 => keyboard.tap(key::MENU),
                2 => keyboard.tap(key::CAPS),
                3 => keyboard.down(key::SHIFT),
                4 => keyboard.down(key::ALTGR),
                5 => keyboard.up(key::SHIFT),
                _ => {
                    keyboard.up(key::ALTGR);
                    keyboard.tap(key::MENU);
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
        let server = Server::start();
        server.setxkbmap(&["-layout", layout]);
        let groups = groups(&server);
        let app = App::start(&server, Kind::Toy(0));
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
        server.setxkbmap(&["-device", &server.id(name).to_string(), "-layout", layout]);
    };
    set("keyboard0", "fr(bepo)");
    set("keyboard1", "ru");
    let app = App::start(&server, Kind::Toy(3));
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
        let server = Server::start();
        let app = App::start(&server, kind);
        let mut rig = Rig::new(&server);
        let text = mixed(100, 50);
        let mut expected = String::new();
        for layout in ["de", "us", "us,ru,de,gr", "fr(bepo)"] {
            rig.type_text(&text);
            expected.push_str(&text);
            // A client that still has keys to read when the keymap changes reads nonsense,
            // whoever types: not ours to mend.
            app.expect(&expected);
            server.setxkbmap(&["-layout", layout]);
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
    let server = Server::start();
    let app = App::start(&server, Kind::Xterm);
    let mut rig = Rig::new(&server);
    let text = mixed(64, 50);
    rig.type_text(&text);
    sleep(Duration::from_millis(500));
    server.run(&["xmodmap", "-e", "keycode 97 = F35 F35 F35 F35"]);
    rig.run(Duration::from_millis(100));
    rig.type_text(&text);
    app.expect(&text.repeat(2));
    assert!(server.run(&["xmodmap", "-pke"]).contains("keycode  97 = F35"));
}

#[test]
fn control_keeps_text_waiting() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Xterm);
    let mut rig = Rig::new(&server);
    server.keyboards[0].down(key::CTRL);
    let ticket = rig.push("ab\n");
    rig.run(Duration::from_millis(200));
    assert_eq!(app.text(), "");
    server.keyboards[0].up(key::CTRL);
    assert_eq!(rig.outcome(ticket), Ok(()));
    // Held too long: dropped, and what comes after it is typed.
    server.keyboards[0].down(key::CTRL);
    let ticket = rig.push("cd");
    let start = Instant::now();
    assert_eq!(rig.outcome(ticket), Err(Undelivered::ModifierHeld));
    assert!(start.elapsed() > Duration::from_millis(900));
    server.keyboards[0].up(key::CTRL);
    rig.type_text("ef");
    app.expect("ab\nef");
}

#[test]
fn the_release_of_control_overtakes_the_text_that_waits_for_it() {
    let server = Server::start();
    let app = App::start(&server, Kind::Xterm);
    let mut rig = Rig::new(&server);
    let (ctrl, b) = (Keycode(key::CTRL.into()), Keycode(B.into()));
    rig.output.push(Item::Press(ctrl));
    let ticket = rig.push("λ");
    rig.output.push(Item::Press(b));
    rig.output.push(Item::Release(b));
    rig.run(Duration::from_millis(100));
    rig.output.push(Item::Release(ctrl));
    assert_eq!(rig.outcome(ticket), Ok(()));
    rig.run(Duration::from_millis(20));
    app.expect("λb");
    assert_eq!(keys_down(&rig.display), [0_u8; 0]);
}

#[test]
fn shift_keeps_return_waiting() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    // A program of Xlib's hears of changed keys a moment after its first one.
    server.keyboards[0].tap(B);
    app.expect("b");
    rig.run(Duration::from_millis(100));
    server.keyboards[0].down(key::SHIFT);
    // The server takes its time to see the key.
    let down = |rig: &Rig| !keys_down(&rig.display).is_empty();
    assert!((0..5000).any(|_| {
        sleep(Duration::from_millis(1));
        down(&rig)
    }));
    let ticket = rig.push("a\tb");
    rig.run(Duration::from_millis(100));
    app.expect("ba");
    server.keyboards[0].up(key::SHIFT);
    assert_eq!(rig.outcome(ticket), Ok(()));
    app.expect("ba\tb");
}

#[test]
fn a_clean_end_leaves_no_trace() {
    let server = Server::start();
    let before = server.free_at_start.len();
    let mut rig = Rig::new(&server);
    rig.type_text(&mixed(100, 50));
    assert!(server.free_keycodes().len() < before / 2);
    rig.run(Duration::from_millis(900));
    rig.output.close(Instant::now()).unwrap();
    assert_eq!(server.free_keycodes().len(), before);
}

#[test]
fn ten_crashes_leave_the_same_keycodes() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Toy(0));
    server.keyboards[0].tap(B);
    sleep(Duration::from_millis(100));
    let mut expected = String::from("b");
    let capacity = Rig::new(&server).output.capacity();
    assert!(capacity.as_ref().is_ok_and(|&places| places >= 64), "{capacity:?}");
    for i in 0..10 {
        let mut rig = Rig::new(&server);
        assert_eq!(rig.output.capacity(), capacity, "round {i}");
        let text: String = mixed(120, 60).chars().skip(i * 7).take(40).collect();
        rig.type_text(&text);
        expected.push_str(&text);
        rig.sync();
        // No `close`: to the server this is a crash.
    }
    app.expect(&expected);
    let rig = Rig::new(&server);
    rig.output.close(Instant::now() + Duration::from_secs(10)).unwrap();
    assert_eq!(server.free_keycodes(), server.free_at_start);
}

#[test]
fn there_is_one_pool_at_a_time() {
    let server = Server::start();
    let rig = Rig::new(&server);
    let second = X11Output::new(&server.connect(), Instant::now());
    assert!(second.unwrap_err().to_string().contains(LOCK));
    drop(rig);
    Rig::new(&server);
}

#[test]
fn a_floating_keyboard_has_the_pool_too() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    let holder = server.connect();
    let id = grab(&server, &holder);
    send(app.id(), Signal::STOP);
    rig.type_text("λ");
    ungrab(&holder, id);
    server.keyboards[0].tap(B);
    sleep(Duration::from_millis(300));
    send(app.id(), Signal::CONT);
    app.expect("λb");
}

#[test]
fn a_keyboard_that_comes_back_gets_the_pool() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Toy(0));
    let id = server.id("keyboard0").to_string();
    let switch = |server: &Server, what: &str| drop(server.run(&["xinput", what, &id]));
    switch(&server, "disable");
    let mut rig = Rig::new(&server);
    let mask = EventMask { deviceid: 0, mask: vec![XIEventMask::HIERARCHY] };
    rig.display.conn.xinput_xi_select_events(rig.display.root, &[mask]).unwrap();
    rig.type_text("λé");
    switch(&server, "enable");
    server.reconnect(0);
    rig.run(Duration::from_millis(100));
    send(app.id(), Signal::STOP);
    rig.type_text("éλ");
    rig.sync();
    server.keyboards[0].tap(B);
    send(app.id(), Signal::CONT);
    app.expect("λééλb");
}

#[test]
fn a_modifier_is_handed_over() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Toy(0));
    let mut rig = Rig::new(&server);
    let holder = server.connect();
    for _ in 0..3 {
        // Still down after the hold.
        let id = grab(&server, &holder);
        server.keyboards[0].down(key::SHIFT);
        ungrab(&holder, id);
        rig.output.push(Item::HandOver(Keycode(key::SHIFT.into())));
        rig.run(Duration::from_millis(10));
        server.keyboards[0].tap(B);
        server.keyboards[0].up(key::SHIFT);
        server.keyboards[0].tap(B);
        assert_eq!(keys_down(&rig.display), [0_u8; 0]);
        rig.output.release_stale().unwrap();
        // Already up when it is handed over.
        let id = grab(&server, &holder);
        server.keyboards[0].down(key::SHIFT);
        ungrab(&holder, id);
        server.keyboards[0].up(key::SHIFT);
        rig.output.push(Item::HandOver(Keycode(key::SHIFT.into())));
        rig.run(Duration::from_millis(10));
        server.keyboards[0].tap(B);
        assert_eq!(keys_down(&rig.display), [0_u8; 0]);
    }
    app.expect(&"Bbb".repeat(3));
}

#[test]
fn keys_left_down_are_settled() {
    let mut server = Server::start();
    let display = server.connect();
    let holder = server.connect();
    // Down before the hold, up in it: the master is not told.
    server.keyboards[0].down(B);
    let id = grab(&server, &holder);
    server.keyboards[0].up(B);
    ungrab(&holder, id);
    // Held by XTEST for a daemon that died, and held by hand.
    let fake = |code| display.conn.xtest_fake_input(2, code, 0, display.root, 0, 0, 0).unwrap();
    fake(key::CTRL);
    server.keyboards[1].down(key::SHIFT);
    assert_eq!(keys_down(&display), [key::CTRL, key::SHIFT, B]);
    settle(&display).unwrap();
    assert_eq!(keys_down(&display), [key::SHIFT]);
    server.keyboards[1].up(key::SHIFT);
    assert_eq!(keys_down(&display), [0_u8; 0]);
}

#[test]
fn caps_lock_is_toggled() {
    let mut server = Server::start();
    let app = App::start(&server, Kind::Toy(0));
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
