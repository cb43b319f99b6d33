//! The harness itself, without the daemon: what a keyboard types is what a window receives.

use composekey::x11::{Display, DisplayError};

use crate::support::{
    App, Desk, Layout, Server, difference, key,
    recorder::{Recorder, Seen, unpaired},
    wait_until,
    xwayland::Xwayland,
};

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
    let free = desk.server.free_keycodes().len();
    // Under evdev rules; xkeyboard-config 2.29 leaves more, as it knows fewer keys.
    assert!((19..=24).contains(&free), "{free} free keycodes");
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
fn a_recorder_sees_each_key() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    let mut recorder = Recorder::open(&desk.server);
    recorder.grab();
    let focus = recorder.seen().len();
    desk.keyboard.text("aB");
    desk.sync();
    let seen = &recorder.seen()[focus..];
    assert_eq!(seen.len(), 6, "{seen:?}");
    assert_eq!(seen[..2], [Seen::Down(key::A), Seen::Up(key::A)]);
    assert_eq!(unpaired(seen), None);
}

#[test]
fn a_server_ends_with_its_test() {
    let path = {
        let server = Server::start(1);
        format!("/tmp/.X11-unix/X{}", server.display().trim_start_matches(':'))
    };
    assert!(wait_until(|| !std::path::Path::new(&path).exists()));
}

#[test]
fn a_keyboard_goes_away_and_comes_back() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    let keyboards = |desk: &Desk| -> Vec<String> {
        desk.server.devices().into_iter().map(|device| device.name).collect()
    };
    let id = desk.server.devices().iter().find(|d| d.name == "keyboard1").unwrap().id.to_string();
    desk.second.down(key::A);
    desk.second.sync();
    desk.server.run(&["xinput", "disable", &id]);
    assert!(!keyboards(&desk).contains(&"keyboard1".to_owned()));
    desk.server.run(&["xinput", "enable", &id]);
    desk.second = desk.server.keyboard(1);
    desk.expect_rest(false);
    desk.finish("a");
}

#[test]
fn a_keyboard_has_a_layout_of_its_own() {
    let mut desk = Desk::without_daemon(App::xterm, "");
    let id = desk.server.devices().iter().find(|d| d.name == "keyboard1").unwrap().id.to_string();
    desk.server.setxkbmap(&["-device", &id, "-layout", "de"]);
    desk.second.layout = Layout::new("de", "", 0);
    desk.second.text("yz");
    desk.second.sync();
    desk.keyboard.text("yz");
    desk.finish("yzyz");
}

#[test]
fn an_xwayland_server_is_known_as_one() {
    let compositor = Xwayland::start();
    let refused = Display::open(Some(compositor.display())).expect_err("it is XWayland");
    assert!(matches!(refused, DisplayError::Xwayland), "{refused}");
    let server = Server::start(1);
    Display::open(Some(&server.display())).expect("it is a real X server");
}

#[test]
fn a_difference_says_where_and_what() {
    let said = difference("the quick brown fox jumps", "the quick brawn fox jumps");
    assert!(said.contains("after 12 characters (25 expected, 25 received)"), "{said}");
    assert!(said.contains("brown fox") && said.contains("brawn fox"), "{said}");
}
