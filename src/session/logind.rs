//! [`Logind`]: what systemd-logind tells of the session: whether it is active, locked, about to sleep
//! (org.freedesktop.login1(5)).
//!
//! A thread of its own asks: no key waits for a bus.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    thread,
};

use futures_lite::{StreamExt, future};
use zbus::{
    MatchRule, Message, MessageStream,
    blocking::{Connection, connection},
    message::Type,
    zvariant::{self, DynamicType, OwnedObjectPath, OwnedValue},
};

use super::news::{News, Teller};

/// What logind tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum Word {
    /// How the session is, or that it changed.
    Session(State),
    /// The machine sleeps as soon as this is dropped, or after a few seconds anyway.
    Sleeps(Option<OwnedFd>),
    /// It is awake again.
    Woke,
    /// Nothing more will be told: why.
    Lost(String),
}

/// How a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// It is the one in front, on its seat.
    pub active: bool,
    /// It is locked: its locker said so (`LockedHint`). The signal `Lock` does not count: it asks for
    /// a lock, and nobody takes it back.
    pub locked: bool,
}

/// Hears what logind tells. The descriptor is readable when there is something to take.
#[derive(Debug)]
pub struct Logind {
    news: News<Word>,
}

impl Logind {
    /// Starts to ask, for the session whose number is `$XDG_SESSION_ID`, else that of this process or
    /// its user, while it has not ended; for a user that does not log in, for whatever session is active on
    /// `seat0`.
    ///
    /// # Errors
    /// When there are no descriptors or threads left. Without a bus [`Word::Lost`] is told.
    pub fn start(env: impl Fn(&str) -> Option<String>) -> io::Result<Self> {
        let (news, mut teller) = News::new()?;
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let (address, number) = (set("DBUS_SYSTEM_BUS_ADDRESS"), set("XDG_SESSION_ID"));
        let asking = move || {
            let asked = Asking::new(address, number).and_then(|asking| asking.run(&mut teller));
            let why = match asked {
                Ok(()) => "the connection to the bus broke".to_owned(),
                Err(error) => error.to_string(),
            };
            let _ = teller.tell(Word::Lost(why));
        };
        let _ = thread::Builder::new().name("logind".into()).spawn(asking)?;
        Ok(Self { news })
    }

    /// What was told since the last call, in its order. To be called until there is nothing.
    pub fn take(&mut self) -> Option<Word> {
        self.news.take()
    }
}

impl AsFd for Logind {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.news.as_fd()
    }
}

const SERVICE: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const ROOT: &str = "/org/freedesktop/login1";
const SEAT: &str = "/org/freedesktop/login1/seat/seat0";

/// Whose keyboards they are.
enum Whose {
    /// This session's.
    Session(OwnedObjectPath),
    /// Our user's, who is not there.
    Away,
    /// We serve everybody, and nobody is there.
    Nobody,
}

/// The thread.
///
/// Signals have a connection of their own: one whose signals nobody takes in stops reading when so many wait, and
/// an answer behind them never comes.
struct Asking {
    /// For the questions.
    bus: Connection,
    /// For the signals.
    signals: Connection,
    number: Option<String>,
}

impl Asking {
    fn new(address: Option<String>, number: Option<String>) -> zbus::Result<Self> {
        let connect = || match &address {
            Some(address) => connection::Builder::address(address.as_str())?.build(),
            None => Connection::system(),
        };
        Ok(Self { bus: connect()?, signals: connect()?, number })
    }

    fn run(&self, teller: &mut Teller<Word>) -> zbus::Result<()> {
        let rule = MatchRule::builder().msg_type(Type::Signal).sender(SERVICE)?.build();
        // Before the first question, so that no change is missed.
        let signals = MessageStream::for_match_rule(rule, self.signals.inner(), None);
        let mut signals = future::block_on(signals)?;
        let mut told = self.state()?;
        let mut delay = self.delay_sleep();
        if !teller.tell(Word::Session(told)) {
            return Ok(());
        }
        let mut next = future::block_on(signals.next());
        while let Some(signal) = next.take() {
            let mut look = false;
            let mut waiting = Some(signal);
            // All that wait, and then one question.
            while let Some(signal) = waiting {
                let heard = match sleeps(&signal?) {
                    Some(true) => teller.tell(Word::Sleeps(delay.take())),
                    Some(false) => {
                        delay = self.delay_sleep();
                        teller.tell(Word::Woke)
                    }
                    // Sessions are few and change seldom: whatever it is, look.
                    None => {
                        look = true;
                        true
                    }
                };
                if !heard {
                    return Ok(());
                }
                // A stream that has ended is seen below.
                waiting = future::block_on(future::poll_once(signals.next())).flatten();
            }
            if look {
                let state = self.state()?;
                if state != told && !teller.tell(Word::Session(state)) {
                    return Ok(());
                }
                told = state;
            }
            next = future::block_on(signals.next());
        }
        Ok(())
    }

    fn state(&self) -> zbus::Result<State> {
        let session = match self.session()? {
            Whose::Session(session) => session,
            Whose::Away => return Ok(State { active: false, locked: false }),
            Whose::Nobody => return Ok(State { active: true, locked: false }),
        };
        // It may be gone by now; a signal tells which one comes next.
        let flag = |name| {
            let value = known(self.property(session.as_str(), "Session", name));
            value
                .map(|value| value.and_then(|value| bool::try_from(value).ok()).unwrap_or_default())
        };
        Ok(State { active: flag("Active")?, locked: flag("LockedHint")? })
    }

    /// The session that counts.
    fn session(&self) -> zbus::Result<Whose> {
        if let Some(number) = &self.number
            && let Some(session) = self.living("GetSession", &(number.as_str()))?
        {
            return Ok(Whose::Session(session));
        }
        // The process that asks.
        if let Some(session) = self.living("GetSessionByPID", &(0_u32))? {
            return Ok(Whose::Session(session));
        }
        let front = self.session_in(SEAT, "Seat", "ActiveSession")?;
        let uid = rustix::process::geteuid().as_raw();
        let Some(user) = self.path("GetUser", &(uid))? else {
            return Ok(front.map_or(Whose::Nobody, Whose::Session));
        };
        // A user may be there more than once, on several terminals.
        if let Some(front) = front
            && self.user_of(&front)? == Some(uid)
        {
            return Ok(Whose::Session(front));
        }
        let session = self.session_in(user.as_str(), "User", "Display")?;
        Ok(session.map_or(Whose::Away, Whose::Session))
    }

    /// A session, unless it has ended: one whose processes outlive it, as we do, is still known.
    fn living(
        &self,
        method: &str,
        arguments: &(impl serde::Serialize + DynamicType),
    ) -> zbus::Result<Option<OwnedObjectPath>> {
        let Some(session) = self.path(method, arguments)? else { return Ok(None) };
        let state = known(self.property(session.as_str(), "Session", "State"))?;
        let state = state.and_then(|state| String::try_from(state).ok());
        Ok((state.as_deref() != Some("closing")).then_some(session))
    }

    /// The number of the user whose session it is.
    fn user_of(&self, session: &OwnedObjectPath) -> zbus::Result<Option<u32>> {
        let user = known(self.property(session.as_str(), "Session", "User"))?;
        let user = user.and_then(|user| <(u32, OwnedObjectPath)>::try_from(user).ok());
        Ok(user.map(|(uid, _)| uid))
    }

    /// What a method of the manager answers; `None` when there is no such thing.
    fn path(
        &self,
        method: &str,
        arguments: &(impl serde::Serialize + DynamicType),
    ) -> zbus::Result<Option<OwnedObjectPath>> {
        let answer = self.bus.call_method(Some(SERVICE), ROOT, Some(MANAGER), method, arguments);
        match answer {
            Ok(answer) => Ok(Some(answer.body().deserialize()?)),
            Err(zbus::Error::MethodError(name, ..)) if name.as_str().starts_with(SERVICE) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// A property that names a session: its number, empty for none, and its path.
    fn session_in(
        &self,
        path: &str,
        interface: &str,
        name: &str,
    ) -> zbus::Result<Option<OwnedObjectPath>> {
        // There are machines without a seat.
        let Some(value) = known(self.property(path, interface, name))? else { return Ok(None) };
        let (number, session) = <(String, OwnedObjectPath)>::try_from(value)?;
        Ok((!number.is_empty()).then_some(session))
    }

    fn property(&self, path: &str, interface: &str, name: &str) -> zbus::Result<OwnedValue> {
        let properties = Some("org.freedesktop.DBus.Properties");
        let interface = format!("{SERVICE}.{interface}");
        let answer =
            self.bus.call_method(Some(SERVICE), path, properties, "Get", &(interface, name))?;
        answer.body().deserialize()
    }

    /// Has the machine wait for us before it sleeps. Not everybody may.
    fn delay_sleep(&self) -> Option<OwnedFd> {
        let why = ("sleep", "composekey", "gives the keyboards back", "delay");
        let answer =
            self.bus.call_method(Some(SERVICE), ROOT, Some(MANAGER), "Inhibit", &why).ok()?;
        let delay: zvariant::OwnedFd = answer.body().deserialize().ok()?;
        Some(delay.into())
    }
}

/// `None` when the bus answered that there is no such thing, or no longer.
fn known<T>(answer: zbus::Result<T>) -> zbus::Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(zbus::Error::MethodError(..)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the machine is about to sleep (`true`) or awake again; `None`: the signal is another one.
fn sleeps(signal: &Message) -> Option<bool> {
    let header = signal.header();
    let is_it = header.member().is_some_and(|member| member.as_str() == "PrepareForSleep");
    is_it.then(|| signal.body().deserialize().ok()).flatten()
}
