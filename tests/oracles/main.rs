//! The programs themselves, beside what the profiles say of them: docs/testing.md.

mod caches;
mod corpus;
mod installed;
mod libxkbcommon;
mod limits;
mod locales;
mod oracle;
mod process;
mod random;
mod toolkits;
mod verdicts;
mod world;
