//! The screens in a terminal: a pseudo-terminal with an emulator behind it, no display.

mod answers;
mod pick;
mod pictures;
mod shell;
mod support;
mod train;
mod trial;
