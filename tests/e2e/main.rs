//! The slow tests: a real X server, real keyboards, real windows.

mod inject;
