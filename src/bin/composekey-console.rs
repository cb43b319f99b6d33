//! `composekey-console`: keys for the text console. See [`composekey::output::console`].

use std::process::ExitCode;

fn main() -> ExitCode {
    composekey::output::console::main()
}
