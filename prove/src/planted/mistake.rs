//! The mistakes in `prove/planted`: patches of the sources.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use testkit::template::repository;

use super::error::{PlantedError, file, program};

/// A mistake: a patch of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Its number and name, such as `03-unsorted-upsert`.
    pub name: String,
    /// What it is, why it is tempting and what detects it, followed by a unified diff.
    pub patch: String,
}

/// Reads the mistakes in `prove/planted`, in the order of their numbers.
///
/// # Errors
/// When a file cannot be read.
pub fn mistakes() -> Result<Vec<Mistake>, PlantedError> {
    let folder = repository().join("prove/planted");
    let mut mistakes = Vec::new();
    for entry in fs::read_dir(&folder).map_err(file(&folder))? {
        let path = entry.map_err(file(&folder))?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            mistakes.push(Mistake { name, patch: fs::read_to_string(&path).map_err(file(&path))? });
        }
    }
    mistakes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(mistakes)
}

impl Mistake {
    /// Checks that the patch fits the sources in a folder, without changing them.
    ///
    /// # Errors
    /// [`PlantedError::DoesNotApply`] when it does not.
    pub fn check(&self, folder: &Path) -> Result<(), PlantedError> {
        self.apply(folder, &["--check"])
    }

    /// Applies the patch to the sources in a folder.
    pub(super) fn apply(&self, folder: &Path, options: &[&str]) -> Result<(), PlantedError> {
        let folder = folder.canonicalize().map_err(file(folder))?;
        let mut command = Command::new("git");
        command.arg("apply").args(options).arg("-").current_dir(&folder);
        // Inside another repository git would silently skip every file.
        command.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(&folder)).env_remove("GIT_DIR");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut git = command.spawn().map_err(program("git"))?;
        // Dropped immediately, so that git sees the end of the input. Git reports an error if it does not read all of it.
        let written = git.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(self.patch.as_bytes()));
        let output = git.wait_with_output().map_err(program("git"))?;
        if output.status.success() && written.is_ok() {
            return Ok(());
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(PlantedError::DoesNotApply { name: self.name.clone(), reason })
    }
}
