//! The one poll loop: descriptors to events, actions to shells. It translates and holds no rules.

use std::time::Instant;

use super::{
    End,
    backend::Backend,
    core::Core,
    load::{Loaded, Unread},
    memory,
    poller::{Own, Woke},
    say, serve,
    signals::Signals,
    start,
};
use crate::engine::Event;

/// Serves until something ends it.
pub(super) fn run<B: Backend>(mut core: Core, mut backend: B) -> End {
    let end = match begin(&mut core, &mut backend).and_then(|()| serve(&mut core, &mut backend)) {
        Ok(end) => end,
        Err(lost) => backend.end(&lost),
    };
    if matches!(end, End::Asked | End::LetGo | End::Unguarded) {
        // First the keyboards, then the traces; a display that breaks meanwhile has none.
        backend.close();
    }
    end
}

fn begin<B: Backend>(core: &mut Core, backend: &mut B) -> Result<(), B::Lost> {
    core.now = Instant::now();
    backend.apply_pause(core)?;
    step(core, backend)?;
    start::message(core, &backend.description(core)?);
    memory::hand_back_code();
    Ok(())
}

fn serve<B: Backend>(core: &mut Core, backend: &mut B) -> Result<End, B::Lost> {
    loop {
        step(core, backend)?;
        if let Some(end) = core.end {
            return Ok(end);
        }
        let woke = wait(core, backend);
        // A key must not wait for what nobody has to say: only what woke us is asked.
        if woke.has(Own::Stop) {
            core.end = Some(End::Asked);
        }
        if woke.has(Own::Reload) {
            Signals::clear(&core.signals.reload);
            core.loading.start();
        }
        if woke.has(Own::Guard) {
            core.guard.hear();
        }
        if woke.has(Own::Files) {
            core.watcher.read(core.now);
        }
        if core.watcher.take_change(core.now) {
            core.loading.start();
        }
        if woke.has(Own::Loading) {
            match core.loading.take() {
                Some(Ok(loaded)) => take_over(core, backend, loaded)?,
                Some(Err(unread)) => keep(core, &unread),
                None => {}
            }
        }
        if woke.has(Own::Callers) || core.control.deadline().is_some_and(|at| at <= core.now) {
            serve::callers(core, backend)?;
        }
    }
}

/// Handles what has arrived, and answers the guard when all of it is done.
fn step<B: Backend>(core: &mut Core, backend: &mut B) -> Result<(), B::Lost> {
    let asked = core.guard.is_asked();
    backend.step(core)?;
    if asked {
        core.guard.answer();
    }
    if core.guard.is_gone() {
        match core.guard.revive() && core.poller.add(Own::Guard, core.guard.socket()).is_ok() {
            true => backend.guard_is_new(core),
            false => core.end = Some(End::Unguarded),
        }
    }
    Ok(())
}

/// Puts a reading in force, unless it has errors.
fn take_over<B: Backend>(
    core: &mut Core,
    backend: &mut B,
    mut loaded: Loaded,
) -> Result<(), B::Lost> {
    core.watcher.set_files(&loaded.files);
    let report = std::mem::take(&mut loaded.report);
    if !report.is_empty() {
        say(&format!("findings in the settings or maps\n{report}"));
    }
    core.kept = loaded.errors;
    if loaded.errors {
        say("the old settings and maps stay in force");
    } else {
        let now = core.now;
        let settings = loaded.settings.engine.clone();
        core.events.push((now, Event::Table(loaded.table.clone())));
        if settings != core.loaded.settings.engine {
            backend.set_trigger(core, settings.trigger)?;
            core.events.push((now, Event::Settings(settings)));
        }
        core.loaded = loaded;
        backend.apply_settings(core)?;
        backend.apply_pause(core)?;
        say(&format!("{} sequences in force", core.loaded.table.len()));
    }
    core.answer_reloads(&report);
    Ok(())
}

/// There is no reading: what is in force stays.
fn keep(core: &mut Core, unread: &Unread) {
    core.kept = true;
    say(&format!("{unread}; the old ones stay in force"));
    core.refuse_reloads(&unread.to_string());
}

/// Sleeps until something happens or is due. Apart, with all that a passing key runs through.
#[inline(never)]
fn wait<B: Backend>(core: &mut Core, backend: &mut B) -> Woke {
    let deadlines = [
        core.engine.deadline(),
        backend.deadline(core.now),
        core.guard.deadline(),
        core.watcher.deadline(),
        core.control.deadline(),
    ];
    let woke = core.poller.wait(deadlines.into_iter().flatten().min());
    if woke.is_ok_and(Woke::is_nothing) {
        backend.ahead(core);
    }
    core.now = Instant::now();
    woke.unwrap_or_else(|_| {
        // Nothing but a bug or an exhausted kernel gets here: better no daemon than a deaf one.
        core.end = Some(End::Deaf);
        Woke::default()
    })
}
