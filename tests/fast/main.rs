//! The fast tests: no display, no keyboard, a few seconds.

mod layers;
