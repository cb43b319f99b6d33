//! [`Bus`]: a private bus with a logind of its own on it, for one session that a test locks, leaves and
//! puts to sleep.

#[path = "private_bus.rs"]
pub(crate) mod private_bus;

use std::{
    collections::HashMap,
    os::fd::OwnedFd,
    path::Path,
    sync::{Arc, Mutex},
};

use private_bus::PrivateBus;
use zbus::{
    DBusError,
    blocking::{Connection, connection},
    zvariant::{self, OwnedObjectPath, Value},
};

const NAME: &str = "org.freedesktop.login1";
const ROOT: &str = "/org/freedesktop/login1";
const SESSION: &str = "/org/freedesktop/login1/session/_31";

/// Both end with it.
#[derive(Debug)]
pub(crate) struct Bus {
    bus: PrivateBus,
    /// As in `DBUS_SYSTEM_BUS_ADDRESS`.
    pub(crate) address: String,
    connection: Connection,
    session: Arc<Mutex<Flags>>,
    delays: Arc<Mutex<Vec<OwnedFd>>>,
}

#[derive(Clone, Copy, Debug)]
struct Flags {
    active: bool,
    locked: bool,
}

impl Bus {
    /// Starts both; the session with the number `1` is active.
    pub(crate) fn start(folder: &Path) -> Self {
        let bus = PrivateBus::start(folder);
        let address = bus.address.clone();
        let session = Arc::new(Mutex::new(Flags { active: true, locked: false }));
        let delays = Arc::<Mutex<Vec<OwnedFd>>>::default();
        let connection = connection::Builder::address(address.as_str())
            .and_then(|builder| builder.name(NAME))
            .and_then(|builder| builder.serve_at(ROOT, Manager { delays: Arc::clone(&delays) }))
            .and_then(|builder| builder.serve_at(SESSION, Session(Arc::clone(&session))))
            .and_then(connection::Builder::build)
            .expect("the bus is ours");
        Self { bus, address, connection, session, delays }
    }

    /// What the session is from now on.
    pub(crate) fn set(&self, active: bool, locked: bool) {
        *self.session.lock().expect("no panic") = Flags { active, locked };
        let changed =
            HashMap::from([("Active", Value::from(active)), ("LockedHint", Value::from(locked))]);
        let what = (format!("{NAME}.Session"), changed, Vec::<String>::new());
        let properties = "org.freedesktop.DBus.Properties";
        let name = "PropertiesChanged";
        self.connection.emit_signal(None::<&str>, SESSION, properties, name, &what).expect("sent");
    }

    /// The machine is about to sleep, or awake.
    pub(crate) fn sleep(&self, sleeps: bool) {
        let manager = format!("{NAME}.Manager");
        let name = "PrepareForSleep";
        self.connection.emit_signal(None::<&str>, ROOT, manager, name, &(sleeps)).expect("sent");
    }

    /// How many have the machine wait for them.
    pub(crate) fn delays(&self) -> usize {
        let mut delays = self.delays.lock().expect("no panic");
        // The other end is closed: nothing can be read, and never will be.
        delays.retain(|end| !matches!(rustix::io::read(end, &mut [0_u8; 1]), Ok(0)));
        delays.len()
    }

    /// The bus breaks.
    pub(crate) fn kill(&mut self) {
        self.bus.end();
    }
}

struct Manager {
    delays: Arc<Mutex<Vec<OwnedFd>>>,
}

#[derive(Debug, DBusError)]
#[zbus(prefix = "org.freedesktop.login1")]
enum Refusal {
    #[zbus(error)]
    ZBus(zbus::Error),
    NoSuchSession(String),
    NoSuchUser(String),
    #[zbus(name = "NoSessionForPID")]
    NoSessionForPid(String),
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn get_session(&self, number: &str) -> Result<OwnedObjectPath, Refusal> {
        match number {
            "1" => Ok(OwnedObjectPath::try_from(SESSION).expect("a path")),
            other => Err(Refusal::NoSuchSession(other.to_owned())),
        }
    }

    #[zbus(name = "GetSessionByPID")]
    fn get_session_by_pid(&self, _process: u32) -> Result<OwnedObjectPath, Refusal> {
        Err(Refusal::NoSessionForPid(String::new()))
    }

    fn get_user(&self, _user: u32) -> Result<OwnedObjectPath, Refusal> {
        Err(Refusal::NoSuchUser(String::new()))
    }

    fn inhibit(&self, what: &str, who: &str, _why: &str, mode: &str) -> zvariant::OwnedFd {
        assert_eq!((what, who, mode), ("sleep", "composekey", "delay"));
        let (ours, theirs) =
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::NONBLOCK).expect("a pipe");
        self.delays.lock().expect("no panic").push(ours);
        theirs.into()
    }
}

struct Session(Arc<Mutex<Flags>>);

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn active(&self) -> bool {
        self.0.lock().expect("no panic").active
    }

    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.0.lock().expect("no panic").locked
    }
}
