//! `composekeyd`: see the library.

fn main() {}
