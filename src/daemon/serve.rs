//! Answers what the command line asks of a running daemon.

use std::{process, time::Instant};

use x11rb::protocol::xkb::{self, ConnectionExt as _};

use super::{control::CallerId, run::Daemon, start};
use crate::{
    ipc::{Keyboard, Reply, Request, Status},
    output::x11::{Item, Ticket},
    x11::DisplayError,
};

/// Callers whose answer comes later.
#[derive(Debug, Default)]
pub(super) struct Pending {
    reloads: Vec<CallerId>,
    texts: Vec<(Ticket, CallerId)>,
}

impl Daemon {
    /// Serves the control socket.
    pub(super) fn serve_callers(&mut self, now: Instant) -> Result<(), DisplayError> {
        for (caller, request) in self.control.serve(now) {
            let reply = match request {
                Ok(request) => self.answer(caller, request)?,
                Err(reason) => Some(Reply::Refused { reason }),
            };
            if let Some(reply) = reply {
                self.control.answer(caller, &reply, now);
                let _ = self.control.serve(now);
            }
        }
        Ok(())
    }

    /// The answer, unless it comes later.
    fn answer(
        &mut self,
        caller: CallerId,
        request: Request,
    ) -> Result<Option<Reply>, DisplayError> {
        Ok(match request {
            Request::Status => Some(Reply::Status(self.status()?)),
            Request::Reload => {
                self.loading.start();
                self.pending.reloads.push(caller);
                None
            }
            Request::Pause | Request::Resume => {
                self.paused = request == Request::Pause;
                self.apply_pause()?;
                Some(Reply::Done)
            }
            Request::Type { text } => {
                let ticket = self.output.push(Item::Text(text));
                self.pending.texts.push((ticket, caller));
                None
            }
        })
    }

    /// Answers those who asked for a reading that is complete now.
    pub(super) fn answer_reloads(&mut self, report: &str) {
        for caller in std::mem::take(&mut self.pending.reloads) {
            let reply = Reply::Reloaded {
                sequences: self.loaded.table.len(),
                kept: self.kept,
                report: report.to_owned(),
            };
            self.control.answer(caller, &reply, Instant::now());
        }
    }

    /// Answers those whose text is out, or was dropped. Whether any text was dropped.
    pub(super) fn finish_texts(&mut self, now: Instant) -> bool {
        let mut dropped = false;
        while let Some((ticket, result)) = self.output.take_outcome() {
            dropped |= result.is_err();
            let asked = self.pending.texts.iter().position(|(waiting, _)| *waiting == ticket);
            if let Some(asked) = asked {
                let (_, caller) = self.pending.texts.remove(asked);
                let reply = match result {
                    Ok(()) => Reply::Done,
                    Err(error) => Reply::Refused { reason: error.to_string() },
                };
                self.control.answer(caller, &reply, now);
            }
        }
        dropped
    }

    /// How the daemon is.
    fn status(&self) -> Result<Status, DisplayError> {
        let core = u16::from(xkb::ID::USE_CORE_KBD);
        let state = self.display.conn.xkb_get_state(core)?.reply()?;
        let settings = &self.loaded.settings;
        let paused = self.input.is_paused();
        let keyboard = |info: crate::input::x11::KeyboardInfo| Keyboard {
            name: info.name,
            grabbed: !info.refused && !paused,
        };
        let infos = || self.input.keyboards().map(|(_, info)| info);
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: process::id(),
            display: start::display_name(self),
            input: "x11".to_owned(),
            output: start::output_name(self),
            trigger: start::trigger_name(settings.engine.trigger),
            keyboards: infos().map(keyboard).collect(),
            sequences: self.loaded.table.len(),
            paused: self.paused,
            ignoring: self.focus.ignored(settings).map(str::to_owned),
            caps_lock: u16::from(state.locked_mods) & 2 != 0,
            config: self.paths.config_file.clone(),
            kept: self.kept,
            notes: start::notes(&self.display, settings.engine.trigger, infos())?,
        })
    }
}
