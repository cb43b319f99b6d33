//! The slow tests: a real X server, real keyboards, real windows. docs/testing.md tells how they
//! work and how to write one.

mod apps;
mod caps;
mod changes;
mod cheatsheet;
mod commands;
mod crash;
mod doctor;
mod events;
mod feedback;
mod harness;
mod holds;
mod inject;
mod keyboards;
mod keymaps;
mod lifecycle;
mod options;
mod overlap;
mod pick;
mod random;
mod support;
mod taps;
mod tour;
mod unlock;
