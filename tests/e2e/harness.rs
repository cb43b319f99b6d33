//! The harness itself, without the daemon: what a keyboard types is what a window receives.

use crate::support::{App, Desk, Layout, Server, key, wait_until};

const TEXT: &str = "Hello, \"world\"; {a-z} ~ 0.5";

#[test]
fn plain_typing_arrives_in_xterm() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.keyboard.text(TEXT);
    desk.finish(TEXT);
}

#[test]
fn plain_typing_arrives_in_gtk() {
    let mut desk = Desk::without_daemon(App::zenity, "");
    desk.keyboard.text(TEXT);
    desk.app.submit(&mut desk.keyboard, TEXT);
}

#[test]
fn plain_typing_arrives_in_qt() {
    let mut desk = Desk::without_daemon(App::qt, "");
    desk.keyboard.text(TEXT);
    desk.finish(TEXT);
}

#[test]
fn the_classic_compose_key_arrives_as_one_character() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.server.setxkbmap(&["-layout", "us", "-option", "compose:caps"]);
    desk.keyboard.tap(key::CAPS);
    desk.keyboard.text("\"u");
    desk.keyboard.tap(key::CAPS);
    desk.keyboard.text("=e");
    desk.finish("ü€");
}

#[test]
fn overlapping_keys_arrive_in_order() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    let strokes = desk.keyboard.layout.text("aBccD!e");
    let last = desk.keyboard.roll(None, &strokes);
    desk.keyboard.lift(last);
    desk.finish("aBccD!e");
}

#[test]
fn other_layouts_are_typed_by_what_is_on_their_keys() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    desk.server.setxkbmap(&["-layout", "de,ru"]);
    desk.keyboard.layout = Layout::new("de,ru", "", 0);
    desk.keyboard.text("zßÄ{@");
    desk.expect("zßÄ{@");
    desk.server.lock_group(1);
    desk.keyboard.layout = Layout::new("de,ru", "", 1);
    desk.keyboard.text("жЩ");
    desk.expect("zßÄ{@жЩ");
    desk.expect_rest(false);
}

#[test]
fn the_state_of_the_server_is_seen() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    assert_eq!(desk.server.free_keycodes().len(), 19, "free keycodes under evdev rules");
    assert_eq!(desk.server.bound_keycodes(), []);
    desk.keyboard.down(key::SHIFT);
    desk.sync();
    let down = desk.server.keys_down();
    assert_eq!(down, [("core".to_owned(), 50), ("keyboard0".to_owned(), 50)]);
    desk.keyboard.up(key::SHIFT);
    desk.second.tap(key::CAPS);
    desk.expect_rest(true);
    desk.second.tap(key::CAPS);
    desk.expect_rest(false);
}

#[test]
fn a_server_ends_with_its_test() {
    let path = {
        let server = Server::start(1);
        format!("/tmp/.X11-unix/X{}", server.display().trim_start_matches(':'))
    };
    assert!(wait_until(|| !std::path::Path::new(&path).exists()));
}
