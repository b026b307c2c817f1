//! Why a subcommand failed. Each text is one layer and fits after "could not"; the cause is the source.

use std::io;
use std::path::PathBuf;

/// Everything the command can fail at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files of the local stack could not be used.
    #[error(transparent)]
    Stack(#[from] stack::Error),
    /// A file or folder could not be read.
    #[error("read {path}")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A file or folder could not be written or removed.
    #[error("write {path}")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The secret of the application could not be read or changed.
    #[error("use the secret of the application")]
    Secret(#[source] platform::SecretError),
    /// A file is no result of a benchmark.
    #[error("understand the benchmark {path}")]
    Benchmark {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// A price table is no TOML, or not the table that we know.
    #[error("understand the price table {name}")]
    PriceTable {
        /// The region, or the file.
        name: String,
        /// Where it differs.
        source: toml::de::Error,
    },
    /// An HTTP request to a local service failed.
    #[error("ask {what}")]
    Http {
        /// Whom we asked for what.
        what: &'static str,
        /// The client's reason.
        source: reqwest::Error,
    },
    /// Settings of the database that cannot work.
    #[error("use the database settings")]
    DatabaseSettings(#[from] store::InvalidSettings),
    /// The database could not do it.
    #[error("{what}")]
    Store {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        source: store::StoreError,
    },
    /// An AWS service could not do it.
    #[error("{what}")]
    Aws {
        /// What was to be done.
        what: String,
        /// Why it was not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Arguments that do not fit together.
    #[error("use these arguments: {0}")]
    Usage(String),
    /// A person could not be exported or erased.
    #[error("{what}")]
    People {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        source: people::PeopleError,
    },
    /// Another transaction held what was needed for too long.
    #[error("lock the scores within {0} s: another transaction holds them; nothing was changed, try again")]
    Busy(u64),
}
