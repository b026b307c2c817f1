//! A file system of a few megabytes, in memory, to be filled up and freed.
//!
//! It is mounted in its own mount namespace, inside a user namespace, so that no root is required and no one else sees
//! it. An idle process keeps both alive; when it ends, the file system is gone, whatever happens to us.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Why a scenario cannot run on this machine. It then counts as not run, never as passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped(pub String);

/// Mounts, reports it, and waits until its input is closed.
const SCRIPT: &str = r#"mount -t tmpfs -o "size=$1m,mode=0700" none "$2" && echo mounted && exec cat"#;
/// The chunk size for filling it up.
const CHUNK: [u8; 4096] = [0; 4096];

/// The mounted file system.
#[derive(Debug)]
pub struct SmallDisk {
    keeper: Child,
    path: PathBuf,
    megabytes: u32,
}

impl SmallDisk {
    /// Mounts it over a folder.
    ///
    /// # Errors
    /// When this machine forbids namespaces, or lacks the program to make them.
    ///
    /// # Panics
    /// When its keeper process does not respond.
    pub fn mount(path: &Path, megabytes: u32) -> Result<Self, Skipped> {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh", &megabytes.to_string()]);
        unshare.arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut keeper = unshare.spawn().map_err(|error| Skipped(format!("no unshare: {error}")))?;
        let mut said = String::new();
        BufReader::new(keeper.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        if said.trim() == "mounted" {
            return Ok(Self { keeper, path: path.to_owned(), megabytes });
        }
        keeper.stderr.as_mut().unwrap().read_to_string(&mut said).unwrap();
        keeper.wait().unwrap();
        Err(Skipped(format!("no file system of our own: {}", said.trim())))
    }

    /// Returns its path, for processes inside the namespace.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a command run inside the namespace, with its own variables only.
    #[must_use]
    pub fn enter(&self, command: &Command) -> Command {
        let mut entered = Command::new("nsenter");
        entered.args(["--target", &self.keeper.id().to_string(), "--user", "--mount", "--preserve-credentials", "--"]);
        entered.arg(command.get_program()).args(command.get_args()).env_clear();
        entered.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        entered
    }

    /// Fills it up, except for a number of bytes.
    ///
    /// # Panics
    /// When it cannot be written for another reason than that it is full.
    pub fn fill(&self, but_for: u64) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).unwrap();
        // A disk that takes more is not the small one.
        let most = u64::from(self.megabytes) * 1024 * 1024 / CHUNK.len() as u64;
        let refused = (0..=most).find_map(|_| ballast.write(&CHUNK).err());
        assert_eq!(refused.expect("a disk of this size").kind(), ErrorKind::StorageFull);
        let length = ballast.metadata().unwrap().len();
        ballast.set_len(length.saturating_sub(but_for)).unwrap();
    }

    /// Frees the space again. May be repeated.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).ok();
    }

    fn ballast(&self) -> PathBuf {
        self.seen_from_outside(&self.path).join("ballast")
    }

    /// Returns the path under which it is visible from outside the namespace.
    #[must_use]
    pub fn seen_from_outside(&self, path: &Path) -> PathBuf {
        let root = Path::new("/proc").join(self.keeper.id().to_string()).join("root");
        root.join(path.strip_prefix("/").unwrap())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.keeper.kill().ok();
        self.keeper.wait().ok();
    }
}
