//! [`say`]: tells the user something on standard error, and waits for nobody to read it.
//!
//! A terminal may stand still (Ctrl+S) and a pipe may be full: who writes waits then, and the keys with him. So a
//! thread of its own writes, in the order in which things were said; [`finish`] gives it a moment at the end.
//! Making the descriptor non-blocking would do so to everybody who has the terminal.

use std::{
    collections::VecDeque,
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::Duration,
};

/// So many bytes may wait; what does not fit is dropped, and counted. One message always fits.
const ROOM: usize = 64 << 10;

/// How long the end of the daemon waits for what was said last.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells the user something. A closed terminal is no error.
pub(super) fn say(text: &str) {
    let text = format!("composekeyd: {text}\n");
    match voice() {
        Some(voice) => voice.say(text),
        // Better late than never.
        None => drop(io::stderr().write_all(text.as_bytes())),
    }
}

/// Waits until all that was said is written, for a moment. To be called right before the end, with the keyboards
/// given back.
pub(super) fn finish() {
    if let Some(voice) = voice() {
        voice.finish(PATIENCE);
    }
}

/// The one of this process; `None` when it has no thread left to give.
fn voice() -> Option<&'static Voice> {
    static VOICE: OnceLock<Option<Voice>> = OnceLock::new();
    VOICE.get_or_init(|| Voice::start(io::stderr()).ok()).as_ref()
}

/// What waits, and the thread that writes it.
struct Voice(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Something was said, or all is written.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    texts: VecDeque<String>,
    /// Of the texts.
    bytes: usize,
    /// How many messages did not fit; they would have come behind the texts.
    dropped: usize,
    /// A text is being written.
    writing: bool,
}

impl Voice {
    fn start(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let queue = Arc::clone(&shared);
        let writing = move || {
            loop {
                let text = queue.next();
                let _ = out.write_all(text.as_bytes());
            }
        };
        let _ = thread::Builder::new().name("say".into()).spawn(writing)?;
        Ok(Self(shared))
    }

    fn say(&self, text: String) {
        let mut queue = self.0.lock();
        let full = !queue.texts.is_empty() && queue.bytes + text.len() > ROOM;
        if full || queue.dropped > 0 {
            queue.dropped += 1;
            return;
        }
        queue.bytes += text.len();
        queue.texts.push_back(text);
        drop(queue);
        self.0.changed.notify_all();
    }

    fn finish(&self, patience: Duration) {
        let waits = |queue: &mut Queue| queue.writing || !queue.is_empty();
        let all = self.0.changed.wait_timeout_while(self.0.lock(), patience, waits);
        drop(all);
    }
}

impl Shared {
    /// Nothing that is done with the lock held can fail halfway.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be written next, when there is something. What was written before is out.
    fn next(&self) -> String {
        let mut queue = self.lock();
        queue.writing = false;
        if queue.is_empty() {
            self.changed.notify_all();
        }
        while queue.is_empty() {
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.writing = true;
        match queue.texts.pop_front() {
            Some(text) => {
                queue.bytes -= text.len();
                text
            }
            None => {
                let count = mem::take(&mut queue.dropped);
                format!(
                    "composekeyd: messages that nobody read in time are left out here: {count}\n"
                )
            }
        }
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.dropped == 0
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Read, os::unix::net::UnixStream};

    use super::*;

    /// Reads what comes until this does.
    fn read_until(stream: &mut UnixStream, end: &str) -> String {
        let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
        while !text.ends_with(end.as_bytes()) {
            let n = stream.read(&mut buffer).unwrap();
            assert_ne!(n, 0, "the end before `{end}`");
            text.extend_from_slice(&buffer[..n]);
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_is_said_is_written_in_its_order_before_the_end() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let voice = Voice::start(writer).unwrap();
        let lines: String = (0..100).map(|number| format!("{number}\n")).collect();
        lines.split_inclusive('\n').for_each(|line| voice.say(line.to_owned()));
        voice.finish(Duration::from_secs(20));
        reader.set_nonblocking(true).unwrap();
        assert_eq!(read_until(&mut reader, "99\n"), lines);
    }

    #[test]
    fn nobody_who_reads_is_waited_for_and_what_is_lost_is_told() {
        let (mut reader, mut writer) = UnixStream::pair().unwrap();
        // Nothing more goes in until somebody reads.
        writer.set_nonblocking(true).unwrap();
        while writer.write(&[b'.'; 512]).is_ok() {}
        writer.set_nonblocking(false).unwrap();
        let voice = Voice::start(writer).unwrap();
        let line = format!("{}\n", "x".repeat(1023));
        (0..10_000).for_each(|_| voice.say(line.clone()));
        voice.finish(Duration::from_millis(1));
        let Queue { bytes, dropped, .. } = *voice.0.lock();
        assert!(bytes <= ROOM && dropped > 9_000, "{bytes} bytes wait, {dropped} are lost");
        let text = read_until(&mut reader, &format!("left out here: {dropped}\n"));
        assert_eq!(text.matches(&line).count() + dropped, 10_000);
        voice.say("on it goes\n".to_owned());
        assert_eq!(read_until(&mut reader, "goes\n"), "on it goes\n");
    }

    #[test]
    fn one_message_always_fits() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let voice = Voice::start(writer).unwrap();
        voice.say(format!("{}\n", "x".repeat(3 * ROOM)));
        assert_eq!(read_until(&mut reader, "\n").len(), 3 * ROOM + 1);
    }
}
