//! More than one keyboard.

use composekey::x11::{Display, Own, copy_keymap, keymap};

use crate::support::{App, Daemon, Desk, Layout, SEQUENCES, key, wait_until};

const XTEST: &str = "Virtual core XTEST keyboard";

/// The XInput id of a keyboard, by the name that the server's configuration gives it.
fn id(desk: &Desk, name: &str) -> String {
    let devices = desk.server.devices();
    let device = devices.iter().find(|device| device.name == name);
    device.unwrap_or_else(|| panic!("no `{name}` among {devices:?}")).id.to_string()
}

#[test]
fn each_composes() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("la");
    desk.expect("λ");
    desk.second.text("b");
    desk.second.hold("\"u");
    desk.second.text("c");
    desk.expect("λbüc");
    desk.keyboard.hold("=e");
    desk.finish("λbüc€");
}

#[test]
fn the_other_types_plainly_during_a_hold() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("l");
    desk.keyboard.sync();
    desk.second.text("x");
    desk.expect("x");
    desk.keyboard.text("a");
    desk.keyboard.up(key::CAPS);
    desk.finish("xλ");
}

#[test]
fn both_hold_at_once() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.sync();
    desk.second.down(key::CAPS);
    desk.second.sync();
    desk.keyboard.text("l");
    desk.second.text("\"");
    desk.keyboard.text("a");
    desk.expect("λ");
    desk.second.text("u");
    desk.expect("λü");
    desk.keyboard.up(key::CAPS);
    desk.keyboard.sync();
    desk.second.text("=e");
    desk.expect("λü€");
    desk.second.up(key::CAPS);
    desk.finish("λü€");
}

#[test]
fn a_second_layout_on_the_second_keyboard() {
    let mut desk = Desk::new("");
    desk.server.setxkbmap(&["-device", &id(&desk, "keyboard1"), "-layout", "de"]);
    desk.second.layout = Layout::new("de", "", 0);
    desk.second.text("z");
    desk.expect("z");
    desk.second.hold("\"u=e");
    desk.expect("zü€");
    desk.keyboard.text("y");
    desk.keyboard.sync();
    desk.keyboard.hold("\"u=e");
    desk.expect("zü€yü€");
    desk.second.hold("la");
    desk.finish("zü€yü€λ");
}

/// XTEST, by which keys are passed, is a keyboard too, with a layout of its own.
#[test]
fn keys_behind_a_hold_mean_what_they_mean_on_their_keyboard() {
    let mut desk = Desk::new("");
    desk.server.setxkbmap(&["-device", &id(&desk, "keyboard1"), "-layout", "de"]);
    desk.second.layout = Layout::new("de", "", 0);
    // A program that is told of another keymap reads the one that holds by then, so each waits for the other.
    let mut expected = String::new();
    for _ in 0..3 {
        desk.second.hold("\"u");
        desk.second.text("zy@");
        expected += "üzy@";
        desk.expect(&expected);
        desk.keyboard.hold("\"u");
        desk.keyboard.text("zy@");
        expected += "üzy@";
        desk.expect(&expected);
    }
    desk.finish(&expected);
}

/// A server whose configuration names the layout gives it to real keyboards only.
#[test]
fn keys_behind_a_hold_where_the_layout_is_that_of_the_configuration() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    desk.server.setxkbmap(&["-layout", "de"]);
    desk.server.setxkbmap(&["-device", &id(&desk, XTEST), "-layout", "us"]);
    desk.keyboard.layout = Layout::new("de", "", 0);
    desk.start_daemon();
    desk.keyboard.hold("\"u");
    desk.keyboard.text("zy@");
    desk.finish("üzy@");
}

/// Somebody rebinds one key while a keyboard is ours.
#[test]
fn a_key_that_changes_in_a_hold_leaves_the_others() {
    let mut desk = Desk::new("");
    desk.server.setxkbmap(&["-device", &id(&desk, "keyboard1"), "-layout", "de"]);
    desk.second.layout = Layout::new("de", "", 0);
    // XTEST has the other layout.
    desk.keyboard.hold("la");
    desk.second.down(key::CAPS);
    desk.second.sync();
    desk.keyboard.down(key::CAPS);
    desk.keyboard.sync();
    desk.server.run(&["xmodmap", "-e", "keycode 191 = F35"]);
    desk.keyboard.up(key::CAPS);
    desk.second.text("\"u");
    desk.second.up(key::CAPS);
    desk.expect("λü");
    desk.second.text("zy");
    desk.expect("λüzy");
    // The last key of one is the first of the other: one key to the server, which goes down once.
    desk.expect_rest(false);
    desk.keyboard.text("zy");
    desk.finish("λüzyzy");
}

/// A keyboard that is held misses what is set for all; XTEST, which has it, must not be given what was before.
#[test]
fn a_layout_that_is_set_while_keys_fly_stays() {
    let mut desk = Desk::new("");
    let display = Display::open(Some(&desk.server.display())).expect("the server answers");
    let ids = ["keyboard0", XTEST].map(|name| id(&desk, name).parse::<i32>().expect("a number"));
    for round in 0..20 {
        let (layout, symbol) = if round % 2 == 0 { ("de", 0x79) } else { ("us", 0x7a) };
        let Desk { keyboard, server, .. } = &mut desk;
        std::thread::scope(|scope| {
            let sets = scope.spawn(|| server.setxkbmap(&["-layout", layout]));
            while !sets.is_finished() {
                keyboard.hold("la");
            }
        });
        // What the key of `z` on `us` gives.
        let gives = |id: i32| {
            let keymap = keymap(&display, id).expect("a keymap");
            keymap.key_get_syms_by_level(52_u32.into(), 0, 0).first().map(|symbol| symbol.raw())
        };
        let there = wait_until(|| ids.iter().all(|&id| gives(id) == Some(symbol)));
        assert!(there, "round {round}: {layout}, {:?}", ids.map(gives));
    }
    desk.daemon().stop();
}

/// The pool has a connection of its own, and changes the keymaps at the same moments.
#[test]
fn a_keymap_that_is_copied_meanwhile() {
    let mut desk = Desk::new("");
    let (from, to) = (id(&desk, "keyboard0"), id(&desk, "keyboard1"));
    desk.server.setxkbmap(&["-device", &from, "-layout", "de"]);
    let display = Display::open(Some(&desk.server.display())).expect("the server answers");
    let number = |id: &str| id.parse::<u16>().expect("a number");
    let symbols = |id: &str| {
        let keymap = keymap(&display, number(id).into()).expect("a keymap");
        let layout = keymap.layout_get_name(0).to_owned();
        let of = |code: u32| keymap.key_get_syms_by_level(code.into(), 0, 0).to_vec();
        (layout, (9..=60).map(of).collect::<Vec<_>>())
    };
    for round in 0..30 {
        desk.server.setxkbmap(&["-device", &to, "-layout", "us"]);
        let copied = copy_keymap(&display, number(&from), number(&to), &mut Own::default());
        assert!(copied.expect("an answer"), "{round}");
        assert_eq!(symbols(&to), symbols(&from), "{round}");
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert_eq!(symbols(&to), symbols(&from), "{round}, a moment later");
    }
    assert_eq!(desk.server.unreadable_keymaps(), [0_i32; 0]);
    desk.daemon().stop();
}

#[test]
fn one_appears() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let id = id(&desk, "keyboard1");
    desk.server.run(&["xinput", "disable", &id]);
    desk.start_daemon();
    desk.keyboard.hold("la");
    desk.app.expect("λ");
    desk.server.run(&["xinput", "enable", &id]);
    desk.second = desk.server.keyboard(1);
    // The daemon is told of the new keyboard at some time.
    let composes = wait_until(|| {
        desk.second.hold("\"u");
        desk.second.sync();
        desk.app.received().contains('ü')
    });
    assert!(composes, "the new keyboard does not compose: {:?}", desk.app.received());
}

#[test]
fn one_goes_away_and_comes_back_while_its_trigger_is_held() {
    let mut desk = Desk::new("");
    let id = id(&desk, "keyboard1");
    desk.second.down(key::CAPS);
    desk.second.text("l");
    desk.second.sync();
    desk.server.run(&["xinput", "disable", &id]);
    desk.keyboard.text("x");
    desk.keyboard.hold("la");
    desk.keyboard.sync();
    desk.app.expect("xλ");
    desk.server.run(&["xinput", "enable", &id]);
    desk.second = desk.server.keyboard(1);
    desk.finish("xλ");
}

#[test]
fn none_yet() {
    let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
    let ids = [id(&desk, "keyboard0"), id(&desk, "keyboard1")];
    ids.iter().for_each(|id| drop(desk.server.run(&["xinput", "disable", id])));
    let mut daemon = Daemon::spawn(&desk.home);
    assert!(daemon.says("no keyboard"), "it says that it waits: {}", daemon.messages());
    desk.server.run(&["xinput", "enable", &ids[0]]);
    desk.keyboard = desk.server.keyboard(0);
    let composes = wait_until(|| {
        desk.keyboard.hold("\"u");
        desk.keyboard.sync();
        desk.app.received().contains('ü')
    });
    assert!(composes, "it does not compose: {}", daemon.messages());
}
