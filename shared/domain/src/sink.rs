//! The consumers in which an interaction has an effect.

use std::fmt;
use std::str::FromStr;

/// A consumer of interactions. Each has its queue, its dead-letter queue and its `pending` rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sink {
    /// The popularity scores.
    Popularity,
    /// The catalog (recommendation engine).
    Catalog,
}

impl Sink {
    /// All sinks.
    pub const ALL: [Self; 2] = [Self::Popularity, Self::Catalog];

    /// Returns the name in `pending.sink`, in metrics and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Popularity => "popularity",
            Self::Catalog => "catalog",
        }
    }

    /// Returns the setting with the address of its queue.
    #[must_use]
    pub fn queue_variable(self) -> &'static str {
        match self {
            Self::Popularity => "POPULARITY_QUEUE_URL",
            Self::Catalog => "CATALOG_QUEUE_URL",
        }
    }
}

impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Sink {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|sink| sink.as_str() == text)
            .ok_or_else(|| format!("unknown sink {text:?}: must be one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}
