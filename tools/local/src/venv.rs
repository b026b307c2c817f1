//! Python environments under `.venv/`, one per file in tools/local/requirements, created only when missing or out of date.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use sha2::{Digest as _, Sha256};

use crate::Error;
use shopsignal::say;
use stack::file;
use stack::{Stack, lock};

/// Written last, contains the hash of the requirements: an interrupted installation is repeated.
const STAMP: &str = "installed";

/// One installed environment.
#[derive(Debug)]
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment of that name, which may not be installed yet.
    pub(crate) fn named(stack: &Stack, name: &str) -> Self {
        Self { folder: stack.root().join(".venv").join(name) }
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Its folder of packages.
    pub(crate) fn packages(&self) -> Result<PathBuf, Error> {
        let lib = self.folder.join("lib");
        let failed = |source| Error::Read { path: lib.clone(), source };
        for entry in std::fs::read_dir(&lib).map_err(failed)? {
            let packages = entry.map_err(failed)?.path().join("site-packages");
            if packages.is_dir() {
                return Ok(packages);
            }
        }
        Err(failed(std::io::ErrorKind::NotFound.into()))
    }

    /// Whether the installation is complete and matches its requirements.
    fn is_current(&self, stack: &Stack) -> Result<bool, Error> {
        let hash = self.hash(stack)?;
        Ok(std::fs::read_to_string(self.folder.join(STAMP)).is_ok_and(|installed| installed == hash))
    }

    fn hash(&self, stack: &Stack) -> Result<String, Error> {
        Ok(hex(&Sha256::digest(file::read(&self.requirements(stack))?)))
    }

    fn requirements(&self, stack: &Stack) -> PathBuf {
        let name = self.folder.file_name().unwrap_or_default();
        stack.root().join("tools/local/requirements").join(name).with_extension("txt")
    }
}

/// Which of the named environments are missing or differ from their requirements.
pub(crate) fn outdated<'a>(stack: &Stack, names: &[&'a str]) -> Result<Vec<&'a str>, Error> {
    let mut found = Vec::new();
    for name in names {
        if !Venv::named(stack, name).is_current(stack)? {
            found.push(*name);
        }
    }
    Ok(found)
}

/// Installs what is missing of the named environments, concurrently, and prints a line for each.
pub(crate) fn install(stack: &Stack, names: &[&str]) -> Result<(), Error> {
    // Two stacks may start at once and share the environments.
    let _held = lock(&stack.root().join(".venv/lock"))?;
    std::thread::scope(|scope| {
        let installations: Vec<_> = names.iter().map(|name| scope.spawn(|| install_one(stack, name))).collect();
        for installation in installations {
            match installation.join() {
                Ok(result) => result?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    })
}

fn install_one(stack: &Stack, name: &str) -> Result<(), Error> {
    let venv = Venv::named(stack, name);
    if venv.is_current(stack)? {
        return Ok(());
    }
    let hash = venv.hash(stack)?;
    say::line(format_args!("installing {name} into .venv/{name} ..."));
    let start = Instant::now();
    file::remove(&venv.folder)?;
    let made = run(Command::new("python3").args(["-m", "venv"]).arg(&venv.folder), "python3 -m venv");
    made.map_err(|source| Error::Python { folder: venv.folder.clone(), source: Box::new(source) })?;
    let mut pip = Command::new(venv.program("python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    // Exactly the listed files: each with its hash, nothing unlisted, and no source packages, whose build tools would
    // have no hash.
    pip.args(["--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement"]);
    run(pip.arg(venv.requirements(stack)), "pip install")?;
    file::write(&venv.folder.join(STAMP), hash.as_bytes(), 0o644)?;
    say::line(format_args!("installed {name} in {} s", start.elapsed().as_secs()));
    Ok(())
}

/// Runs a program to completion; its output is shown only when it fails.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<String, Error> {
    let output = command.output().map_err(|source| Error::Start { program: what.to_owned(), source })?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(out);
    }
    let both = format!("{out}\n{}", String::from_utf8_lossy(&output.stderr));
    Err(Error::Program { program: what.to_owned(), output: file::last_lines(&both, 20) })
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
