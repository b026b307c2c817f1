//! The copy of the sources in which mistakes are planted, and the build folder next to it.
//!
//! Only changed files are written: Cargo uses modification times, and rebuilds nothing else.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::error::{PlantedError, file, program};

/// The files of the repository as they are now, whether they are committed or not.
pub(super) struct Sources {
    root: PathBuf,
    files: BTreeSet<PathBuf>,
}

impl Sources {
    /// Lists what git tracks or would track.
    pub(super) fn list(root: &Path) -> Result<Self, PlantedError> {
        let mut command = Command::new("git");
        command.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
        let output = command.output().map_err(program("git"))?;
        if !output.status.success() {
            return Err(PlantedError::NotListed(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let names = String::from_utf8_lossy(&output.stdout);
        // A deleted file that is still in the index is listed as well.
        let files = names.split('\0').map(PathBuf::from).filter(|path| root.join(path).is_file()).collect();
        Ok(Self { root: root.to_owned(), files })
    }

    /// Makes a folder hold these files and no others.
    pub(super) fn copy_to(&self, tree: &Path) -> Result<(), PlantedError> {
        for path in &self.files {
            let (from, to) = (self.root.join(path), tree.join(path));
            let content = fs::read(&from).map_err(file(&from))?;
            if fs::read(&to).is_ok_and(|there| there == content) {
                continue;
            }
            let folder = to.parent().unwrap_or(tree);
            fs::create_dir_all(folder).map_err(file(folder))?;
            fs::write(&to, content).map_err(file(&to))?;
        }
        for path in files_below(tree)? {
            if path.strip_prefix(tree).is_ok_and(|name| !self.files.contains(name)) {
                fs::remove_file(&path).map_err(file(&path))?;
                // An empty folder that is left would be a member of the workspace without a manifest.
                let folders = path.ancestors().skip(1).take_while(|folder| *folder != tree);
                folders.take_while(|folder| fs::remove_dir(folder).is_ok()).for_each(drop);
            }
        }
        Ok(())
    }

    /// Digests the files and further strings. Prose is excluded, since it does not affect a verdict; so are the other
    /// mistakes.
    pub(super) fn digest(&self, texts: &[&str]) -> Result<String, PlantedError> {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            digest.update(bytes.len().to_le_bytes());
            digest.update(bytes);
        };
        let unused = [Some(OsStr::new("md")), Some(OsStr::new("patch"))];
        for path in self.files.iter().filter(|path| !unused.contains(&path.extension())) {
            let from = self.root.join(path);
            add(path.as_os_str().as_encoded_bytes());
            add(&fs::read(&from).map_err(file(&from))?);
        }
        texts.iter().for_each(|text| add(text.as_bytes()));
        Ok(digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Copies the built dependencies, once, so that only this project's crates are built again.
pub(super) fn seed_target(from: &Path, to: &Path) -> Result<(), PlantedError> {
    if to.exists() || !from.exists() {
        return Ok(());
    }
    let unfinished = to.with_extension("unfinished");
    // A fingerprint vouches for what was built before it: fingerprints first, or a build meanwhile would be torn.
    for part in [".fingerprint", "build", "deps"] {
        for path in files_below(&from.join(part))? {
            // Programs have no extension and are large; those of the tests are not needed.
            if part == "deps" && path.extension().is_none() {
                continue;
            }
            let copied = unfinished.join(path.strip_prefix(from).unwrap_or(&path));
            copy_with_time(&path, &copied)?;
        }
    }
    fs::rename(&unfinished, to).map_err(file(to))
}

/// Copies a file with its modification time, which Cargo uses.
fn copy_with_time(from: &Path, to: &Path) -> Result<(), PlantedError> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(file(folder))?;
    fs::copy(from, to).map_err(file(from))?;
    let changed = fs::metadata(from).and_then(|metadata| metadata.modified()).map_err(file(from))?;
    File::open(to).and_then(|copied| copied.set_modified(changed)).map_err(file(to))
}

/// Lists the files in a folder and its folders.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, PlantedError> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(file(&folder))? {
            let entry = entry.map_err(file(&folder))?;
            let kind = entry.file_type().map_err(file(&entry.path()))?;
            if kind.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::super::mistake::mistakes;
    use super::*;
    use testkit::template::repository;

    #[test]
    fn a_mistake_changes_the_copy_alone_and_the_next_copy_is_free_of_it() {
        let root = repository().canonicalize().unwrap();
        let sources = Sources::list(&root).unwrap();
        // inside of the repository, as in a run: there git must not take the copy for a part of it
        let folder = tempfile::tempdir_in(root.join("target")).unwrap();
        let state = || {
            let read =
                |path: &PathBuf| (fs::read(root.join(path)).unwrap(), fs::read(folder.path().join(path)).unwrap());
            sources
                .files
                .iter()
                .filter(|path| {
                    let (one, other) = read(path);
                    one != other
                })
                .count()
        };
        sources.copy_to(folder.path()).unwrap();
        assert_eq!(state(), 0);
        let before = sources.digest(&[]).unwrap();
        for mistake in mistakes().unwrap() {
            mistake.apply(folder.path(), &[]).unwrap();
            assert_eq!(state(), mistake.patch.matches("\n+++ b/").count(), "{}", mistake.name);
            fs::write(folder.path().join("left.rs"), "over").unwrap();
            sources.copy_to(folder.path()).unwrap();
            assert_eq!(state(), 0, "{}", mistake.name);
            assert!(!folder.path().join("left.rs").exists());
        }
        assert_eq!(sources.digest(&[]).unwrap(), before);
        assert_ne!(sources.digest(&["another check"]).unwrap(), before);
    }

    #[test]
    fn built_dependencies_are_copied_once_with_their_times_and_without_programs() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let built = ["deps/libserde.rlib", "deps/a_test-1f", ".fingerprint/serde-1/lib-serde", "build/serde-1/output"];
        for name in built {
            fs::create_dir_all(from.join(name).parent().unwrap()).unwrap();
            fs::write(from.join(name), name).unwrap();
            File::open(from.join(name)).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        seed_target(&from, &to).unwrap();
        let mut copied = files_below(&to).unwrap();
        copied.sort();
        assert_eq!(copied, [built[2], built[3], built[0]].map(|name| to.join(name)));
        for path in &copied {
            assert_eq!(fs::metadata(path).unwrap().modified().unwrap(), std::time::UNIX_EPOCH);
        }
        fs::write(from.join("deps/later.rlib"), "").unwrap();
        seed_target(&from, &to).unwrap();
        assert!(!to.join("deps/later.rlib").exists(), "it is copied once");
    }
}
