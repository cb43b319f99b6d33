//! The program `composekey-console`: answers until nobody asks any more, then puts everything back.

use std::{
    io::{self, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    process::ExitCode,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
    stdio,
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    low_level::pipe,
};

use super::{
    Answer, Refusal, Request,
    bind::{Bindings, Console},
    vt::Vt,
    wire::LONGEST,
};

/// What somebody reads who starts it by hand.
const ABOUT: &str = "composekey-console: composekeyd starts it on a text console, to bind keys to the \
                     characters that it types there; see composekeyd(1)\n";

/// Runs the program: requests come on the standard input, answers go to the standard output.
///
/// It reads no argument, no variable and no file of the user. 0 when the input ended or a signal came, 2
/// when it was not understood.
#[must_use]
pub fn main() -> ExitCode {
    if std::env::args_os().len() > 1 || rustix::termios::isatty(stdio::stdin()) {
        let _ = io::stderr().write_all(ABOUT.as_bytes());
        return ExitCode::from(2);
    }
    let stop = match stop() {
        Ok(stop) => stop,
        Err(_) => return ExitCode::from(2),
    };
    let mut bindings = Bindings::new(Vt::default());
    match serve(&mut bindings, stdio::stdin(), io::stdout(), stop) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Readable when a signal asks for the end.
fn stop() -> io::Result<UnixStream> {
    let (stop, signalled) = UnixStream::pair()?;
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        let _ = pipe::register(signal, signalled.try_clone()?)?;
    }
    Ok(stop)
}

/// Answers until the input ends or there is something to read in `stop`.
///
/// # Errors
/// When the input is no lines, or nobody takes the answers.
fn serve<C: Console>(
    bindings: &mut Bindings<C>,
    input: impl AsFd,
    mut output: impl Write,
    stop: impl AsFd,
) -> io::Result<()> {
    // What was read and is no whole line yet.
    let mut heard = [0; LONGEST];
    let mut length = 0;
    loop {
        let mut fds = [PollFd::new(&input, PollFlags::IN), PollFd::new(&stop, PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        if !fds[1].revents().is_empty() {
            return Ok(());
        }
        length += match rustix::io::read(&input, &mut heard[length..]) {
            Ok(0) if length < heard.len() => return Ok(()),
            Ok(0) => return Err(io::ErrorKind::InvalidData.into()),
            Ok(read) => read,
            Err(Errno::INTR | Errno::AGAIN) => 0,
            Err(error) => return Err(error.into()),
        };
        while let Some(end) = heard[..length].iter().position(|&byte| byte == b'\n') {
            let line = std::str::from_utf8(&heard[..end]).ok();
            let request = line.and_then(Request::parse).ok_or(Refusal::Invalid);
            let answer = Answer(request.and_then(|request| bindings.bind(request.characters())));
            output.write_all(format!("{answer}\n").as_bytes())?;
            output.flush()?;
            heard.copy_within(end + 1..length, 0);
            length -= end + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Shutdown;

    use super::{super::bind::tests::Fake, *};

    /// What is answered to this input, all at once, and whether it was understood.
    fn answers(input: &[u8]) -> (String, bool) {
        let fake = Fake::new();
        let before = fake.0.borrow().clone();
        let mut output = Vec::new();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (stop, _signals) = UnixStream::pair().unwrap();
        (&ours).write_all(input).unwrap();
        ours.shutdown(Shutdown::Write).unwrap();
        let mut bindings = Bindings::new(fake.clone());
        let understood = serve(&mut bindings, theirs, &mut output, stop).is_ok();
        drop(bindings);
        assert_eq!(*fake.0.borrow(), before, "all is as it was");
        (String::from_utf8(output).unwrap(), understood)
    }

    #[test]
    fn each_line_has_its_answer() {
        let (said, understood) = answers(b"3bb\n\n61 1f600\nfoo\n\xff\n3bb");
        assert_eq!(said, "keys 249\nkeys\nkeys 249,252 249,253\nno invalid\nno invalid\n");
        assert!(understood, "what is no whole line is no request");
    }

    #[test]
    fn a_line_without_end_ends_it() {
        assert_eq!(answers(&[b'1'; 3 * LONGEST]), (String::new(), false));
        let mut long = vec![b' '; LONGEST - 1];
        long.push(b'\n');
        assert_eq!(answers(&long), ("no invalid\n".to_owned(), true));
    }

    #[test]
    fn a_signal_ends_it() {
        let (_open, theirs) = UnixStream::pair().unwrap();
        let (stop, signals) = UnixStream::pair().unwrap();
        (&signals).write_all(b"!").unwrap();
        let mut bindings = Bindings::new(Fake::new());
        assert!(serve(&mut bindings, theirs, Vec::new(), stop).is_ok());
    }
}
