//! More than one keyboard.

use crate::support::{App, Daemon, Desk, Layout, SEQUENCES, key, wait_until};

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
