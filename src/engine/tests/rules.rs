//! R1 to R5, R8 to R10: holding, tapping, and what comes between.

use std::time::Duration;

use super::{
    CapsLock, OnMismatch, RULES, Settings, TapAction, caps_lock, check, check_in, check_with,
    on_mismatch, table, tap_action,
    world::{Kind, World, keyboard},
};
use crate::engine::{DeviceId, Direction, Event, KeyEvent};

fn tables(layouts: &[&str], tests: &[(&str, &str)]) {
    for layout in layouts {
        for (script, expected) in tests {
            check_in(layout, Settings::default(), script, expected);
        }
    }
}

#[test]
fn r1_the_trigger_and_its_keys_are_swallowed() {
    check("down Caps 500ms up Caps", "");
    check("down Caps repeat Caps repeat Caps 500ms up Caps tap a", "+a -a");
    check("tap a down Caps \"la\" up Caps tap a", "+a -a λ +a -a");
    check("down Caps down l repeat l repeat l up l \"a\" up Caps", "λ");
}

#[test]
fn r1_keys_that_were_down_stay_the_applications() {
    check("down x down Caps up x \"la\" up Caps", "+x -x λ");
    check("down x down Caps \"la\" up Caps up x", "+x λ -x");
    check("down Shift_L down Caps up Shift_L \"la\" up Caps", "+Shift_L -Shift_L λ");
    check("down x down Caps up x \"l\" tap x up Caps", "+x -x mismatch");
}

#[test]
fn r2_several_characters_in_one_hold() {
    check("down Caps \"\"ula'ess\" up Caps", "ü λ é ß");
}

#[test]
fn r2_the_longest_match_wins() {
    check("down Caps \"--\" up Caps", "–");
    check("down Caps \"---\" up Caps", "—");
    check("down Caps \"---->\" up Caps", "⟶");
    check("down Caps \"--la\" up Caps", "– λ");
    check("down Caps \"---la\" up Caps", "— λ");
    // Four are a prefix; at the mismatch three are the longest rule, and the fourth starts again.
    check("down Caps \"----la\" up Caps", "— mismatch mismatch");
    check("down Caps \"-----\" up Caps", "— –");
}

#[test]
fn r2_keys_without_text_are_passed_on_when_nothing_is_pending() {
    check(
        "down Caps tap Up tap Return tap BackSpace tap Escape 500ms up Caps",
        "+Up -Up +Return -Return +BackSpace -BackSpace +Escape -Escape",
    );
    check("down Caps down Up repeat Up repeat Up up Up up Caps", "+Up *Up *Up -Up");
    check("down Caps down Shift_L tap Up up Shift_L up Caps", "+Shift_L +Up -Up -Shift_L");
    check("down Caps \"--\" tap Up up Caps", "– +Up -Up");
    check("down Caps \"l\" tap Up \"la\" up Caps", "mismatch λ");
}

#[test]
fn r2_keys_without_text_may_be_in_rules() {
    check("down Caps tap Left tap Right up Caps", "↔");
    check("down Caps tap KP_Left tap Right up Caps", "↔");
    check("down Caps tap Left tap x \"la\" up Caps", "mismatch λ");
}

#[test]
fn r2_modifiers_never_cancel() {
    check("down Caps \"l\" tap Shift_L tap Control_L tap Alt_L tap Super_L \"a\" up Caps", "λ");
}

#[test]
fn r3_backspace_and_escape() {
    check("down Caps \"l\" tap BackSpace \"'e\" up Caps", "é");
    check("down Caps \"---\" tap BackSpace up Caps", "–");
    check("down Caps \"l\" tap BackSpace tap BackSpace up Caps", "+BackSpace -BackSpace");
    check("down Caps \"l\" tap Escape \"'e\" up Caps", "é");
    check("down Caps \"--\" tap Escape up Caps 500ms", "");
    check(
        "down Caps \"l\" down Control_L tap BackSpace up Control_L up Caps",
        "mismatch +Control_L +BackSpace -BackSpace -Control_L",
    );
}

#[test]
fn r3_discard() {
    check("down Caps \"lx\" up Caps", "mismatch");
    check("down Caps \"x\" up Caps", "mismatch");
    check("down Caps \"lxla\" up Caps", "mismatch λ");
}

#[test]
fn r3_type() {
    let check = |script, expected| check_with(on_mismatch(OnMismatch::Type), script, expected);
    check("down Caps \"lx\" up Caps", "mismatch lx");
    check("down Caps \"x\" up Caps", "mismatch x");
    check("down Caps \"l\" tap Return up Caps", "mismatch l +Return -Return");
    check("down Caps \"l\" up Caps 400ms", "mismatch l");
    check("down Caps \"l\" up Caps tap x", "mismatch l +x -x");
    check("tap Caps \"lx\" tap a", "mismatch lx +a -a");
}

#[test]
fn r3_swap() {
    let check = |script, expected| check_with(on_mismatch(OnMismatch::Swap), script, expected);
    check("down Caps \"u\"\" up Caps", "ü");
    check("down Caps \"al\" up Caps", "λ");
    check("down Caps \"e'la\" up Caps", "é λ");
    check("down Caps \"e=\" up Caps", "€");
    check("down Caps \"21\" up Caps", "½");
    check("down Caps \"xla\" up Caps", "mismatch λ");
    check("down Caps \"x\" up Caps 400ms", "mismatch");
    check("down Caps tap Up up Caps", "+Up -Up");
    check("down Caps \"lx\" up Caps", "mismatch");
    check("tap Caps \"al\" tap x", "λ +x -x");
    check("tap Caps \"ax\" tap x", "mismatch +x -x");
}

#[test]
fn r4_a_tap_composes_once() {
    check("tap Caps \"la\" \"la\"", "λ +l -l +a -a");
    check("tap Caps 4000ms \"l\" 4000ms \"a\" tap a", "λ +a -a");
    check("tap Caps 5100ms \"la\"", "+l -l +a -a");
    check("tap Caps 4900ms tap Shift_L 4900ms \"la\" tap a", "λ +a -a");
    check("tap Caps \"l\" 5100ms tap x", "mismatch +x -x");
    check("tap Caps \"lx\" tap x", "mismatch +x -x");
    check("tap Caps \"x\" tap x", "mismatch +x -x");
    check("tap Caps tap Escape tap a", "+a -a");
    check("tap Caps \"l\" tap Escape tap a", "+a -a");
    check("tap Caps \"l\" tap BackSpace \"la\" tap a", "λ +a -a");
    check("tap Caps \"l\" tap BackSpace tap BackSpace tap a", "+BackSpace -BackSpace +a -a");
}

#[test]
fn r4_a_key_without_text_ends_a_tap() {
    check("tap Caps tap Return \"la\"", "+Return -Return +l -l +a -a");
    check("tap Caps \"--\" tap Return tap a", "– +Return -Return +a -a");
    check("tap Caps tap Left tap Right tap a", "↔ +a -a");
    check(
        "tap Caps down Control_L tap c up Control_L \"la\"",
        "+Control_L +c -c -Control_L +l -l +a -a",
    );
    check("tap Caps \"--\" down Control_L tap c up Control_L", "– +Control_L +c -c -Control_L");
}

#[test]
fn r4_the_longest_match_in_a_tap() {
    check("tap Caps \"---\" 5100ms tap a", "— +a -a");
    check("tap Caps \"--\" tap x", "– +x -x");
    check("tap Caps \"----\" tap x", "— mismatch +x -x");
    check("tap Caps \"---->\" tap x", "⟶ +Shift_L -Shift_L +x -x");
}

#[test]
fn r4_a_further_tap_is_multi_key_or_cancels() {
    check("tap Caps tap Caps \"x\" tap x", "✕ +x -x");
    check("tap Caps \"u\" tap Caps tap x", "µ +x -x");
    check("tap Caps \"l\" tap Caps \"la\"", "+l -l +a -a");
    check("tap Caps \"--\" tap Caps \"la\"", "– +l -l +a -a");
    check("tap Caps tap Caps tap Caps tap x", "+x -x");
}

#[test]
fn r4_a_tap_goes_on_as_a_hold() {
    check("tap Caps \"l\" down Caps \"a'e\" up Caps tap a", "λ é +a -a");
    check("tap Caps down Caps \"lass\" up Caps tap a", "λ ß +a -a");
    check("tap Caps \"l\" down Caps 500ms up Caps \"a\" tap a", "λ +a -a");
    check("tap Caps down Caps 500ms up Caps tap a", "+a -a");
}

#[test]
fn r4_a_long_press_is_no_tap() {
    check("down Caps 299ms up Caps \"la\"", "λ");
    check("down Caps 301ms up Caps tap a", "+a -a");
}

#[test]
fn r4_tap_actions() {
    check_with(tap_action(TapAction::None), "tap Caps tap a", "+a -a");
    check_with(tap_action(TapAction::CapsLock), "tap Caps tap a", "lock +a -a");
    check_with(tap_action(TapAction::Escape), "tap Caps tap a", "+Escape -Escape +a -a");
    check_with(tap_action(TapAction::Escape), "down Caps \"la\" up Caps", "λ");
    check_with(tap_action(TapAction::CapsLock), "down Caps 400ms up Caps tap a", "+a -a");
}

#[test]
fn r4_the_grace() {
    check("down Caps \"l\" up Caps \"a\" tap a", "λ +a -a");
    check("down Caps \"l\" up Caps 250ms \"a\" tap a", "λ +a -a");
    check("down Caps \"l\" up Caps 350ms tap a", "mismatch +a -a");
    check("down Caps \"l\" up Caps tap x tap a", "mismatch +x -x +a -a");
    check("down Caps \"----\" up Caps \">\" tap a", "⟶ +Shift_L -Shift_L +a -a");
    check("down Caps \"----\" up Caps tap x", "— mismatch +x -x");
    check("down Caps \"----\" up Caps 400ms", "— mismatch");
    check("down Caps \"l\" up Caps tap BackSpace tap a", "+a -a");
    check("down Caps \"l\" up Caps tap Escape tap a", "+a -a");
    check("down Caps \"l\" up Caps tap Return tap a", "mismatch +Return -Return +a -a");
    check("down Caps \"l\" up Caps down Caps \"ala\" up Caps tap a", "λ λ +a -a");
    check("down Caps \"l\" up Caps tap Caps \"la\" tap a", "mismatch λ +a -a");
    let none = Settings { release_grace: Duration::ZERO, ..Settings::default() };
    check_with(none, "down Caps \"l\" up Caps tap a", "mismatch +a -a");
}

#[test]
fn r5_modifiers_are_handed_over() {
    check("down Caps \"la\" down Shift_L up Caps tap a up Shift_L", "λ +Shift_L +a -a -Shift_L");
    check("down Caps down Control_L up Control_L \"la\" up Caps", "λ");
    check(
        "tap Caps \"l\" down Shift_L up Shift_L \"a\" down Shift_L tap a up Shift_L",
        "λ +Shift_L +a -a -Shift_L",
    );
    check("tap Caps down Shift_L tap x tap a up Shift_L", "mismatch +Shift_L +a -a -Shift_L");
}

#[test]
fn r6_chords_are_passed_on() {
    check("down Caps down Control_L tap c up Control_L up Caps", "+Control_L +c -c -Control_L");
    check("down Control_L down Caps tap c up Caps up Control_L", "+Control_L +c -c -Control_L");
    check(
        "down Caps down Alt_L down Shift_L tap c up Shift_L up Alt_L up Caps",
        "+Alt_L +Shift_L +c -c -Shift_L -Alt_L",
    );
    check("down Caps down Super_L tap c up Super_L \"la\" up Caps", "+Super_L +c -c -Super_L λ");
    check(
        "down Caps \"--\" down Control_L tap c up Control_L up Caps",
        "– +Control_L +c -c -Control_L",
    );
    check(
        "down Caps \"l\" down Control_L tap c up Control_L up Caps",
        "mismatch +Control_L +c -c -Control_L",
    );
    check("tap Num_Lock down Caps \"la\" up Caps", "+Num_Lock -Num_Lock λ");
}

#[test]
fn r6_locks_do_their_work_in_a_hold() {
    check("down Caps \"l\" tap Num_Lock \"a\" up Caps", "+Num_Lock -Num_Lock λ");
}

#[test]
fn r8_codes() {
    tables(
        &["us", "fr", "fr(bepo)", "us(dvorak)"],
        &[
            ("down Caps \"U+20ac \" up Caps", "€"),
            ("down Caps \"U+20AC\" up Caps", "€"),
            ("down Caps \"U+1f600 la\" up Caps", "😀 λ"),
            ("down Caps \"U+10ffff\" up Caps", "\u{10ffff}"),
            ("down Caps \"U+0000e9 \" up Caps", "é"),
            ("tap Caps \"U+e9 \" tap a", "é +a -a"),
            ("tap Caps \"U+e9\" tap Caps tap a", "é +a -a"),
            ("down Caps \"U+110000 \" up Caps", "mismatch"),
            ("down Caps \"U+d800 \" up Caps", "mismatch"),
            ("down Caps \"U+d800\" up Caps", "mismatch"),
            ("down Caps \"U+1b \" up Caps", "mismatch"),
            ("down Caps \"U+85\" up Caps", "mismatch"),
            ("down Caps \"U+1234567\" up Caps", "mismatch"),
            ("down Caps \"U+g\" up Caps", "mismatch"),
            ("down Caps \"U+ \" up Caps", "mismatch"),
            ("down Caps \"U\" up Caps 400ms", "mismatch"),
            ("down Caps \"U+\" up Caps \"e9 \" tap a", "é +a -a"),
            ("down Caps \"U+ff\" tap BackSpace tap BackSpace \"e9\" up Caps", "é"),
        ],
    );
}

#[test]
fn r9_the_emergency_chord() {
    check(
        "down Caps down Return down BackSpace down Escape up Escape up BackSpace up Return up Caps \
        tap a",
        "+Return +BackSpace -Return -BackSpace let-go +a -a",
    );
    check(
        "down Caps down Escape down BackSpace up Escape down Return up Caps",
        "+Escape +BackSpace -Escape +Return",
    );
    check(
        "down Escape down BackSpace down Caps down l down Shift_L down Return up l up Shift_L up Caps \
        up Escape up BackSpace up Return",
        "+Escape +BackSpace -Escape -BackSpace let-go",
    );
    check(
        "down Caps \"l\" down Escape down BackSpace down Return up Return up BackSpace up Escape \
        up Caps tap a",
        "+BackSpace -BackSpace let-go +a -a",
    );
}

#[test]
fn r10_a_new_table() {
    let run = |before: &str, rules: &[(&str, &str)], after: &str| {
        let mut world = World::new(Kind::X11, "us", Settings::default(), table(RULES));
        world.run(before);
        world.event(Event::Table(table(rules)));
        world.run(after);
        world.seen()
    };
    assert_eq!(run("down Caps \"l\"", &[("la", "L")], "\"a\" up Caps"), "L");
    assert_eq!(run("down Caps \"l\"", &[("b", "L")], "\"b\" up Caps"), "L");
    assert_eq!(run("down Caps \"l\"", &[("l", "L")], "\"l\" up Caps"), "L L");
    assert_eq!(run("tap Caps \"l\"", &[("l", "L")], "tap l"), "L +l -l");
    assert_eq!(run("tap Caps \"l\"", &[("b", "L")], "tap l"), "+l -l");
    assert_eq!(run("tap Caps", &[("b", "L")], "\"b\" tap l"), "L +l -l");
}

#[test]
fn r10_a_layout_change_drops_what_is_pending() {
    let mut world = World::new(Kind::X11, "us,de", Settings::default(), table(RULES));
    world.run("down Caps \"l\"");
    world.event(Event::Group(1));
    world.run("\"la\" up Caps");
    assert_eq!(world.seen(), "λ");
    world.run("down Shift_L down Caps");
    world.event(Event::Keyboard { device: DeviceId(1), keyboard: keyboard("de") });
    world.run("tap 2 up Shift_L tap u up Caps");
    assert_eq!(world.seen(), "+Shift_L -Shift_L ü");
    world.run("tap Caps \"l\"");
    world.event(Event::Keyboard { device: DeviceId(1), keyboard: keyboard("us") });
    world.run("tap a");
    assert_eq!(world.seen(), "+a -a");
}

/// A shell tells every change, also one that this keyboard's keys have made a moment before.
#[test]
fn r10_a_group_that_is_known_drops_nothing() {
    for kind in [Kind::X11, Kind::Evdev] {
        let mut world = World::new(kind, "us,de", Settings::default(), table(RULES));
        world.run("down Caps \"l\"");
        world.event(Event::Group(0));
        world.run("\"a\" up Caps tap Caps \"l\"");
        world.event(Event::Group(0));
        world.run("\"a\" tap Up");
        assert_eq!(world.seen(), "λ λ +Up -Up", "{kind:?}");

        let toggled = "us,ru+grp:alt_shift_toggle";
        let mut world = World::new(kind, toggled, Settings::default(), table(RULES));
        world.run("down Caps tap l down Shift_L tap Alt_L up Shift_L");
        world.event(Event::Group(1));
        world.run("tap a up Caps");
        assert!(world.seen().ends_with(" λ"), "{kind:?}: {}", world.seen());
    }
}

/// Whatever the release of the trigger would mean, had no key come.
#[test]
fn r10_lost_keys_make_no_tap() {
    check("down Caps \"l\" lost \"la\" up Caps tap a", "λ +a -a");
    check("tap Caps lost tap l", "+l -l");
    for tap in [TapAction::Compose, TapAction::CapsLock, TapAction::Escape] {
        check_with(tap_action(tap), "down Caps lost up Caps tap a", "+a -a");
    }
    check("down Shift_L down Caps lost up Caps up Shift_L", "+Shift_L -Shift_L");
    let check = |script, expected| check_with(caps_lock(CapsLock::DoubleTap), script, expected);
    check("tap Caps lost tap Caps \"la\"", "λ");
}

#[test]
fn r10_a_lost_keyboard_leaves_no_key_down() {
    let mut world = World::new(Kind::Evdev, "us", Settings::default(), table(RULES));
    world.loud = true;
    world.run("down x down Caps down Up down l");
    world.event(Event::DeviceGone(DeviceId(1)));
    assert_eq!(world.seen(), "+x +Up pending -x -Up idle");
    world.event(Event::Keyboard { device: DeviceId(1), keyboard: keyboard("us") });
    world.run("tap Caps down l");
    world.event(Event::DeviceGone(DeviceId(1)));
    assert_eq!(world.seen(), "hold pending free idle");
}

#[test]
fn r10_each_keyboard_composes_for_itself() {
    check("down Caps \"l\" 2:tap x \"a\" up Caps", "+x -x λ");
    check("down Caps 2:down Caps \"l\" 2:tap l \"a\" 2:tap a up Caps 2:up Caps", "λ λ");
    check("tap Caps 2:tap l \"la\"", "+l -l λ");
}

#[test]
fn r11_feedback_tells_when_something_waits() {
    let run = |script: &str| {
        let mut world = World::new(Kind::X11, "us", Settings::default(), table(RULES));
        world.loud = true;
        world.run(script);
        world.seen()
    };
    assert_eq!(run("down Caps \"la'e\" up Caps"), "pending λ idle pending é idle");
    assert_eq!(run("tap Caps \"la\" tap a"), "hold pending λ free idle +a -a");
    assert_eq!(run("tap Caps 5001ms"), "hold pending free idle");
    assert_eq!(run("down Caps \"l\" up Caps 301ms"), "pending hold mismatch free idle");
    assert_eq!(run("down Caps \"l\" up Caps \"a\""), "pending hold λ free idle");
    assert_eq!(
        run("tap Caps down Shift_L \"x\" up Shift_L"),
        "hold pending mismatch free +Shift_L idle -Shift_L"
    );
    assert_eq!(run("tap Caps tap Return"), "hold pending free +Return idle -Return");
    assert_eq!(run("down Caps 400ms up Caps"), "");
}

#[test]
fn plain_keys_pass_ahead_and_no_others() {
    // The keys that are sure to pass, by what went before: `+` down, `-` up.
    let sure = |script: &str| {
        let mut world = World::new(Kind::Evdev, "us", Settings::default(), table(RULES));
        world.run(script);
        let keys = ["a", "x", "Shift_L", "BackSpace", "Escape", "Return", "Caps"];
        let mut sure = Vec::new();
        for name in keys {
            for (sign, direction) in [('+', Direction::Down), ('-', Direction::Up)] {
                let key = KeyEvent { device: DeviceId(1), keycode: world.keycode(name), direction };
                if world.engine.passes(key) {
                    sure.push(format!("{sign}{name}"));
                }
            }
        }
        sure.join(" ")
    };
    assert_eq!(sure(""), "+a -a +x -x +Shift_L -Shift_L");
    assert_eq!(sure("down x"), "+a -a -x +Shift_L -Shift_L", "not down twice");
    assert_eq!(sure("down Caps"), "", "they are ours");
    assert_eq!(
        sure("down Caps down x up Caps 301ms"),
        "+a -a +Shift_L -Shift_L",
        "x was swallowed"
    );
    assert_eq!(sure("tap Caps"), "", "they are ours");
    assert_eq!(sure("2:tap Caps"), "", "something is due on another keyboard");
    assert_eq!(sure("2:down Caps"), "+a -a +x -x +Shift_L -Shift_L", "nothing is due");
    assert_eq!(sure("tap Caps 5001ms"), "+a -a +x -x +Shift_L -Shift_L");
}

#[test]
fn debug_prints_show_no_key() {
    let mut world = World::new(Kind::X11, "us", Settings::default(), table(&[]));
    world.run("down x down Caps \"l\" down Shift_L");
    let text = format!("{:?}", world.engine);
    for secret in ["Keycode(53)", "Keycode(46)", "Keycode(50)", "Keysym(l)"] {
        assert!(!text.contains(secret), "{text}");
    }
}
