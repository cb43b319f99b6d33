//! The programs themselves, beside what the profiles say of them: docs/testing.md.

mod corpus;
mod libxkbcommon;
mod locales;
mod process;
mod random;
mod world;
