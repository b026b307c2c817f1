//! Why the files of a stack could not be used. Each text is one layer and fits after "could not"; the cause is the
//! source.

use std::io;
use std::path::PathBuf;

/// All errors of the files of a stack.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No parent of the working directory holds the project.
    #[error("find the project: no folder from here up holds tools/local/launcher.py")]
    NoProject,
    /// A stack name that cannot be a folder and a CloudFormation stack name.
    #[error("use the stack name {0:?}: it must match [a-z][a-z0-9-]*, up to 30 characters")]
    StackName(String),
    /// The stack was never started, or was stopped.
    #[error("find the running stack {0:?}: start it with `make up`")]
    NotRunning(String),
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
    /// A file does not have the expected content.
    #[error("understand {path}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// The issuer's key could not be generated.
    #[error("make the issuer's key")]
    KeyGeneration,
    /// A token or a key could not be encoded.
    #[error("sign with the issuer's key")]
    Token(#[source] jsonwebtoken::errors::Error),
}
