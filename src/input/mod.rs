//! Where key events come from: one module per way of seeing the keyboard.

pub mod evdev;
pub mod x11;
