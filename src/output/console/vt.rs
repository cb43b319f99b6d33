//! [`Vt`]: the virtual terminal that is in front, and the kernel's tables behind it (ioctl_console(2)).
//!
//! The only `unsafe` of the console is in here, in [`call`]. The requests and the structures are those of
//! `linux/kd.h`.

use std::{
    fs::{self, File},
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{FlockOperation, Mode, OFlags},
    io::{Errno, Result},
    ioctl::{Opcode, Updater, ioctl},
};

use super::{Refusal, bind::Console, plan::Accent};

/// The virtual terminal that is in front when it is opened.
pub const FRONT: &str = "/dev/tty0";

/// Names the one in front, as in `tty2`.
const ACTIVE: &str = "/sys/class/tty/tty0/active";

/// `KDGETMODE`: whether it shows text.
const GET_MODE: Opcode = 0x4b3b;
/// `KDGKBMODE`: what its keys give.
const GET_KEYBOARD_MODE: Opcode = 0x4b44;
/// `KDGKBENT` and `KDSKBENT`: an entry of the keymap.
const GET_ENTRY: Opcode = 0x4b46;
const SET_ENTRY: Opcode = 0x4b47;
/// `KDGKBDIACRUC` and `KDSKBDIACRUC`: the accent table.
const GET_ACCENTS: Opcode = 0x4bfa;
const SET_ACCENTS: Opcode = 0x4bfb;

/// `KD_TEXT`
const TEXT: i32 = 0;
/// `K_UNICODE`
const UNICODE: i32 = 3;

/// `struct kbentry`
#[repr(C)]
struct Entry {
    table: u8,
    key: u8,
    value: u16,
}

/// `struct kbdiacrsuc`
#[repr(C)]
struct Accents {
    count: u32,
    accents: [Accent; 256],
}

/// The virtual terminal in front.
#[derive(Debug, Default)]
pub(super) struct Vt {
    front: Option<OwnedFd>,
    /// Our own program's file, locked: the tables are everybody's, and two of us would undo each other's
    /// doing.
    lock: Option<File>,
}

impl Vt {
    fn front(&self) -> Result<BorrowedFd<'_>> {
        self.front.as_ref().map(AsFd::as_fd).ok_or(Errno::BADF)
    }
}

impl Console for Vt {
    fn open(&mut self) -> std::result::Result<(), Refusal> {
        if self.lock.is_none() {
            let own = File::open("/proc/self/exe").map_err(|_| Refusal::Closed)?;
            rustix::fs::flock(&own, FlockOperation::NonBlockingLockExclusive)
                .map_err(|_| Refusal::Busy)?;
            self.lock = Some(own);
        }
        self.front = Some(front().map_err(|_| Refusal::Closed)?);
        Ok(())
    }

    fn check(&self) -> std::result::Result<(), Refusal> {
        let (mut shows, mut keyboard) = (-1, -1);
        let asked = self.front().and_then(|front| {
            call::<GET_MODE, i32>(front, &mut shows)?;
            call::<GET_KEYBOARD_MODE, i32>(front, &mut keyboard)
        });
        asked.map_err(|_| Refusal::Closed)?;
        match (shows, keyboard) {
            (TEXT, UNICODE) => Ok(()),
            (TEXT, _) => Err(Refusal::Mode),
            _ => Err(Refusal::Graphics),
        }
    }

    fn entry(&self, table: u8, key: u8) -> Result<u16> {
        let mut entry = Entry { table, key, value: 0 };
        call::<GET_ENTRY, _>(self.front()?, &mut entry)?;
        Ok(entry.value)
    }

    fn set_entry(&mut self, table: u8, key: u8, value: u16) -> Result<()> {
        call::<SET_ENTRY, _>(self.front()?, &mut Entry { table, key, value })
    }

    fn accents(&self) -> Result<Vec<Accent>> {
        let mut all = Accents { count: 0, accents: [Accent::default(); 256] };
        call::<GET_ACCENTS, _>(self.front()?, &mut all)?;
        let count = usize::try_from(all.count).unwrap_or(usize::MAX).min(all.accents.len());
        Ok(all.accents[..count].to_vec())
    }

    fn set_accents(&mut self, accents: &[Accent]) -> Result<()> {
        let mut all = Accents { count: 0, accents: [Accent::default(); 256] };
        for (place, accent) in all.accents.iter_mut().zip(accents) {
            *place = *accent;
            all.count += 1;
        }
        call::<SET_ACCENTS, _>(self.front()?, &mut all)
    }
}

/// The name of the virtual terminal in front, as in `tty2`; `None` on a machine that has none.
#[must_use]
pub fn in_front() -> Option<String> {
    terminal(&fs::read_to_string(ACTIVE).ok()?).map(str::to_owned)
}

/// Whether the terminal in front shows text and takes characters, and may be opened by this process.
///
/// # Errors
/// [`Refusal::Closed`], [`Refusal::Graphics`] or [`Refusal::Mode`].
pub fn check() -> std::result::Result<(), Refusal> {
    let front = front().map_err(|_| Refusal::Closed)?;
    Vt { front: Some(front), lock: None }.check()
}

/// Opens the terminal in front. Who may not open [`FRONT`], which stands for it, may have logged in
/// there, and then it is theirs by its name.
fn front() -> Result<OwnedFd> {
    open(Path::new(FRONT)).or_else(|error| {
        let name = in_front().ok_or(error)?;
        open(&Path::new("/dev").join(name))
    })
}

/// Group `tty` may write to a terminal and not read it: that is enough to ask for its tables.
fn open(node: &Path) -> Result<OwnedFd> {
    let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(node, flags, Mode::empty())
}

/// The name of a virtual terminal, and nothing else.
fn terminal(name: &str) -> Option<&str> {
    let name = name.trim_end();
    let number = name.strip_prefix("tty")?;
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(name)
}

#[expect(unsafe_code, reason = "no crate has these requests")]
fn call<const REQUEST: Opcode, T>(front: BorrowedFd<'_>, argument: &mut T) -> Result<()> {
    // SAFETY: the callers above, the only ones, give each request the structure that `linux/kd.h` has for
    // it: the kernel reads and writes it as far as it reaches, and any bytes are a value of it.
    unsafe { ioctl(front, Updater::<REQUEST, T>::new(argument)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_are_the_kernels() {
        assert_eq!((size_of::<Entry>(), size_of::<Accents>()), (4, 4 + 256 * 12));
    }

    #[test]
    fn a_terminal_is_a_number() {
        assert_eq!(terminal("tty2\n"), Some("tty2"));
        for name in ["", "tty", "ttyS0", "tty0123", "tty1/../x", "../tty1", "pts/1"] {
            assert_eq!(terminal(name), None, "{name}");
        }
    }
}
