//! What logind tells, asked of a logind of our own on a bus of our own.

#[path = "../support/logind.rs"]
pub(crate) mod fake;

use std::{
    thread,
    time::{Duration, Instant},
};

use composekey::session::logind::{Logind, State, Word};

use self::fake::Bus;

fn start(address: &str, number: &str) -> Logind {
    let (address, number) = (address.to_owned(), number.to_owned());
    let env = move |name: &str| match name {
        "DBUS_SYSTEM_BUS_ADDRESS" => Some(address.clone()),
        "XDG_SESSION_ID" => Some(number.clone()),
        _ => None,
    };
    Logind::start(env).unwrap()
}

#[track_caller]
fn next(logind: &mut Logind) -> Word {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(word) = logind.take() {
            return word;
        }
        assert!(Instant::now() < end, "logind tells nothing");
        thread::sleep(Duration::from_millis(5));
    }
}

#[track_caller]
fn expect(logind: &mut Logind, active: bool, locked: bool) {
    let word = next(logind);
    let Word::Session(state) = word else { panic!("{word:?}") };
    assert_eq!(state, State { active, locked });
}

#[test]
fn a_session_is_followed_until_the_bus_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let mut bus = Bus::start(folder.path());
    let mut logind = start(&bus.address, "1");
    expect(&mut logind, true, false);
    for (active, locked) in [(true, true), (false, true), (false, false), (true, false)] {
        bus.set(active, locked);
        expect(&mut logind, active, locked);
    }
    // Told again, and the same: not a word, so the next one is of the sleep.
    bus.set(true, false);
    assert_eq!(bus.delays(), 1, "the machine waits for us");
    bus.sleep(true);
    let word = next(&mut logind);
    let Word::Sleeps(Some(delay)) = word else { panic!("{word:?}") };
    assert_eq!(bus.delays(), 1, "until we are done");
    drop(delay);
    assert_eq!(bus.delays(), 0);
    bus.sleep(false);
    assert!(matches!(next(&mut logind), Word::Woke));
    assert_eq!(bus.delays(), 1, "and the next time");
    bus.kill();
    assert!(matches!(next(&mut logind), Word::Lost(_)));
}

#[test]
fn without_a_bus_it_says_so() {
    let mut logind = start("unix:path=/nonexistent/bus", "1");
    let word = next(&mut logind);
    let Word::Lost(why) = word else { panic!("{word:?}") };
    assert!(!why.is_empty());
}

#[test]
fn a_daemon_for_everybody_is_never_away() {
    let folder = tempfile::tempdir().unwrap();
    let bus = Bus::start(folder.path());
    let mut logind = start(&bus.address, "7");
    // Neither session nor user nor seat.
    expect(&mut logind, true, false);
}
