//! [`Way`]: texts through the pool of keycodes of a real X server (`output/x11`), by a thread of its own with a
//! connection of its own: the server may take its time.
//!
//! The keys of the twins reach the server by the kernel and libinput, the pool's by the connection. What was
//! struck before a text must be there first, and nobody tells when it is. So a key that does nothing,
//! the [`Mark`], is struck on the twins behind it, and looked for among the keys that the server has down:
//!
//! ```text
//! typist   a ─ mark down ──────────────▶ mark up ──────────────▶ (waits) ───────────▶ b
//! thread   looks … it is down ──Seen──▶  looks … it is up ──▶ text, round trip ──Typed──▶
//! ```

mod typing;

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use self::typing::Typing;
use super::{Answer, Mark};
use crate::{
    output::{Leave, Undelivered},
    session::news::{News, Teller},
};

/// A text for the thread.
struct Order {
    number: u64,
    text: String,
    mark: Mark,
    leave: Arc<Leave>,
}

/// What the thread says.
enum Said {
    Answer(u64, Answer),
    State(State),
}

/// How the pool is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// The server has not answered yet.
    Opening,
    /// There is one.
    Open {
        /// How many characters it has room for at a time, or why for none.
        places: Result<usize, Undelivered>,
        /// The nodes of the keyboards that the server reads.
        nodes: Vec<PathBuf>,
    },
    /// There is none: why.
    Closed(String),
}

/// The way through an X server.
pub(in super::super) struct Way {
    /// The name of the display.
    pub(in super::super) display: String,
    orders: Teller<Order>,
    said: News<Said>,
    state: State,
    /// Of the last text.
    leave: Arc<Leave>,
    /// The last text was given up, and nothing was said since.
    silent: bool,
}

impl Way {
    /// Starts the thread, which connects to this display.
    ///
    /// # Errors
    /// When there are no descriptors or threads left.
    pub(in super::super) fn start(display: &str) -> io::Result<Self> {
        let (orders, teller) = News::new()?;
        let (said, telling) = News::new()?;
        let name = display.to_owned();
        // The connection stays in its thread.
        let typing = move || Typing::new(name, orders, telling).run();
        let _ = thread::Builder::new().name("x11".into()).spawn(typing)?;
        let leave = Arc::default();
        let display = display.to_owned();
        Ok(Self { display, orders: teller, said, state: State::Opening, leave, silent: false })
    }

    /// Waits until the server has answered, but not longer than this.
    pub(in super::super) fn wait(&mut self, longest: Duration) {
        if let Some(said) = self.said.wait(longest) {
            let _ = self.hear(said);
        }
    }

    pub(super) fn send(&mut self, number: u64, text: &str, mark: Mark) -> Result<(), Undelivered> {
        if self.silent {
            return Err(Undelivered::NoAnswer);
        }
        match &self.state {
            State::Open { places: Err(why), .. } => return Err(why.clone()),
            State::Open { nodes, .. } if !mark.nodes.iter().all(|node| nodes.contains(node)) => {
                return Err(Undelivered::NotHeard);
            }
            // One that is closed may be open by now: the thread tries again.
            State::Opening | State::Open { .. } | State::Closed(_) => {}
        }
        self.leave = Arc::default();
        let order = Order { number, text: text.to_owned(), mark, leave: self.leave.clone() };
        match self.orders.tell(order) {
            true => Ok(()),
            false => Err(Undelivered::NoAnswer),
        }
    }

    pub(super) fn take(&mut self) -> Option<(u64, Answer)> {
        while let Some(said) = self.said.take() {
            if let Some(answer) = self.hear(said) {
                return Some(answer);
            }
        }
        None
    }

    fn hear(&mut self, said: Said) -> Option<(u64, Answer)> {
        self.silent = false;
        match said {
            Said::Answer(number, answer) => return Some((number, answer)),
            Said::State(state) => self.state = state,
        }
        None
    }

    pub(super) fn revoke(&mut self) -> bool {
        self.silent = true;
        self.leave.revoke()
    }

    /// For how many characters there is room at a time on the way of this twin; why there is no way.
    pub(in super::super) fn room(&self, twin: Option<&Path>) -> Result<usize, String> {
        let display = &self.display;
        match &self.state {
            _ if self.silent => Err(format!("the X server (`{display}`) does not answer")),
            State::Opening => Err(format!("the X server (`{display}`) has not answered yet")),
            State::Closed(why) => Err(why.clone()),
            State::Open { places: Err(why), .. } => Err(why.to_string()),
            State::Open { nodes, .. }
                if twin.is_some_and(|twin| !nodes.iter().any(|node| node == twin)) =>
            {
                Err(format!("the X server (`{display}`) does not read the keyboards"))
            }
            State::Open { places: Ok(places), .. } => Ok(*places),
        }
    }

    /// Gives the pool back, as far as the server lets it within this time.
    pub(in super::super) fn close(self, longest: Duration) {
        let Self { orders, mut said, .. } = self;
        drop(orders);
        while said.wait(longest).is_some() {}
    }
}

impl AsFd for Way {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.said.as_fd()
    }
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Way({}, {:?})", self.display, self.state)
    }
}
