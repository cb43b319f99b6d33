//! `composekeyd`: the daemon. See [`composekey::daemon`].

use std::process::ExitCode;

fn main() -> ExitCode {
    composekey::daemon::main(std::env::args_os())
}
