//! The folders of a stack.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::file;

/// Names longer than this make names of AWS resources too long.
const MAX_NAME_LENGTH: usize = 30;

/// One named local stack of this project.
#[derive(Debug, Clone)]
pub struct Stack {
    root: PathBuf,
    name: String,
}

impl Stack {
    /// Finds the project from the working directory upwards and returns a stack of it, which need not exist yet.
    ///
    /// # Errors
    /// When the name is invalid, or this is not a folder of the project.
    pub fn find(name: &str) -> Result<Self, Error> {
        let usable = name.len() <= MAX_NAME_LENGTH
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !usable {
            return Err(Error::StackName(name.to_owned()));
        }
        let here = std::env::current_dir().map_err(|source| Error::Read { path: PathBuf::from("."), source })?;
        let root = here.ancestors().find(|folder| folder.join("tools/local/launcher.py").is_file());
        let root = root.ok_or(Error::NoProject)?.to_owned();
        Ok(Self { root, name: name.to_owned() })
    }

    /// The stack's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the stack is temporary: `test` and every `test-...`, which tests run against.
    #[must_use]
    pub fn is_throwaway(&self) -> bool {
        self.name == "test" || self.name.starts_with("test-")
    }

    /// The project's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of everything that belongs to this stack.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.root.join(".local").join(&self.name)
    }

    /// A file or folder of this stack.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The name under which the stack is deployed to the emulator.
    #[must_use]
    pub fn deployed_name(&self) -> String {
        format!("shopsignal-{}", self.name)
    }

    /// Prevents other commands from changing this stack while the returned file is held.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn lock(&self) -> Result<File, Error> {
        lock(&self.path("lock"))
    }
}

/// Locks a file, which is created if missing, until the returned handle is dropped. Waits for its turn.
///
/// # Errors
/// When the file cannot be made.
pub fn lock(path: &Path) -> Result<File, Error> {
    file::make_folder(path.parent().unwrap_or(Path::new(".")))?;
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let file = File::options().create(true).append(true).open(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}
