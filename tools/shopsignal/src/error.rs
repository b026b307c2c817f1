//! Why a subcommand failed. Each text is one layer and fits after "could not"; the cause is the source.

use std::io;
use std::path::PathBuf;

/// All errors of the command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files of the local stack could not be used.
    #[error(transparent)]
    Stack(#[from] stack::Error),
    /// A file or folder could not be read.
    #[error("read {path}")]
    Read {
        /// What was being read.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file or folder could not be written or removed.
    #[error("write {path}")]
    Write {
        /// What was being written.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The secret of the application could not be read or changed.
    #[error("use the secret of the application")]
    Secret(#[source] platform::SecretError),
    /// A file is not the result of a benchmark.
    #[error("understand the benchmark {path}")]
    Benchmark {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// A price table is not TOML, or does not have the expected form.
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
        /// The service and the request.
        what: &'static str,
        /// The client's reason.
        source: reqwest::Error,
    },
    /// Settings of the database that cannot work.
    #[error("use the database settings")]
    DatabaseSettings(#[from] store::InvalidSettings),
    /// Somebody ended the command.
    #[error("finish, because of a signal")]
    Interrupted,
    /// A database operation failed.
    #[error("{what}")]
    Store {
        /// The attempted operation.
        what: &'static str,
        /// The cause.
        source: store::StoreError,
    },
    /// The schema could not be created.
    #[error("create the schema")]
    Migration(#[source] store::migration::MigrationError),
    /// An AWS call failed.
    #[error("{what}")]
    Aws {
        /// The attempted operation.
        what: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Contradicting arguments.
    #[error("use these arguments: {0}")]
    Usage(String),
    /// A person could not be exported or erased.
    #[error("{what}")]
    People {
        /// The attempted operation.
        what: &'static str,
        /// The cause.
        source: people::PeopleError,
    },
    /// Another transaction held a lock for too long.
    #[error("lock the scores within {0} s: another transaction holds them; nothing was changed, try again")]
    Busy(u64),
}

impl Error {
    /// Says what an AWS call was to do.
    pub(crate) fn aws(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Aws { what: what.into(), source: source.into() }
    }
}
