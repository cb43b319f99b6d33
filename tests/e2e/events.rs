//! What a program sees besides text: presses, releases, focus, and grabs of its own.

use crate::support::{
    Desk, PATIENT, key,
    recorder::{Recorder, Seen, unpaired},
    wait_until,
};

/// The keys of a keyboard without any that the daemon binds.
fn physical(seen: &[Seen], desk: &Desk) -> Vec<Seen> {
    let ours = |event: &&Seen| {
        let (Seen::Down(code) | Seen::Up(code)) = event else { return true };
        !desk.server.free_at_start.contains(code)
    };
    seen.iter().filter(ours).copied().collect()
}

/// Ends with a plain key and waits until it arrived: what was typed before is there, too.
#[track_caller]
fn all_seen(desk: &mut Desk, recorder: &mut Recorder) -> Vec<Seen> {
    desk.expect_rest(false);
    desk.keyboard.tap(key::NUM_LOCK);
    desk.sync();
    assert!(wait_until(|| recorder.seen().ends_with(&[Seen::Up(key::NUM_LOCK)])));
    let mut seen = recorder.seen().to_vec();
    seen.truncate(seen.len() - 2);
    seen
}

#[test]
fn only_the_text_of_a_hold_is_seen_and_no_change_of_focus() {
    let mut desk = Desk::new("");
    let mut recorder = Recorder::open(&desk.server);
    desk.keyboard.tap(key::X);
    desk.keyboard.hold("la(1)'q=e");
    desk.keyboard.tap(key::A);
    let seen = all_seen(&mut desk, &mut recorder);
    let plain = [Seen::Down(key::X), Seen::Up(key::X), Seen::Down(key::A), Seen::Up(key::A)];
    assert_eq!(physical(&seen, &desk), plain);
    assert!(seen.len() > plain.len(), "the text was typed");
    assert_eq!(unpaired(&seen), None, "{seen:?}");
}

#[test]
fn every_release_follows_its_press() {
    let mut desk = Desk::new(PATIENT);
    let mut recorder = Recorder::open(&desk.server);
    let fingers: [&[i16]; 6] = [
        // A letter around the trigger, and the trigger around a letter.
        &[53, 66, -53, 46, -46, 38, -66, -38],
        // Shift across both ends of a hold.
        &[50, 66, -50, 48, -48, 50, 30, -30, -66, 53, -53, -50],
        // Both Shifts, one of them across.
        &[66, 50, 62, -50, -66, 38, -38, -62],
        // Control and a shortcut inside, Control across the end.
        &[66, 37, 38, -38, -66, 53, -53, -37],
        // A passed key that goes up after the trigger.
        &[66, 111, -66, -111],
        // A tap, keys that overlap, a key across the next press of the trigger.
        &[66, -66, 46, 38, -46, 66, -38, -66, 9, -9],
    ];
    for keys in fingers.repeat(10) {
        for &key in keys {
            let code = u8::try_from(key.abs()).unwrap();
            if key > 0 { desk.keyboard.down(code) } else { desk.keyboard.up(code) }
        }
        desk.sync();
    }
    // A tap may still wait for its keys.
    desk.keyboard.tap(key::ESCAPE);
    let seen = all_seen(&mut desk, &mut recorder);
    assert_eq!(unpaired(&seen), None, "{seen:?}");
}

/// A lock screen and a menu grab the keyboard. What they see is what the focused window would:
/// the composed text, and not the keys that were typed for it.
#[test]
fn a_client_that_grabs_the_keyboard_sees_the_text() {
    let mut desk = Desk::new("");
    let mut recorder = Recorder::open(&desk.server);
    recorder.grab();
    assert!(wait_until(|| !recorder.seen().is_empty()), "a grab comes with focus events");
    let before = recorder.seen().len();
    desk.keyboard.tap(key::X);
    desk.keyboard.hold("la");
    let seen = all_seen(&mut desk, &mut recorder)[before..].to_vec();
    assert_eq!(physical(&seen, &desk), [Seen::Down(key::X), Seen::Up(key::X)]);
    assert!(seen.len() > 2, "the text was typed");
    assert_eq!(unpaired(&seen), None, "{seen:?}");
}

#[test]
fn pairing_is_judged_right() {
    use Seen::{Down, FocusIn, Up};
    assert_eq!(unpaired(&[Down(1), Down(2), Up(1), FocusIn, Up(2)]), None);
    assert_eq!(unpaired(&[Down(1), Up(1), Up(1)]), Some(2));
    assert_eq!(unpaired(&[Down(1), Down(1)]), Some(1));
    assert_eq!(unpaired(&[Down(1)]), Some(1));
}
