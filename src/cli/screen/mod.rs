//! [`run`]: the terminal while an interactive command has it.
//!
//! A command is a [`Program`]: it takes keys, and draws what is to be seen. It touches neither clock
//! nor terminal, so tests drive it with made-up keys and look at the picture (`TestBackend`).
//! `terminal.rs` takes and restores the terminal, `input.rs` reads what it sends, `keys.rs` is a keyboard
//! for the engine, `draw.rs` what the screens have in common.

pub(super) mod draw;
mod input;
pub(super) mod keys;
mod terminal;

use std::{
    io,
    time::{Duration, Instant},
};

use ratatui::{Frame, Terminal, backend::CrosstermBackend};

pub use input::{Key, Press};

use self::{
    input::Input,
    terminal::{Event, Tty},
};
use super::{Exit, Terminal as Streams};

/// An interactive command.
pub trait Program {
    /// Whether it can do more when it is told of every key and of releases.
    fn wants_every_key(&self) -> bool {
        false
    }

    /// The terminal tells of every key, releases and Caps Lock too; or it does not.
    fn told_of_every_key(&mut self, _tells: bool) {}

    /// A key was pressed; or released, where the terminal tells so.
    fn key(&mut self, press: &Press, now: Instant);

    /// When [`Program::tick`] is to be called.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// The deadline came.
    fn tick(&mut self, _now: Instant) {}

    /// Draws all of it. The cursor is where the program puts it, else hidden.
    fn draw(&self, frame: &mut Frame<'_>);

    /// Whether it is done.
    fn is_over(&self) -> bool;
}

/// Gives a program the terminal until it is over.
///
/// A signal that ends programs ends this one, after the terminal is restored; so does a hang-up.
///
/// # Errors
/// When there is no terminal, or it went away.
pub fn run(program: &mut dyn Program) -> io::Result<()> {
    let mut tty = Tty::open(program.wants_every_key())?;
    let ended = show(program, &mut tty);
    drop(tty);
    if let Some(signal) = ended? {
        signal_hook::low_level::emulate_default_handler(signal)?;
    }
    Ok(())
}

/// Runs the program; the signal that ended it, if one did.
fn show(program: &mut dyn Program, tty: &mut Tty) -> io::Result<Option<i32>> {
    let mut terminal = Terminal::new(CrosstermBackend::new(tty.output()?))?;
    program.told_of_every_key(tty.tells_all());
    while !program.is_over() {
        terminal.draw(|frame| program.draw(frame))?;
        let left = |until: Instant| until.saturating_duration_since(Instant::now());
        // A millisecond more: what is due must be over when we look again.
        let timeout = program.deadline().map(|until| left(until) + Duration::from_millis(1));
        match tty.wait(timeout)? {
            Event::Input(inputs) => {
                for input in inputs {
                    let Input::Key(press) = input else { continue };
                    if press == Press::ctrl('z') {
                        suspend(tty, &mut terminal)?;
                    } else if !program.is_over() {
                        program.key(&press, Instant::now());
                    }
                }
            }
            Event::Timeout => program.tick(Instant::now()),
            Event::Redraw => redraw(&mut terminal)?,
            Event::Suspend => suspend(tty, &mut terminal)?,
            Event::End(signal) => return Ok(Some(signal)),
            Event::Gone => break,
        }
    }
    Ok(None)
}

fn suspend<B: ratatui::backend::Backend<Error = io::Error>>(
    tty: &mut Tty,
    terminal: &mut Terminal<B>,
) -> io::Result<()> {
    tty.suspend()?;
    redraw(terminal)
}

/// Draws everything anew. Not `clear`, which asks the terminal where the cursor is and would read
/// the answer from us.
fn redraw<B: ratatui::backend::Backend<Error = io::Error>>(
    terminal: &mut Terminal<B>,
) -> io::Result<()> {
    let size = terminal.size()?;
    terminal.resize(size.into())
}

/// Says why there is no screen.
pub(super) fn failed(error: &io::Error, streams: &mut Streams<'_>) -> io::Result<Exit> {
    writeln!(streams.err, "error: no terminal to draw on: {error}")?;
    Ok(Exit::Failed)
}
