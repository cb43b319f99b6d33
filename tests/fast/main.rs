//! The fast tests: no display, no keyboard, a few seconds.

mod docs;
mod layers;
mod support;
