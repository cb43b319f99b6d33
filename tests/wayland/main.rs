//! Real compositors without a screen, and the keys that type any character into real windows.
//! docs/testing.md tells how they work.

mod gnome;
mod keymaps;
mod support;
