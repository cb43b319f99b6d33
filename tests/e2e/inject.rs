//! Injection alone: whatever is pushed arrives, in every kind of client and under every keymap.

mod apps;
mod server;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use composekey::{
    keycode::Keycode,
    output::{
        Undelivered,
        x11::{Item, Ticket, X11Output},
    },
    x11::Display,
};
use x11rb::{connection::Connection, protocol::xproto::ConnectionExt as _};

use self::{
    apps::{App, Kind},
    server::Server,
};

const SHIFT: u32 = 50;
const CTRL: u32 = 37;
const CAPS: u32 = 66;
const ALTGR: u32 = 108;
const B: u32 = 56;

/// Characters of all kinds: Latin with capitals, Greek, Cyrillic, Hebrew, arrows, emoji.
fn alphabet(distinct: usize) -> Vec<char> {
    let all = [
        0xe4..=0xfe,
        0x41..=0x5a,
        0x61..=0x7a,
        0x3b1..=0x3c9,
        0x410..=0x44f,
        0x5d0..=0x5ea,
        0x2190..=0x21ff,
        0x1f600..=0x1f640,
        0x100..=0x17f,
        0x21..=0x40,
        0x2200..=0x22ff,
    ];
    // One of each range in turn, so that even a short alphabet has all kinds.
    let mut ranges: Vec<_> = all.map(|r| r.filter_map(char::from_u32)).into_iter().collect();
    let mut alphabet = Vec::new();
    while alphabet.len() < distinct {
        for range in &mut ranges {
            alphabet.extend(range.next());
        }
    }
    alphabet.truncate(distinct);
    alphabet
}

/// `length` characters of an alphabet of `distinct`, every one of them at least once.
fn mixed(length: usize, distinct: usize) -> String {
    let alphabet = alphabet(distinct);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    let rest = (distinct..length).map(|_| alphabet[next() % distinct]).collect::<String>();
    alphabet.iter().collect::<String>() + &rest
}

/// An output and what drives it.
struct Rig {
    display: Display,
    output: X11Output,
}

impl Rig {
    fn new(server: &Server) -> Self {
        let display = server.display();
        let output = X11Output::new(&display, Instant::now()).unwrap();
        Self { display, output }
    }

    /// One round of the loop.
    fn step(&mut self) {
        while let Some(event) = self.display.conn.poll_for_event().unwrap() {
            self.output.on_event(&event);
        }
        if self.output.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
            self.output.flush(Instant::now()).unwrap();
        }
    }

    fn run(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.step();
            sleep(Duration::from_millis(1));
        }
    }

    /// Waits until the server has done all of it.
    fn sync(&self) {
        self.display.conn.get_input_focus().unwrap().reply().unwrap();
    }

    fn outcome(&mut self, ticket: Ticket) -> Result<(), Undelivered> {
        loop {
            self.step();
            if let Some((found, outcome)) = self.output.take_outcome() {
                assert_eq!(found, ticket);
                return outcome;
            }
        }
    }

    fn push(&mut self, text: &str) -> Ticket {
        self.output.push(Item::Text(text.to_owned()))
    }

    fn type_text(&mut self, text: &str) {
        let ticket = self.push(text);
        assert_eq!(self.outcome(ticket), Ok(()));
    }
}

fn arrives(kind: Kind, text: &str) {
    let mut server = Server::start();
    let app = App::start(&mut server, kind);
    let mut rig = Rig::new(&server);
    let start = Instant::now();
    rig.type_text(text);
    let rate = text.chars().count() as f64 / start.elapsed().as_secs_f64();
    println!("{kind:?}: {rate:.0} characters/s");
    if kind == Kind::Zenity {
        rig.type_text("\n");
        return app.expect(&format!("{text}\n"));
    }
    app.expect(text);
}

#[test]
fn ten_thousand_into_xterm() {
    arrives(Kind::Xterm, &mixed(10_000, 60));
}

/// In ten entries, for GTK needs the square of the length.
#[test]
fn ten_thousand_into_gtk() {
    let mut server = Server::start();
    let apps: Vec<_> = (0..10).map(|_| App::start(&mut server, Kind::Zenity)).collect();
    let mut rig = Rig::new(&server);
    let text: Vec<_> = mixed(10_000, 60).chars().collect();
    for (app, part) in apps.iter().zip(text.chunks(1000)) {
        app.focus(&server);
        rig.type_text(&(part.iter().collect::<String>() + "\n"));
        rig.sync();
    }
    for (app, part) in apps.iter().zip(text.chunks(1000)) {
        app.expect(&(part.iter().collect::<String>() + "\n"));
    }
}

#[test]
fn ten_thousand_into_qt() {
    arrives(Kind::Qt, &mixed(10_000, 60));
}

#[test]
fn more_characters_than_the_pool_holds() {
    for kind in [Kind::Xterm, Kind::Zenity, Kind::Qt] {
        arrives(kind, &mixed(1_500, 500));
    }
}

#[test]
fn a_slow_client_reads_the_right_symbols() {
    arrives(Kind::Toy(10), &mixed(300, 60));
}

#[test]
fn a_stopped_client_reads_the_right_symbols() {
    for kind in [Kind::Toy(0), Kind::Xterm, Kind::Qt] {
        let mut server = Server::start();
        let app = App::start(&mut server, kind);
        let mut rig = Rig::new(&server);
        signal(app.id, rustix::process::Signal::STOP);
        rig.type_text("λ");
        server.keyboards[0].tap(B);
        rig.type_text("é");
        server.keyboards[1].tap(B);
        sleep(Duration::from_millis(500));
        signal(app.id, rustix::process::Signal::CONT);
        app.expect("λbéb");
    }
}

fn signal(id: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(id.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}
