//! [`Code`]: one variant a finding. A code keeps its meaning for ever and is never used again.

use super::Severity;

/// What kind of finding it is. The documentation of each variant shows a text that causes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// Not TOML at all: `a = `.
    Syntax,
}

impl Code {
    /// Every code, in order.
    pub const ALL: &[Self] = &[Self::Syntax];

    /// The stable name: `E` and four digits.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Syntax => "E0001",
        }
    }

    /// How bad a finding of this kind is.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::Syntax => Severity::Error,
        }
    }
}
