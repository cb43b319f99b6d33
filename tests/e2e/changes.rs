//! The map, the layout and the settings change while the daemon runs.

use std::{thread, time::Duration};

use crate::support::{App, Desk, Layout, PATIENT, SEQUENCES, key, wait_until};

/// Holds and types until the output is there, at a person's pace: for changes that take effect at
/// some time soon.
#[track_caller]
fn hold_until(desk: &mut Desk, keys: &str, output: &str) {
    let arrived = wait_until(|| {
        let before = desk.app.received();
        desk.keyboard.hold(keys);
        desk.keyboard.sync();
        // Long enough for an answer that comes late: a second one would come unasked for.
        let answered = (0..300).any(|_| {
            thread::sleep(Duration::from_millis(10));
            desk.app.received() != before
        });
        answered && desk.app.received().ends_with(output)
    });
    assert!(arrived, "`{keys}` did not give `{output}`: {:?}", desk.app.received());
}

fn reload(desk: &Desk) -> bool {
    desk.home.cli(&["reload"]).status.success()
}

#[test]
fn an_edited_map_is_used_without_a_restart() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("la");
    desk.expect("λ");
    desk.home.write(&format!("{SEQUENCES}\"nn\" = \"ñ\"\n"));
    hold_until(&mut desk, "nn", "ñ");
    desk.keyboard.hold("la");
    desk.sync();
    assert!(wait_until(|| desk.app.received().ends_with('λ')));
    desk.expect_rest(false);
}

#[test]
fn an_edit_in_the_middle_of_a_sequence() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("l");
    desk.keyboard.sync();
    desk.home.write(&SEQUENCES.replace("\"la\" = \"λ\"", "\"la\" = \"Λ\""));
    assert!(reload(&desk));
    desk.keyboard.text("a");
    desk.keyboard.up(key::CAPS);
    desk.finish("Λ");
}

#[test]
fn a_broken_map_replaces_nothing() {
    let mut desk = Desk::new("");
    desk.home.write("[sequences]\n\"la\" = \n");
    assert!(!reload(&desk), "a broken map is an error");
    desk.keyboard.hold("la");
    desk.expect("λ");
    desk.home.write(&SEQUENCES.replace('λ', "Λ"));
    assert!(reload(&desk));
    desk.keyboard.hold("la");
    desk.finish("λΛ");
}

#[test]
fn an_edited_setting_is_used_without_a_restart() {
    let mut desk = Desk::new("");
    desk.home.write(&format!("on_mismatch = \"type\"\n{SEQUENCES}"));
    hold_until(&mut desk, "'q", "'q");
    desk.expect_rest(false);
}

#[test]
fn another_trigger() {
    let mut desk = Desk::new("trigger = \"menu\"");
    let hold = |desk: &mut Desk, trigger: u8| {
        desk.keyboard.down(trigger);
        desk.keyboard.text("la");
        desk.keyboard.up(trigger);
    };
    hold(&mut desk, key::MENU);
    desk.expect("λ");
    desk.home.write(&format!("{PATIENT}{SEQUENCES}"));
    assert!(reload(&desk));
    hold(&mut desk, key::CAPS);
    desk.expect("λλ");
    // The old trigger is a key like any other again: what xterm sends for Menu.
    hold(&mut desk, key::MENU);
    desk.finish("λλ\x1b[29~la");
}

#[test]
fn another_layout_between_holds() {
    let mut desk = Desk::new("");
    desk.keyboard.hold("\"ula");
    desk.expect("üλ");
    desk.server.setxkbmap(&["-layout", "de"]);
    desk.keyboard.layout = Layout::new("de", "", 0);
    desk.second.layout = Layout::new("de", "", 0);
    hold_until(&mut desk, "\"u", "ü");
    let so_far = desk.app.received();
    desk.keyboard.text("z");
    desk.keyboard.hold("la=e->");
    desk.keyboard.text("y");
    desk.finish(&format!("{so_far}zλ€→y"));
}

#[test]
fn another_layout_in_the_middle_of_a_hold() {
    let mut desk = Desk::new("");
    desk.keyboard.down(key::CAPS);
    desk.keyboard.text("la\"");
    desk.expect("λ");
    desk.server.setxkbmap(&["-layout", "de"]);
    desk.keyboard.up(key::CAPS);
    desk.keyboard.layout = Layout::new("de", "", 0);
    desk.second.layout = Layout::new("de", "", 0);
    desk.expect_rest(false);
    hold_until(&mut desk, "\"u", "ü");
    let so_far = desk.app.received();
    desk.keyboard.text("z");
    desk.finish(&format!("{so_far}z"));
}

#[test]
fn layouts_changed_many_times_cost_no_keycodes() {
    let mut desk = Desk::new("");
    // Each binds a keycode; later they are found there again.
    desk.keyboard.hold("\"ula=e");
    desk.expect("üλ€");
    let free = desk.server.free_keycodes().len();
    for layout in ["de", "fr", "us"].repeat(3) {
        desk.server.setxkbmap(&["-layout", layout]);
    }
    hold_until(&mut desk, "\"u", "ü");
    desk.expect_rest(false);
    assert_eq!(desk.server.free_keycodes().len(), free);
    let so_far = desk.app.received();
    desk.keyboard.hold("la=e:)");
    desk.finish(&format!("{so_far}λ€😀"));
}

#[test]
fn a_second_group() {
    let mut desk = Desk::new("");
    desk.server.setxkbmap(&["-layout", "us,ru"]);
    hold_until(&mut desk, "\"u", "ü");
    let so_far = desk.app.received();
    desk.server.lock_group(1);
    desk.sync();
    // What is printed on the Latin side of the keys goes on working.
    desk.keyboard.tap(key::A);
    desk.keyboard.hold("la");
    desk.keyboard.tap(key::A);
    desk.expect(&format!("{so_far}фλф"));
    desk.server.lock_group(0);
    desk.keyboard.hold("la");
    desk.finish(&format!("{so_far}фλфλ"));
}

/// By the indicator of a desktop, say: no key tells of it.
#[test]
fn another_group_while_something_is_composed() {
    let mut desk = Desk::new("");
    desk.server.setxkbmap(&["-layout", "us,de"]);
    hold_until(&mut desk, "\"u", "ü");
    let so_far = desk.app.received();
    desk.keyboard.down(key::CAPS);
    desk.keyboard.sync();
    desk.server.lock_group(1);
    desk.sync();
    desk.keyboard.layout = Layout::new("us,de", "", 1);
    desk.keyboard.text("\"u:)");
    desk.keyboard.up(key::CAPS);
    desk.keyboard.text("zy");
    desk.expect(&format!("{so_far}ü😀zy"));
    // What a tap began ends.
    desk.keyboard.tap(key::CAPS);
    desk.keyboard.sync();
    desk.server.lock_group(0);
    desk.sync();
    desk.keyboard.layout = Layout::new("us,de", "", 0);
    desk.keyboard.text("la");
    desk.keyboard.hold("la");
    desk.finish(&format!("{so_far}ü😀zylaλ"));
}

/// Somebody has bound every keycode that was free: nothing can be typed, and every key passes.
#[test]
fn a_keymap_without_a_free_keycode() {
    for before in [true, false] {
        let mut desk = Desk::without_daemon(App::xterm, SEQUENCES);
        let take_all = |desk: &Desk| {
            let lines =
                desk.server.free_at_start.iter().map(|code| format!("keycode {code} = F35"));
            let words: Vec<String> = lines.flat_map(|line| ["-e".to_owned(), line]).collect();
            let words = words.iter().map(String::as_str);
            desk.server.run(&["xmodmap"].into_iter().chain(words).collect::<Vec<_>>());
        };
        if before {
            take_all(&desk);
        }
        desk.start_daemon();
        if !before {
            desk.keyboard.hold("la");
            desk.expect("λ");
            take_all(&desk);
        }
        let typed = if before { "" } else { "λ" };
        desk.keyboard.text("x");
        desk.keyboard.hold("la");
        desk.keyboard.text("y");
        desk.expect(&format!("{typed}xy"));
        let status = desk.home.cli(&["status"]);
        let status = String::from_utf8_lossy(&status.stdout);
        assert!(status.contains("no free keycode"), "{status}");
        desk.daemon().stop();
    }
}
