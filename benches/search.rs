//! `cargo bench --bench search`: how long `composekey find` and `test` take from a cold start, all
//! built-in keymaps in use, the start of the process included.
//!
//! Figures depend on the machine, so nothing here passes or fails.
#![expect(clippy::print_stdout, reason = "figures are for the terminal")]

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use composekey::map::builtin;

const RUNS: usize = 100;

fn main() {
    let home = tempfile::TempDir::new().expect("there is room");
    let keymaps: Vec<_> = builtin::BUILTIN.iter().map(|keymap| keymap.name).collect();
    let config = home.path().join("config.toml");
    let text = format!("keymaps = [\"system\", \"{}\"]\n", keymaps.join("\", \""));
    fs::write(&config, text).expect("there is room");
    for args in [
        &["--version"][..],
        &["test", "la"],
        &["find", "≠"],
        &["find", "&ouml;"],
        &["find", "umlaut"],
        &["find", "thumbs", "up"],
        &["find", "arrow"],
        &["find", "dipthong"],
        &["how", "naïve → λ"],
    ] {
        let run = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_composekey"));
            command.arg("--config").arg(&config).args(args);
            command
                .env_remove("DISPLAY")
                // Of cargo's own: the libraries would be looked for in its folders first.
                .env_remove("LD_LIBRARY_PATH")
                .env("XKB_DEFAULT_LAYOUT", "us")
                .env("LANG", "en_US.UTF-8");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            command.status().expect("it runs");
            start.elapsed()
        };
        let mut times: Vec<Duration> = (0..RUNS).map(|_| run()).collect();
        times.sort_unstable();
        let ms = |at: usize| times[at].as_secs_f64() * 1e3;
        let (fastest, median, slow) = (ms(0), ms(RUNS / 2), ms(RUNS * 9 / 10));
        let what = args.join(" ");
        println!("{what:<20} {median:5.1} ms median (of {RUNS}: {fastest:.1} to {slow:.1})");
    }
}
