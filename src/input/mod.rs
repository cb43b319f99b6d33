//! Where key events come from: one module per way of seeing the keyboard.
