//! The slow tests: a real X server, real keyboards, real windows. docs/testing.md tells how they
//! work and how to write one.

mod harness;
mod support;
