//! The programs themselves, beside what the profiles say of them: docs/testing.md.

mod libxkbcommon;
mod random;
mod world;
