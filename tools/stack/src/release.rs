//! The name of a release: what the parameter `Release` of template.yaml is set to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::{Error, file};

/// SAM uses the first ten characters, and 40 bits tell the releases of one stack apart.
const BYTES: usize = 5;

/// Computes a name from all that a deployment consists of.
///
/// That is the template, its parameters, and what is packaged of each function, the files in `<folder>/<function>/`. The
/// same input has the same name, so that deploying it again changes nothing.
///
/// # Errors
/// When a file cannot be read.
pub fn release(
    template: &[u8],
    parameters: &BTreeMap<String, String>,
    folder: &Path,
    functions: &[String],
) -> Result<String, Error> {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        // With its length, so that no two lists of parts are the same bytes.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    };
    add(template);
    for (name, value) in parameters {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    for function in functions {
        for path in files(&folder.join(function))? {
            add(path.to_string_lossy().trim_start_matches(&*folder.to_string_lossy()).as_bytes());
            add(&file::read(&path)?);
        }
    }
    Ok(hash.finalize()[..BYTES].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files in a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_, _>>().map_err(failed)?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_parameter_binary_or_template_is_another_release() {
        let folder = tempfile::tempdir().expect("a folder");
        let functions = ["migrate".to_owned()];
        std::fs::create_dir(folder.path().join("migrate")).expect("a folder");
        let name = |template: &str, level: &str, binary: &str| {
            std::fs::write(folder.path().join("migrate/bootstrap"), binary).expect("a file");
            let parameters = BTreeMap::from([("LogLevel".to_owned(), level.to_owned())]);
            release(template.as_bytes(), &parameters, folder.path(), &functions).expect("a name")
        };
        let first = name("t", "INFO", "b");
        assert_eq!(first.len(), 10);
        assert_eq!(first, name("t", "INFO", "b"));
        for other in [name("u", "INFO", "b"), name("t", "DEBUG", "b"), name("t", "INFO", "c"), name("tINFO", "", "b")] {
            assert_ne!(first, other);
        }
        let before = name("t", "INFO", "b");
        std::fs::write(folder.path().join("migrate/more"), "beside it").expect("a file");
        assert_ne!(before, name("t", "INFO", "b"), "the whole folder is packaged");
    }
}
