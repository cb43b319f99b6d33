//! The twin and the XKB option: the keys that type what no keyboard has.

use std::{fs, process::Command};

use composekey::{
    session::Names,
    xkb_option::{self, NAME},
};
use evdev::KeyCode;

use crate::{
    console::terminal::Terminal,
    guest::Guest,
    support::{
        board::Board,
        daemon::Daemon,
        rig::{self, Rig, taken},
        wait_until,
    },
};

/// The system's own word for the layout: the guest's copy alone.
const KEYBOARD: &str = "/etc/default/keyboard";

pub(crate) fn the_twin_is_a_keyboard_and_nothing_else(_: &mut Guest) {
    let mut rig = Rig::new();
    let keys = rig.twin.device().supported_keys().expect("it has keys");
    assert!(xkb_option::codes().all(|code| keys.contains(KeyCode(code))), "a key is missing");
    let node = rig::twin_node("Board");
    let name = node.file_name().expect("a name").to_string_lossy().into_owned();
    let device = format!("/sys/class/input/{name}");
    let output = Command::new("udevadm").args(["test-builtin", "input_id", &device]).output();
    let output = output.expect("`udevadm` is there: `make deps`");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut kinds: Vec<_> = said.lines().filter(|line| line.starts_with("ID_INPUT")).collect();
    kinds.sort_unstable();
    let mouse = "ID_INPUT_MOUSE=1";
    // The board has three buttons of a mouse and no axes.
    kinds.retain(|kind| *kind != mouse);
    assert_eq!(kinds, ["ID_INPUT=1", "ID_INPUT_KEY=1", "ID_INPUT_KEYBOARD=1"], "{said}");
    let told = fs::read_to_string(format!("{device}/device/uevent")).expect("it is told of");
    assert!(told.contains("MODALIAS=input:"), "udev hears nothing of it: `{told}`");
}

pub(crate) fn the_option_types_with_keys_that_no_keyboard_has(guest: &mut Guest) {
    let home = rig::home("feedback = \"none\"\n");
    let installed = home.cli(&["xkb", "install"]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let config = home.config();
    let folder = config.ancestors().nth(2).expect("two folders up").join("xkb");
    let symbols = fs::read_to_string(folder.join("symbols/composekey")).expect("it was written");
    let places = xkb_option::read_places(&symbols);
    assert!(places.len() > 2000, "{} characters", places.len());

    let before = fs::read(KEYBOARD).ok();
    fs::write(KEYBOARD, format!("XKBLAYOUT=us\nXKBOPTIONS={NAME}\n")).expect("it is ours");
    // On a text console these keys would mean nothing.
    let terminal = Terminal::new(1);
    terminal.set_graphics(true);
    let mut board = Board::new("Board");
    let mut daemon = Daemon::start(&home);
    let mut twin = taken(&mut daemon, &board.name);
    // A text goes out by the keyboard that was typed on last.
    board.tap(KeyCode::KEY_A);
    twin.expect_text("a");
    let names = Names { layout: "us".into(), ..Names::default() }.with_option(NAME);
    let keymap = names.compile(Some(&folder)).expect("the keymap of the session");
    let characters: Vec<char> = places.values().copied().step_by(37).collect();
    // The kernel keeps 64 events for a reader.
    for few in characters.chunks(3) {
        let text: String = few.iter().collect();
        twin.clear();
        let output = home.cli(&["type", &text]);
        assert!(output.status.success(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
        let came = wait_until(|| twin.text_under(&keymap) == text);
        assert!(came, "`{text}` came as `{}`", twin.text_under(&keymap));
        assert!(twin.rests());
    }
    let high = twin.keys().iter().any(|(code, _)| code.0 > 255);
    assert!(high, "the last places are keys that X11 does not see");
    guest.note(format!("{} of {} characters, each by its keys", characters.len(), places.len()));
    match before {
        Some(bytes) => fs::write(KEYBOARD, bytes).expect("it is ours"),
        None => fs::remove_file(KEYBOARD).expect("it is ours"),
    }
}
