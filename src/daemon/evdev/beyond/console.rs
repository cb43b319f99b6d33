//! [`Way`]: texts on the text console, by keys that `composekey-console` binds (`output/console`).
//!
//! ```text
//! typist ──text──▶ thread ──its characters──▶ composekey-console ── binds keys in the kernel
//!    │ ◀─Strokes─────┘  ◀──────keys──────────────┘
//!    └── the keys, on a twin: the kernel has made characters of them when the write is done
//! ```
//!
//! The program is started for the first text. When a text is out, what it bound stays for a moment, because
//! another one may follow, and is put back then.

mod process;

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use self::process::Process;
use super::Answer;
use crate::{
    output::{
        Undelivered,
        console::{self, MOST, Refusal, Request},
    },
    session::news::{News, Teller},
};

/// How long keys stay bound behind a text.
const REST: Duration = Duration::from_millis(500);

/// `KEY_ENTER` and `KEY_TAB`: every keymap of the console has the two there.
const ENTER: u16 = 28;
const TAB: u16 = 15;

/// What the thread is told.
enum Order {
    /// A text is to be typed.
    Text(u64, String),
    /// The keys of it are struck, or will not be.
    Struck,
}

/// What the thread says of a text.
struct Said {
    number: u64,
    answer: Answer,
    /// Why it was refused, when that is not to be seen of the console in front.
    lasting: Option<String>,
}

/// The way through the kernel's tables.
pub(in super::super) struct Way {
    orders: Sender<Order>,
    said: News<Said>,
    /// Keys are bound for a text.
    bound: bool,
    /// The program can be started, as far as is known, and refuses nothing.
    works: bool,
    /// Why the last text was not typed, unless another one would be.
    refused: Option<String>,
}

impl Way {
    /// The way, on a machine that has virtual terminals.
    pub(in super::super) fn start() -> Option<Self> {
        console::in_front()?;
        let (orders, ordered) = mpsc::channel();
        let (said, teller) = News::new().ok()?;
        let binding = move || Binding { orders: ordered, teller, process: None }.run();
        let _ = thread::Builder::new().name("console".into()).spawn(binding).ok()?;
        let works = process::obstacle().is_none();
        Some(Self { orders, said, bound: false, works, refused: None })
    }

    pub(super) fn send(&mut self, number: u64, text: &str) -> Result<(), Undelivered> {
        let sent = self.orders.send(Order::Text(number, text.to_owned()));
        sent.map_err(|_| Undelivered::NoAnswer)
    }

    pub(super) fn take(&mut self) -> Option<(u64, Answer)> {
        let Said { number, answer, lasting } = self.said.take()?;
        if answer != Answer::Alive {
            self.bound |= matches!(answer, Answer::Strokes(_));
            self.works = lasting.is_none();
            self.refused = lasting;
        }
        Some((number, answer))
    }

    /// The keys of the text are struck, or will not be.
    pub(super) fn struck(&mut self) {
        if std::mem::take(&mut self.bound) {
            let _ = self.orders.send(Order::Struck);
        }
    }

    /// Nobody types what an answer to come says.
    pub(super) fn revoke(&mut self) -> bool {
        let _ = self.orders.send(Order::Struck);
        true
    }

    /// Whether the one who reads the keys now makes something of this one. The kernel's own keymap ends with 127; a display
    /// server that tells nothing knows more, by the keymap that is written down.
    pub(super) fn reads(code: u16) -> bool {
        code < 128 || matches!(console::check(), Err(Refusal::Graphics | Refusal::Closed))
    }

    /// Whether it types, as far as is known without looking.
    pub(in super::super) fn works(&self) -> bool {
        self.works
    }

    /// Whether any character can be typed now; why not. `None` while graphics are in front.
    pub(in super::super) fn state(&self) -> Option<Result<(), String>> {
        let refused = || self.refused.clone().map_or(Ok(()), Err);
        Some(match console::check() {
            Err(Refusal::Graphics) => return None,
            Err(Refusal::Closed) => Err(process::obstacle().unwrap_or_else(process::closed)),
            Err(refusal) => Err(refusal.to_string()),
            Ok(()) => process::obstacle().map_or_else(refused, Err),
        })
    }

    /// Has everything put back, as far as that takes no longer than this.
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
        f.debug_struct("Way").field("bound", &self.bound).finish_non_exhaustive()
    }
}

/// The thread.
struct Binding {
    orders: Receiver<Order>,
    teller: Teller<Said>,
    process: Option<Process>,
}

impl Binding {
    fn run(mut self) {
        // Keys are bound that nobody will strike any more.
        let mut idle = false;
        loop {
            let order = match idle {
                true => self.orders.recv_timeout(REST),
                false => self.orders.recv().map_err(RecvTimeoutError::from),
            };
            match order {
                Ok(Order::Text(number, text)) => {
                    idle = false;
                    let said = match self.strokes(number, &text) {
                        Ok(strokes) => {
                            Said { number, answer: Answer::Strokes(strokes), lasting: None }
                        }
                        Err((why, lasting)) => {
                            let lasting = lasting.then(|| why.to_string());
                            Said { number, answer: Answer::Refused(why), lasting }
                        }
                    };
                    if !self.teller.tell(said) {
                        return;
                    }
                }
                Ok(Order::Struck) => idle = true,
                Err(RecvTimeoutError::Timeout) => {
                    idle = false;
                    let rested = self.process.as_mut().map(|p| p.ask(&Request::default(), || {}));
                    if let Some(Err(_)) = rested {
                        self.process = None;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// The keys that type a text, bound.
    fn strokes(&mut self, number: u64, text: &str) -> Result<Vec<(u16, bool)>, Refused> {
        let printed: String = text.chars().filter(|c| !matches!(c, '\n' | '\t')).collect();
        if printed.contains(char::is_control) {
            return Err((Undelivered::Untypable, false));
        }
        let many = format!("it types {MOST} different characters at a time");
        let request = Request::new(&printed).ok_or((Undelivered::Console(many), false))?;
        let bound = self.ask(number, &request)?;
        let keys = |c: char| match request.characters().binary_search(&c) {
            Ok(at) => bound[at].iter().map(|&key| key.into()).collect(),
            Err(_) => vec![if c == '\n' { ENTER } else { TAB }],
        };
        let keys = text.chars().flat_map(keys);
        Ok(keys.flat_map(|key| [(key, true), (key, false)]).collect())
    }

    /// Asks the program. One that has died meanwhile is started again.
    fn ask(&mut self, number: u64, request: &Request) -> Result<Vec<console::Strokes>, Refused> {
        let late = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
        let mut fresh = false;
        loop {
            let Self { teller, process, .. } = &mut *self;
            let process = match process {
                Some(process) => process,
                none => {
                    fresh = true;
                    none.insert(Process::start().map_err(|why| (Undelivered::Console(why), true))?)
                }
            };
            let alive = || {
                let _ = teller.tell(Said { number, answer: Answer::Alive, lasting: None });
            };
            let error = match process.ask(request, alive) {
                Ok(console::Answer(Ok(strokes))) => return Ok(strokes),
                Ok(console::Answer(Err(refusal))) => {
                    // What it lacks may be given to it meanwhile, which counts for a new process.
                    self.process = None;
                    let seen = [Refusal::Closed, Refusal::Graphics, Refusal::Mode];
                    let why = Undelivered::Console(process::mend(refusal));
                    return Err((why, !seen.contains(&refusal)));
                }
                Err(error) => error,
            };
            self.process = None;
            if fresh || late(&error) {
                let why = if late(&error) { "does not answer" } else { "ends at once" };
                let why = format!("`{}` {why}", console::PROGRAM);
                return Err((Undelivered::Console(why), true));
            }
        }
    }
}

/// Why a text is not typed, and whether the next one would not be either, whatever is in front.
type Refused = (Undelivered, bool);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_key_can_be_bound_to_is_refused_at_once() {
        let (_orders, ordered) = mpsc::channel();
        let (_said, teller) = News::new().unwrap();
        let mut binding = Binding { orders: ordered, teller, process: None };
        assert_eq!(binding.strokes(1, "a\u{1b}"), Err((Undelivered::Untypable, false)));
        let many: String = ('\u{4e00}'..).take(MOST + 1).collect();
        assert!(matches!(binding.strokes(1, &many), Err((Undelivered::Console(_), false))));
    }
}
