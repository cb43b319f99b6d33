//! `composekey`: see the library.

fn main() {}
