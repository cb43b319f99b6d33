//! Answers what the command line asks of a running daemon.

use std::{process, time::Instant};

use super::{backend::Backend, control::CallerId, core::Core, start};
use crate::{
    ipc::{Reply, Request, Status},
    output::{Ticket, Undelivered},
};

/// Callers whose answer comes later.
#[derive(Debug, Default)]
pub(super) struct Pending {
    reloads: Vec<CallerId>,
    texts: Vec<(Ticket, CallerId)>,
}

/// Serves the control socket.
pub(super) fn callers<B: Backend>(core: &mut Core, backend: &mut B) -> Result<(), B::Lost> {
    let now = core.now;
    for (caller, request) in core.control.serve(now) {
        let reply = match request {
            Ok(request) => answer(core, backend, caller, request)?,
            Err(reason) => Some(Reply::Refused { reason }),
        };
        if let Some(reply) = reply {
            core.control.answer(caller, &reply, now);
        }
    }
    Ok(())
}

/// The answer, unless it comes later.
fn answer<B: Backend>(
    core: &mut Core,
    backend: &mut B,
    caller: CallerId,
    request: Request,
) -> Result<Option<Reply>, B::Lost> {
    Ok(match request {
        Request::Status => Some(Reply::Status(Box::new(status(core, backend)?))),
        Request::Reload => {
            core.loading.start();
            core.pending.reloads.push(caller);
            None
        }
        Request::Pause | Request::Resume => {
            core.paused = request == Request::Pause;
            backend.apply_pause(core)?;
            Some(Reply::Done)
        }
        Request::Type { text } => {
            let ticket = backend.type_text(text);
            core.pending.texts.push((ticket, caller));
            None
        }
    })
}

/// How the daemon is.
fn status<B: Backend>(core: &Core, backend: &B) -> Result<Status, B::Lost> {
    let description = backend.description(core)?;
    let notes = start::notes(&description);
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: process::id(),
        display: description.display,
        input: description.input.to_owned(),
        why: description.why,
        output: description.output,
        trigger: start::trigger_name(core.loaded.settings.engine.trigger),
        keyboards: description.keyboards,
        sequences: core.loaded.table.len(),
        paused: core.paused,
        ignoring: description.ignoring,
        caps_lock: description.caps_lock,
        config: core.paths.config_file.clone(),
        kept: core.kept,
        untyped: description.untyped,
        notes,
    })
}

impl Core {
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

    /// Answers those who asked for a reading that cannot be.
    pub(super) fn refuse_reloads(&mut self, reason: &str) {
        for caller in std::mem::take(&mut self.pending.reloads) {
            let reply = Reply::Refused { reason: reason.to_owned() };
            self.control.answer(caller, &reply, Instant::now());
        }
    }

    /// Answers the caller whose text is out, or was dropped. Texts that no caller gave have none.
    pub(super) fn finish_text(
        &mut self,
        ticket: Ticket,
        result: Result<(), Undelivered>,
        now: Instant,
    ) {
        let asked = self.pending.texts.iter().position(|(waiting, _)| *waiting == ticket);
        let Some(asked) = asked else { return };
        let (_, caller) = self.pending.texts.remove(asked);
        let reply = match result {
            Ok(()) => Reply::Done,
            Err(error) => Reply::Refused { reason: error.to_string() },
        };
        self.control.answer(caller, &reply, now);
    }
}
