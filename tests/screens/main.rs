//! The screens in a terminal: a pseudo-terminal with an emulator behind it, no display.

mod shell;
mod support;
mod trial;
