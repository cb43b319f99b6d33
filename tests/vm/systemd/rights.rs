//! Someone without rights, who does what the daemon says.

use super::{
    person::{DAEMON, LEE, run},
    typing::{hold, is_taken, letters},
    unit,
};
use crate::{
    guest::Guest,
    support::{rig::MAP, wait_until},
};

/// What is said to mend all that is missing, as root's own command.
#[track_caller]
fn mending() -> String {
    let refused = "no right to open `/dev/uinput` and `/dev/input/event";
    assert!(wait_until(|| LEE.said().contains(refused)), "{}", LEE.said());
    let said = LEE.said();
    let line = said.lines().find(|line| line.contains(refused)).expect("it is there");
    let line = line.split('`').nth(5).expect("a command");
    line.strip_prefix("sudo ").expect("by root").to_owned()
}

pub(crate) fn the_line_that_is_said_mends_it(guest: &mut Guest) {
    unit::stop();
    LEE.configure(MAP);
    LEE.log_in(DAEMON);
    let line = mending();
    guest.note(&line);
    run(&format!("USER=lee; {line}"));
    LEE.log_in(DAEMON);
    is_taken(guest);
    LEE.clear();
    letters(guest, "a");
    hold(guest, "la");
    LEE.expect("aL!");
    run("gpasswd -d lee uinput && gpasswd -d lee input && loginctl terminate-user lee");
}
