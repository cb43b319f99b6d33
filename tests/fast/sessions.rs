//! Which session counts, told by a logind that is played: one that has ended, another of the same user,
//! somebody else's. The real one is in `tests/vm/systemd/`.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use composekey::session::logind::{Logind, State, Word};
use zbus::{
    DBusError,
    blocking::{Connection, connection},
    zvariant::OwnedObjectPath,
};

use crate::logind::fake::private_bus::PrivateBus;

const NAME: &str = "org.freedesktop.login1";
const ROOT: &str = "/org/freedesktop/login1";

fn path(of: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(format!("{ROOT}/{of}")).expect("a path")
}

fn own() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[derive(Debug, DBusError)]
#[zbus(prefix = "org.freedesktop.login1")]
enum Refusal {
    #[zbus(error)]
    ZBus(zbus::Error),
    NoSuchSession(String),
    #[zbus(name = "NoSessionForPID")]
    NoSessionForPid(String),
    NoSuchUser(String),
}

/// Tells that something has changed.
async fn signal(bus: &zbus::Connection) -> zbus::Result<()> {
    let manager = "org.freedesktop.login1.Manager";
    bus.emit_signal(None::<&str>, ROOT, manager, "SeatNew", &("seat1", path("seat/seat1"))).await
}

/// Knows the sessions 1 and 2 of our user, and 3 of another one.
struct Manager {
    /// So many signals go out before it answers the first time.
    signals: AtomicU32,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    async fn get_session(
        &self,
        number: &str,
        #[zbus(connection)] bus: &zbus::Connection,
    ) -> Result<OwnedObjectPath, Refusal> {
        for _ in 0..self.signals.swap(0, Ordering::Relaxed) {
            signal(bus).await?;
        }
        match number {
            "1" | "2" | "3" => Ok(path(&format!("session/_3{number}"))),
            other => Err(Refusal::NoSuchSession(other.to_owned())),
        }
    }

    #[zbus(name = "GetSessionByPID")]
    fn get_session_by_pid(&self, _process: u32) -> Result<OwnedObjectPath, Refusal> {
        Err(Refusal::NoSessionForPid(String::new()))
    }

    fn get_user(&self, user: u32) -> Result<OwnedObjectPath, Refusal> {
        if user == own() { Ok(path("user/_1")) } else { Err(Refusal::NoSuchUser(String::new())) }
    }
}

struct Seat {
    front: &'static str,
}

#[zbus::interface(name = "org.freedesktop.login1.Seat")]
impl Seat {
    #[zbus(property)]
    fn active_session(&self) -> (String, OwnedObjectPath) {
        (self.front.to_owned(), path(&format!("session/_3{}", self.front)))
    }
}

struct User;

#[zbus::interface(name = "org.freedesktop.login1.User")]
impl User {
    #[zbus(property)]
    fn display(&self) -> (String, OwnedObjectPath) {
        ("1".to_owned(), path("session/_31"))
    }
}

struct Session {
    user: u32,
    state: &'static str,
    locked: bool,
}

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn user(&self) -> (u32, OwnedObjectPath) {
        (self.user, path("user/_1"))
    }

    #[zbus(property)]
    fn state(&self) -> String {
        self.state.to_owned()
    }

    #[zbus(property)]
    fn active(&self) -> bool {
        self.state == "active"
    }

    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.locked
    }
}

/// A bus with this logind.
struct Bus {
    bus: PrivateBus,
    logind: Connection,
}

impl Bus {
    /// The session `front` is in front; `first` is the state of session 1.
    fn start(
        folder: &std::path::Path,
        front: &'static str,
        first: &'static str,
        signals: u32,
    ) -> Self {
        let private = PrivateBus::start(folder);
        let state = |number| if number == front { "active" } else { "online" };
        let first = if first == "closing" { first } else { state("1") };
        let at = |of| format!("{ROOT}/{of}");
        let logind = connection::Builder::address(private.address.as_str())
            .and_then(|bus| bus.name(NAME))
            .and_then(|bus| bus.serve_at(ROOT, Manager { signals: signals.into() }))
            .and_then(|bus| bus.serve_at(at("seat/seat0"), Seat { front }))
            .and_then(|bus| bus.serve_at(at("user/_1"), User))
            .and_then(|bus| {
                let session = Session { user: own(), state: first, locked: false };
                bus.serve_at(at("session/_31"), session)
            })
            .and_then(|bus| {
                let session = Session { user: own(), state: state("2"), locked: true };
                bus.serve_at(at("session/_32"), session)
            })
            .and_then(|bus| {
                let session = Session { user: own() + 1, state: state("3"), locked: false };
                bus.serve_at(at("session/_33"), session)
            })
            .and_then(connection::Builder::build)
            .expect("the bus is ours");
        Self { bus: private, logind }
    }
}

/// Hears this logind, for the session `number` or for none.
fn hear(bus: &Bus, number: &str) -> Logind {
    let env = |name: &str| match name {
        "DBUS_SYSTEM_BUS_ADDRESS" => Some(bus.bus.address.clone()),
        "XDG_SESSION_ID" => Some(number.to_owned()),
        _ => None,
    };
    Logind::start(env).expect("it starts")
}

/// What is told next.
fn next(logind: &mut Logind) -> State {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        match logind.take() {
            Some(Word::Session(state)) => return state,
            Some(other) => panic!("{other:?}"),
            None if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            None => panic!("nothing is told"),
        }
    }
}

/// What a daemon of the session `number`, or of none, is told first.
fn told(front: &'static str, first: &'static str, number: &str) -> State {
    let folder = tempfile::tempdir().expect("a folder");
    let bus = Bus::start(folder.path(), front, first, 0);
    next(&mut hear(&bus, number))
}

/// Session 2 of our user is locked, so that it is told from session 1.
const FIRST: State = State { active: true, locked: false };
const SECOND: State = State { active: true, locked: true };
const BEHIND: State = State { active: false, locked: false };

#[test]
fn a_session_counts_that_has_not_ended() {
    assert_eq!(told("1", "", "1"), FIRST);
    assert_eq!(told("2", "", "1"), BEHIND, "another session of the same user");
    assert_eq!(told("2", "closing", "1"), SECOND, "it has ended, and its user is there again");
    assert_eq!(told("3", "closing", "1"), BEHIND, "somebody else is there");
}

#[test]
fn of_a_users_sessions_the_one_in_front_counts() {
    assert_eq!(told("1", "", ""), FIRST);
    assert_eq!(told("2", "", ""), SECOND, "not the one that logind names first");
    assert_eq!(told("3", "", ""), BEHIND);
}

/// More than any queue holds, before an answer.
#[test]
fn a_flood_of_signals_stands_in_no_answers_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let bus = Bus::start(folder.path(), "1", "", 200);
    let mut logind = hear(&bus, "1");
    assert_eq!(next(&mut logind), FIRST);
    let session = bus.logind.object_server().interface::<_, Session>(format!("{ROOT}/session/_31"));
    session.expect("it is served").get_mut().locked = true;
    let told = signal(bus.logind.inner());
    futures_lite::future::block_on(told).expect("sent");
    assert_eq!(next(&mut logind), SECOND);
}
