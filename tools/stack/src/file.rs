//! Files written atomically: neither a crash nor a concurrent reader sees half of one.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// Reads a file.
///
/// # Errors
/// When the system refuses.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// Reads a JSON file; `None` when it does not exist.
///
/// # Errors
/// When it cannot be read or is no such JSON.
pub fn find_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    if !path.exists() {
        return Ok(None);
    }
    let value = serde_json::from_slice(&read(path)?);
    value.map(Some).map_err(|source| Error::Malformed { path: path.to_owned(), source })
}

/// Replaces a file with a value as JSON, and creates its folder.
///
/// # Errors
/// When it cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|source| Error::Malformed { path: path.to_owned(), source })?;
    text.push(b'\n');
    write(path, &text, 0o644)
}

/// Replaces a file that only its owner may read, and creates its folder.
///
/// # Errors
/// When the system refuses.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), Error> {
    write(path, content, 0o600)
}

/// Replaces a file by renaming a finished one over it.
///
/// # Errors
/// When the system refuses.
pub fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    new.write_all(content).map_err(failed)?;
    new.as_file().set_permissions(fs::Permissions::from_mode(mode)).map_err(failed)?;
    new.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Creates a folder and its parents.
///
/// # Errors
/// When the system refuses.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Removes a file or a whole folder; one that does not exist is fine.
///
/// # Errors
/// When the system refuses.
pub fn remove(path: &Path) -> Result<(), Error> {
    let result = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match result {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Write { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// The last lines of a text file, for an error text; empty when it cannot be read.
#[must_use]
pub fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read(path).unwrap_or_default();
    last_lines(&String::from_utf8_lossy(&text), lines)
}

/// The last lines of a text.
#[must_use]
pub fn last_lines(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
