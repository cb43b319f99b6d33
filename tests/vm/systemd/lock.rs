//! `loginctl lock-session`, and a locker that says that it has locked.

use std::thread;

use zbus::{
    MatchRule,
    blocking::{Connection, MessageIterator},
    message::Type,
};

use super::{
    person::{DAEMON, KIM, run},
    typing::{hold, is_taken, letters, rests},
    unit,
};
use crate::{
    guest::Guest,
    support::{rig::MAP, wait_until},
};

const LOCKED: &str = "the session is locked";
const NAME: &str = "org.freedesktop.login1";
const SESSION: &str = "org.freedesktop.login1.Session";

/// A locker, as a desktop has one: hears that the session is to be locked or unlocked, and tells logind that it
/// is. Ends with the machine.
fn start_locker(session: &str) {
    let bus = Connection::system().expect("a bus");
    let path = run(&format!(
        "busctl call --json=short {NAME} /org/freedesktop/login1 {NAME}.Manager GetSession s {session}"
    ));
    let path = path.split('"').find(|part| part.starts_with('/')).expect("a path").to_owned();
    let rule = MatchRule::builder().msg_type(Type::Signal).interface(SESSION).expect("a name");
    let rule = rule.path(path.clone()).expect("a path").build();
    let signals = MessageIterator::for_match_rule(rule, &bus, None).expect("heard");
    thread::spawn(move || {
        for signal in signals.map_while(Result::ok) {
            let locked = match signal.header().member().map(|member| member.as_str()) {
                Some("Lock") => true,
                Some("Unlock") => false,
                _ => continue,
            };
            let path = path.as_str();
            let _ = bus.call_method(Some(NAME), path, Some(SESSION), "SetLockedHint", &(locked));
        }
    });
}

fn is_composing(guest: &mut Guest) {
    is_taken(guest);
    KIM.clear();
    hold(guest, "la");
    letters(guest, "b");
    KIM.expect("L!b");
}

pub(crate) fn a_locked_session_has_its_keyboards(guest: &mut Guest) {
    unit::stop();
    KIM.configure(MAP);
    let session = KIM.log_in(DAEMON);
    is_composing(guest);
    // Nobody locks it: there is no locker.
    run(&format!("loginctl lock-session {session}"));
    is_composing(guest);
    run(&format!("loginctl unlock-session {session}"));

    start_locker(&session);
    // In the midst of a sequence.
    guest.key("caps_lock", true);
    letters(guest, "l");
    run(&format!("loginctl lock-session {session}"));
    KIM.says(LOCKED);
    guest.key("caps_lock", false);
    rests();
    KIM.clear();
    letters(guest, "la");
    KIM.expect("la");
    run(&format!("loginctl unlock-session {session}"));
    is_composing(guest);

    // Set otherwise it stays; the setting counts at once.
    run(&format!("loginctl lock-session {session}"));
    KIM.says(LOCKED);
    KIM.configure(&format!("when_away = \"keep\"\n{MAP}"));
    is_composing(guest);
    let hint = || run(&format!("loginctl show-session {session} -P LockedHint"));
    assert_eq!(hint(), "yes");
    run(&format!("loginctl unlock-session {session}"));
    assert!(wait_until(|| hint() == "no"));
    run(&format!("loginctl lock-session {session}"));
    assert!(wait_until(|| hint() == "yes"));
    is_composing(guest);
    run(&format!("loginctl unlock-session {session}"));
    assert!(wait_until(|| hint() == "no"));
}
