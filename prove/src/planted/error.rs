//! Why there is no verdict on a planted mistake.

use std::io;
use std::path::{Path, PathBuf};

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum PlantedError {
    /// A file or a folder cannot be used.
    #[error("{} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A required program is missing.
    #[error("{program} cannot be started")]
    Program {
        /// The program.
        program: String,
        /// The system's error.
        source: io::Error,
    },
    /// The sources cannot be listed.
    #[error("git cannot list the sources: {0}")]
    NotListed(String),
    /// The patch no longer applies to the code.
    #[error("the mistake {name} does not fit the sources: {reason}")]
    DoesNotApply {
        /// The mistake.
        name: String,
        /// The output of git.
        reason: String,
    },
    /// The patched code no longer compiles.
    #[error("{name} does not build, see {}", log.display())]
    DoesNotBuild {
        /// The mistake.
        name: String,
        /// The output of Cargo.
        log: PathBuf,
    },
    /// An invariant is broken even without a mistake.
    #[error("the check fails without a mistake, see {}", log.display())]
    ControlFailed {
        /// The output of the check.
        log: PathBuf,
    },
    /// The check ended without a verdict.
    #[error("the check of {name} came to no verdict, see {}", log.display())]
    NoVerdict {
        /// The mistake.
        name: String,
        /// The output of the check.
        log: PathBuf,
    },
    /// Another run uses the copy.
    #[error("another run is under way")]
    Busy,
}

/// The error of a file or a folder.
pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> PlantedError {
    let path = path.to_owned();
    |source| PlantedError::File { path, source }
}

/// The error of a program that cannot be started.
pub(super) fn program(program: impl Into<String>) -> impl FnOnce(io::Error) -> PlantedError {
    let program = program.into();
    |source| PlantedError::Program { program, source }
}
