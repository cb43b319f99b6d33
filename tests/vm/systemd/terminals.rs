//! Sessions on virtual terminals, as people and `chvt` switch between them, and as they end.

use super::{
    person::{DAEMON, KIM, KIM_AGAIN, LEE, journal, run},
    typing::{chord, hold, is_taken, letters, rests},
    unit,
};
use crate::{
    guest::Guest,
    support::{rig::MAP, wait_until},
};

const INACTIVE: &str = "the session is not active";

/// kim's daemon has the keyboard.
fn kim_composes(guest: &mut Guest) {
    is_taken(guest);
    KIM.clear();
    letters(guest, "a");
    hold(guest, "la");
    letters(guest, "b");
    KIM.expect("aL!b");
}

/// kim is in front, with a daemon.
fn start(guest: &mut Guest) {
    unit::stop();
    KIM.configure(MAP);
    KIM.log_in(DAEMON);
    kim_composes(guest);
}

pub(crate) fn a_session_behind_another_lets_go(guest: &mut Guest) {
    start(guest);
    // The keys are the twin's.
    chord(guest, &["ctrl", "alt", "f2"]);
    LEE.is_in_front();
    LEE.is_new(None);
    KIM.says(INACTIVE);
    rests();
    letters(guest, "la");
    LEE.expect("la");
    // Now they are the keyboard's own.
    chord(guest, &["ctrl", "alt", "f1"]);
    KIM.is_in_front();
    kim_composes(guest);
    assert_eq!(LEE.typed(), "", "nothing of it was lee's");
    for _ in 0..5 {
        LEE.turn_to();
        KIM.turn_to();
    }
    kim_composes(guest);
}

pub(crate) fn keys_that_are_held_across_a_switch_do_not_stick(guest: &mut Guest) {
    start(guest);
    for held in [&["j"][..], &["shift"], &["ctrl", "shift"], &["caps_lock", "l"]] {
        held.iter().for_each(|key| guest.key(key, true));
        LEE.turn_to();
        KIM.says(INACTIVE);
        held.iter().for_each(|key| guest.key(key, false));
        rests();
        LEE.clear();
        letters(guest, "la");
        LEE.expect("la");
        // And back, with a key of the keyboard down.
        guest.key("shift", true);
        KIM.turn_to();
        guest.key("shift", false);
        kim_composes(guest);
    }
}

pub(crate) fn logind_may_be_started_again(guest: &mut Guest) {
    start(guest);
    run("systemctl restart systemd-logind");
    kim_composes(guest);
    LEE.turn_to();
    KIM.says(INACTIVE);
    LEE.clear();
    letters(guest, "la");
    LEE.expect("la");
    KIM.turn_to();
    kim_composes(guest);
}

/// Lee is in front for a while.
fn kim_goes_and_comes_back(guest: &mut Guest) {
    LEE.turn_to();
    KIM.says(INACTIVE);
    KIM.turn_to();
    kim_composes(guest);
}

pub(crate) fn a_session_ends_and_another_begins(guest: &mut Guest) {
    start(guest);
    let first = KIM.session().expect("kim is there");
    // As when someone logs out: what runs in the background goes on.
    run("pkill -u kim -x cat");
    let second = KIM.is_new(Some(&first));
    guest.note(format!("session {first} ended, {second} began: {}", run("loginctl list-sessions")));
    guest.note(KIM.said());
    kim_composes(guest);
    kim_goes_and_comes_back(guest);
    // Everything of it ends.
    run("loginctl terminate-user kim");
    let _ = KIM.is_new(Some(&second));
    kim_composes(guest);
    assert!(wait_until(|| KIM.session().is_some()), "{}", journal());
}

pub(crate) fn a_service_of_the_user_follows_its_sessions(guest: &mut Guest) {
    unit::stop();
    KIM.configure(MAP);
    run("loginctl terminate-user kim");
    KIM.log_in("systemd-run --user --quiet --unit composing composekeyd --backend evdev\n");
    kim_composes(guest);
    LEE.turn_to();
    KIM.says(INACTIVE);
    // Also on another terminal: there the unit is found to run.
    KIM_AGAIN.turn_to();
    KIM_AGAIN.is_new(None);
    kim_composes(guest);
    kim_goes_and_comes_back(guest);
    run("loginctl terminate-user kim");
}
