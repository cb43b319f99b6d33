//! The one poll loop: descriptors to events, actions to shells. It translates and holds no rules.

use std::{
    os::fd::{AsFd, BorrowedFd},
    time::Instant,
};

use arrayvec::ArrayVec;
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};

use super::{
    End, backend::Backend, control::CALLERS, core::Core, load::Loaded, say, serve,
    signals::Signals, start, time_to_poll,
};
use crate::engine::Event;

/// Everything that the loop waits for: its own, the backend's, the listener's, the callers'.
const DESCRIPTORS: usize = 6 + 1 + CALLERS;

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
    backend.apply_pause(core)?;
    step(core, backend)?;
    start::message(core, &backend.description(core)?);
    Ok(())
}

fn serve<B: Backend>(core: &mut Core, backend: &mut B) -> Result<End, B::Lost> {
    loop {
        step(core, backend)?;
        if let Some(end) = core.end {
            return Ok(end);
        }
        // A key must not wait for what nobody has to say: only what woke us is asked.
        let woke = wait(core, backend);
        let now = Instant::now();
        if woke.files {
            core.watcher.read(now);
        }
        if core.watcher.take_change(now) {
            core.loading.start();
        }
        if woke.loading
            && let Some(loaded) = core.loading.take()
        {
            take_over(core, backend, loaded)?;
        }
        if woke.callers || core.control.deadline().is_some_and(|at| at <= now) {
            serve::callers(core, backend, now)?;
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
        match core.guard.revive() {
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
        let now = Instant::now();
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

/// What happened besides keys.
#[derive(Clone, Copy, Debug)]
struct Woke {
    /// Settings or maps may have changed.
    files: bool,
    /// A reading of them is done.
    loading: bool,
    /// Somebody calls, or a caller has more to say or can hear more.
    callers: bool,
}

/// Sleeps until something happens or is due.
fn wait<B: Backend>(core: &mut Core, backend: &mut B) -> Woke {
    let now = Instant::now();
    let deadlines = [
        core.engine.deadline(),
        backend.deadline(),
        core.guard.deadline(),
        core.watcher.deadline(),
        core.control.deadline(),
    ];
    let timeout = deadlines.into_iter().flatten().min().map(|at| at.saturating_duration_since(now));
    // On the stack: no key waits for an allocator.
    let mut fds = ArrayVec::<PollFd<'_>, DESCRIPTORS>::new();
    fds.extend([
        reading(core.signals.stop.as_fd()),
        reading(core.signals.reload.as_fd()),
        reading(core.guard.socket().as_fd()),
        reading(backend.fd()),
        reading(core.watcher.as_fd()),
        reading(core.loading.as_fd()),
    ]);
    fds.extend(core.control.fds().map(|(fd, writing)| caller(fd, writing)));
    match poll(&mut fds, timeout.map(time_to_poll).as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        // Nothing but a bug or an exhausted kernel gets here: better no daemon than a deaf one.
        Err(_) => core.end = Some(End::CutOff),
    }
    let ready = |index: usize| !fds[index].revents().is_empty();
    let (stop, reload, guard) = (ready(0), ready(1), ready(2));
    let callers = (6..fds.len()).any(ready);
    let woke = Woke { files: ready(4), loading: ready(5), callers };
    drop(fds);
    if stop {
        core.end = Some(End::Asked);
    }
    if reload {
        Signals::clear(&core.signals.reload);
        core.loading.start();
    }
    if guard {
        core.guard.hear();
    }
    woke
}

fn reading(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::from_borrowed_fd(fd, PollFlags::IN)
}

fn caller(fd: BorrowedFd<'_>, writing: bool) -> PollFd<'_> {
    let flags = if writing { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    PollFd::from_borrowed_fd(fd, flags)
}
