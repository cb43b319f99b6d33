//! `composekey`: see [`composekey::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    composekey::cli::main().into()
}
