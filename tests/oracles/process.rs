//! The small programs that speak for the libraries: compiled here, asked line by line.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use composekey::{
    keysym::Keysym,
    xcompose::{machine::Fed, profile::Composed},
};

use crate::corpus::Key;

/// A process that ends with its test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X server without a screen that anyone sees.
pub(crate) struct Server {
    _process: Ends,
    pub(crate) display: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let mut server = Command::new("Xvfb");
        let server = server.args("-displayfd 1 -screen 0 8x8x8 -nolisten tcp -noreset".split(' '));
        let server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = Ends(server.expect("Xvfb is missing: `make deps`"));
        let mut number = String::new();
        let out = process.0.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut number).expect("Xvfb says its display");
        assert!(!number.trim().is_empty(), "Xvfb does not start");
        Self { _process: process, display: format!(":{}", number.trim()) }
    }
}

/// A locale of the C library, made for a test: the machine need not have it.
pub(crate) struct Locale {
    name: String,
    folder: tempfile::TempDir,
}

impl Locale {
    /// One of UTF-8, such as `en_US.UTF-8`.
    pub(crate) fn make(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (language, codeset) = name.split_once('.').unwrap();
        let status = Command::new("localedef")
            .args(["--no-archive", "-i", language, "-f", codeset])
            .arg(folder.path().join(name))
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "localedef and its locales: `make deps`"
        );
        Self { name: name.to_owned(), folder }
    }
}

/// A library behind one of the programs in `tests/oracles/*.c`.
pub(crate) struct Oracle {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Ends,
    _server: Option<Server>,
}

fn compile(name: &str, library: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/oracles/{name}.c"));
    let program = tempfile::Builder::new()
        .prefix(name)
        .tempfile_in(env!("CARGO_TARGET_TMPDIR"))
        .unwrap()
        .into_temp_path()
        .keep()
        .unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&program).arg(source);
    let status = compiler.arg(library).status().expect("a C compiler is missing");
    assert!(status.success(), "{name}.c does not compile: are its libraries there? `make deps`");
    program
}

impl Oracle {
    /// libX11, on a server of its own.
    pub(crate) fn libx11() -> Self {
        Self::start("libx11", "-lX11", Some(Server::start()), None)
    }

    /// The same in another locale than C.UTF-8.
    pub(crate) fn libx11_in(locale: &Locale) -> Self {
        Self::start("libx11", "-lX11", Some(Server::start()), Some(locale))
    }

    /// libxkbcommon.
    pub(crate) fn libxkbcommon() -> Self {
        Self::start("libxkbcommon", "-lxkbcommon", None, None)
    }

    fn start(name: &str, library: &str, server: Option<Server>, locale: Option<&Locale>) -> Self {
        let program = compile(name, library);
        let mut command = Command::new(&program);
        let display = server.as_ref().map(|server| ("DISPLAY", server.display.clone()));
        command.env_clear().envs(display);
        if let Some(locale) = locale {
            command.arg(&locale.name).env("LOCPATH", locale.folder.path());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Ends(command.spawn().unwrap());
        std::fs::remove_file(program).unwrap();
        let output = BufReader::new(process.0.stdout.take().unwrap());
        let input = process.0.stdin.take().unwrap();
        Self { input, output, _process: process, _server: server }
    }

    /// Gives a command and reads the lines of its answer.
    pub(crate) fn ask(&mut self, command: &str) -> Vec<String> {
        writeln!(self.input, "{command}").unwrap();
        self.input.flush().unwrap();
        let mut answer = Vec::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "the program ended at `{command}`");
            match line.trim_end_matches('\n') {
                "." => return answer,
                line => answer.push(line.to_owned()),
            }
        }
    }

    /// Reads the Compose file anew; whether there is a table.
    pub(crate) fn open(&mut self) -> bool {
        self.ask("open") == ["opened"]
    }

    /// What becomes of each key, from a fresh start.
    pub(crate) fn type_keys(&mut self, keys: &[Key]) -> Vec<Fed> {
        let mut command = "keys".to_owned();
        for Key { keysym, held } in keys {
            command += &format!(" {:x}", keysym.0);
            if *held != 0 {
                command += &format!(":{held:x}");
            }
        }
        self.ask(&command).iter().map(|line| fed(line)).collect()
    }
}

fn fed(line: &str) -> Fed {
    match line {
        "pending" => Fed::Pending,
        "ignored" => Fed::Ignored,
        "aborted" => Fed::Aborted,
        line => {
            let mut words = line.strip_prefix("composed ").unwrap().split(' ');
            let hex = words.next().unwrap().as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
            let bytes: Vec<u8> = hex.chunks(2).map(byte).collect();
            let keysym = u32::from_str_radix(words.next().unwrap(), 16).unwrap();
            Fed::Composed(Composed {
                text: String::from_utf8_lossy(&bytes).into_owned(),
                keysym: (keysym != 0).then_some(Keysym(keysym)),
            })
        }
    }
}
