//! [`Control`]: the socket on which the command line asks. Never blocks: the keys come first.
//!
//! The socket is for the user's own processes: it lies in the runtime directory with mode 0600, and
//! a peer of another user is turned away. A caller has few bytes, little time and few neighbours.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{
            fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::{
    event::epoll::{self, EventData, EventFlags},
    fs::{FlockOperation, flock},
    net::sockopt::socket_peercred,
    process::geteuid,
};

use crate::ipc::{self, LIMIT, Reply, Request};

/// How many callers are served at a time; more wait in the kernel's queue.
const CALLERS: usize = 8;

/// Whoever it is, all are looked at.
const ANY: EventData = EventData::new_u64(0);

/// How long a caller may take to ask, and to read the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The listening socket and its callers.
#[derive(Debug)]
pub(super) struct Control {
    listener: UnixListener,
    path: PathBuf,
    callers: Vec<Caller>,
    next: u64,
    /// Waits for the listener, while there is room, and the callers.
    epoll: OwnedFd,
    /// Locked as long as this daemon lives.
    _lock: File,
}

/// Which caller, for an answer that comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallerId(u64);

#[derive(Debug)]
struct Caller {
    id: CallerId,
    stream: UnixStream,
    asked: Vec<u8>,
    answer: Vec<u8>,
    /// A whole request came and its answer did not yet: takes as long as it takes.
    waiting: bool,
    since: Instant,
}

/// Why there is no control socket.
#[derive(Debug)]
pub(super) enum ControlError {
    /// A daemon of this user runs already.
    Running,
    /// The runtime directory belongs to somebody else or is open to others.
    Unsafe(PathBuf),
    /// A file could not be made.
    Io(PathBuf, io::Error),
}

impl Control {
    /// Takes the lock of this user's daemons and listens.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub(super) fn open(runtime_dir: &Path) -> Result<Self, ControlError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| ControlError::Io(path, error)
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(runtime_dir)
            .map_err(failed(runtime_dir))?;
        let metadata = fs::symlink_metadata(runtime_dir).map_err(failed(runtime_dir))?;
        if !metadata.is_dir()
            || metadata.uid() != geteuid().as_raw()
            || metadata.mode() & 0o022 != 0
        {
            return Err(ControlError::Unsafe(runtime_dir.to_owned()));
        }
        let lock_path = runtime_dir.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .map_err(failed(&lock_path))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            rustix::io::Errno::WOULDBLOCK => ControlError::Running,
            error => ControlError::Io(lock_path, error.into()),
        })?;
        // The lock is ours, so a socket that is there was left by a daemon that died.
        let path = ipc::socket(runtime_dir);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ControlError::Io(path, error));
            }
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(failed(&path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed(&path))?;
        listener.set_nonblocking(true).map_err(failed(&path))?;
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)
            .and_then(|epoll| epoll::add(&epoll, &listener, ANY, EventFlags::IN).map(|()| epoll))
            .map_err(|error| ControlError::Io(path.clone(), error.into()))?;
        Ok(Self { listener, path, callers: Vec::new(), next: 0, epoll, _lock: lock })
    }

    /// When a slow caller is sent away.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.callers.iter().filter(|c| !c.waiting).map(|c| c.since + PATIENCE).min()
    }

    /// Does what can be done now: lets callers in, reads, writes, drops the slow ones. Returns the
    /// requests that are whole.
    pub(super) fn serve(&mut self, now: Instant) -> Vec<(CallerId, Result<Request, String>)> {
        while self.callers.len() < CALLERS {
            let Ok((stream, _)) = self.listener.accept() else { break };
            let own = socket_peercred(&stream).is_ok_and(|peer| peer.uid == geteuid());
            let added = || epoll::add(&self.epoll, &stream, ANY, EventFlags::IN).is_ok();
            if own && stream.set_nonblocking(true).is_ok() && added() {
                let id = CallerId(self.next);
                self.next += 1;
                let (asked, answer) = (Vec::new(), Vec::new());
                self.callers.push(Caller { id, stream, asked, answer, waiting: false, since: now });
            }
        }
        let mut requests = Vec::new();
        self.callers.retain_mut(|caller| caller.proceed(now, &mut requests));
        self.listen();
        requests
    }

    /// Answers a request; the caller may be gone. What its socket has no room for goes out with [`Self::serve`].
    pub(super) fn answer(&mut self, caller: CallerId, reply: &Reply, now: Instant) {
        let Some(index) = self.callers.iter().position(|c| c.id == caller) else { return };
        let caller = &mut self.callers[index];
        caller.answer = ipc::encode(reply).into_bytes();
        caller.waiting = false;
        caller.since = now;
        if caller.write(now) {
            let both = EventFlags::IN | EventFlags::OUT;
            let _ = epoll::modify(&self.epoll, &caller.stream, ANY, both);
        } else {
            drop(self.callers.remove(index));
            self.listen();
        }
    }

    /// Those for whom there is no room wait in the kernel, and wake nobody.
    fn listen(&self) {
        let room = self.callers.len() < CALLERS;
        let wanted = if room { EventFlags::IN } else { EventFlags::empty() };
        let _ = epoll::modify(&self.epoll, &self.listener, ANY, wanted);
    }
}

/// Readable when [`Control::serve`] has something to do.
impl AsFd for Control {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Caller {
    /// Reads or writes what can be. `false` when this caller is done with.
    fn proceed(
        &mut self,
        now: Instant,
        requests: &mut Vec<(CallerId, Result<Request, String>)>,
    ) -> bool {
        if !self.answer.is_empty() {
            return self.write(now);
        }
        let mut buffer = [0; 4096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                // One request a connection: what comes behind it is not read.
                Ok(_) if self.waiting => {}
                Ok(n) => self.asked.extend_from_slice(&buffer[..n]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => return false,
            }
            if self.asked.len() > LIMIT {
                return false;
            }
        }
        if !self.waiting
            && let Some(end) = self.asked.iter().position(|&byte| byte == b'\n')
        {
            self.waiting = true;
            let request = serde_json::from_slice(&self.asked[..end]);
            // The error of a text to type would quote it.
            let request = request.map_err(|_| "this is no request of this version".to_owned());
            requests.push((self.id, request));
            self.asked = Vec::new();
        }
        self.waiting || now < self.since + PATIENCE
    }

    /// Writes what can be of the answer. `false` when this caller is done with.
    fn write(&mut self, now: Instant) -> bool {
        match self.stream.write(&self.answer) {
            Ok(n) => drop(self.answer.drain(..n)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return false,
        }
        !self.answer.is_empty() && now < self.since + PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> (tempfile::TempDir, Control) {
        let dir = tempfile::tempdir().unwrap();
        let control = Control::open(&dir.path().join("run")).unwrap();
        (dir, control)
    }

    #[test]
    fn answers_a_request() {
        let (_dir, mut control) = open();
        let path = control.path.clone();
        let caller = std::thread::spawn(move || ipc::call(&path, &Request::Pause));
        let (id, request) = loop {
            if let Some(request) = control.serve(Instant::now()).pop() {
                break request;
            }
        };
        assert_eq!(request, Ok(Request::Pause));
        control.answer(id, &Reply::Done, Instant::now());
        assert_eq!(control.callers.len(), 0, "an answer that fits goes out at once");
        assert_eq!(caller.join().unwrap().unwrap(), Reply::Done);
    }

    /// Nothing but [`Control::serve`] reads, and whoever calls it has its requests.
    #[test]
    fn who_asks_while_another_is_answered_is_heard() {
        let (_dir, mut control) = open();
        let mut streams =
            [(); 2].map(|()| UnixStream::connect(&control.path).expect("there is room"));
        let ask = |mut stream: &UnixStream| {
            stream.write_all(ipc::encode(&Request::Pause).as_bytes()).unwrap();
        };
        ask(&streams[0]);
        let first = control.serve(Instant::now());
        ask(&streams[1]);
        let mut answers = Vec::new();
        for (caller, _) in first {
            control.answer(caller, &Reply::Done, Instant::now());
            answers.push(caller);
        }
        streams[0].set_nonblocking(true).unwrap();
        let mut answer = String::new();
        streams[0]
            .read_to_string(&mut answer)
            .expect("the answer is out, and the caller done with");
        for (caller, request) in control.serve(Instant::now()) {
            assert_eq!(request, Ok(Request::Pause));
            control.answer(caller, &Reply::Done, Instant::now());
            answers.push(caller);
        }
        assert_eq!(answers, [CallerId(0), CallerId(1)]);
        let mut second = String::new();
        streams[1].read_to_string(&mut second).unwrap();
        assert_eq!(second, answer);
    }

    #[test]
    fn a_second_daemon_is_told_and_a_dead_ones_socket_is_taken_over() {
        let (_dir, control) = open();
        let run = control.path.parent().unwrap().to_owned();
        assert!(matches!(Control::open(&run), Err(ControlError::Running)));
        drop(control);
        drop(UnixListener::bind(ipc::socket(&run)).unwrap());
        let control = Control::open(&run).unwrap();
        assert_eq!(fs::metadata(&control.path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_directory_open_to_others_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(Control::open(dir.path()), Err(ControlError::Unsafe(_))));
    }

    #[test]
    fn slow_silent_and_endless_callers_are_sent_away() {
        let (_dir, mut control) = open();
        let start = Instant::now();
        let _silent = UnixStream::connect(&control.path).unwrap();
        let mut half = UnixStream::connect(&control.path).unwrap();
        half.write_all(b"{").unwrap();
        drop(UnixStream::connect(&control.path).unwrap());
        assert_eq!(control.serve(start), []);
        assert_eq!(control.callers.len(), 2, "the one that closed is gone");
        assert_eq!(control.deadline(), Some(start + PATIENCE));
        let _ = control.serve(start + PATIENCE);
        assert_eq!(control.callers.len(), 0);

        let mut endless = UnixStream::connect(&control.path).unwrap();
        endless.set_nonblocking(true).unwrap();
        let mut written = 0;
        while written <= LIMIT + 4096 {
            match endless.write(&[b'x'; 4096]) {
                Ok(n) => written += n,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
            let _ = control.serve(start);
        }
        assert_eq!(control.callers.len(), 0);
    }

    #[test]
    fn nonsense_is_refused_without_quoting_it() {
        let (_dir, mut control) = open();
        let mut stream = UnixStream::connect(&control.path).unwrap();
        stream.write_all(b"{\"request\":\"type\",\"txet\":\"secret\"}\n").unwrap();
        let requests = control.serve(Instant::now());
        let [(_, Err(reason))] = &requests[..] else { panic!("{requests:?}") };
        assert!(!reason.contains("secret"));
    }

    #[test]
    fn only_so_many_callers_at_a_time() {
        let (_dir, mut control) = open();
        let streams: Vec<_> =
            (0..CALLERS + 3).map(|_| UnixStream::connect(&control.path).unwrap()).collect();
        let _ = control.serve(Instant::now());
        assert_eq!(control.callers.len(), CALLERS);
        drop(streams);
        let _ = control.serve(Instant::now());
        let _ = control.serve(Instant::now());
        assert_eq!(control.callers.len(), 0);
    }
}
