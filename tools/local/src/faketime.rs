//! libfaketime, which gives a process another clock, for tests.

use std::path::PathBuf;

use crate::Error;
use crate::venv::{self, Venv};
use stack::Stack;

/// The environment, and where the wheel keeps the library below its packages.
const NAME: &str = "faketime";
const LIBRARY: &str = "libfaketime/vendor/libfaketime/src/libfaketime.so.1";

/// Installs the library if it is missing and returns where it is; `None` on platforms without a compiled library.
///
/// # Errors
/// When Python is missing or the package cannot be installed.
pub fn ensure_installed(stack: &Stack) -> Result<Option<PathBuf>, Error> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(None);
    }
    venv::install(stack, &[NAME])?;
    Ok(Some(Venv::named(stack, NAME).packages()?.join(LIBRARY)))
}
