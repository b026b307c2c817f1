//! A wrong clock for functions: ahead, behind, or stepping while they run.
//!
//! The library libfaketime intercepts the function's reads of the date; timers, which do not read the date, are
//! unaffected. Lambda states the deadline of an invocation by the clock of the environment, so ours does too.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The variable with the path of the offset's file.
const OFFSET_FILE: &str = "FAKETIME_TIMESTAMP_FILE";
/// The shared memory of the library, named by the process that created it.
const SHARED: [&str; 2] = ["/dev/shm/faketime_shm_", "/dev/shm/sem.faketime_sem_"];

/// The clock of every function that is started with its variables.
#[derive(Debug)]
pub struct TestClock {
    library: String,
    file: PathBuf,
    /// Removed with the value.
    _folder: TempDir,
}

impl TestClock {
    /// Creates a correct clock with the compiled library.
    ///
    /// # Panics
    /// When no file can be written.
    #[must_use]
    pub fn new(library: &Path) -> Self {
        assert!(library.is_file(), "no library {}", library.display());
        let folder = tempfile::tempdir().unwrap();
        let clock =
            Self { library: library.to_str().unwrap().to_owned(), file: folder.path().join("offset"), _folder: folder };
        clock.set(0);
        clock
    }

    /// Sets the clock ahead or behind by seconds. Running functions see it immediately, as a step.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, offset_seconds: i64) {
        // Renamed into place: a function may read at any moment.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{offset_seconds:+}\n")).unwrap();
        std::fs::rename(&new, &self.file).unwrap();
    }

    /// Returns the variables with which a function must be started to use this clock.
    ///
    /// # Panics
    /// When the path of the temporary folder is not valid Unicode.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &str); 4] {
        [
            ("LD_PRELOAD", &self.library),
            (OFFSET_FILE, self.file.to_str().unwrap()),
            // By default the library reads the file only every ten seconds.
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}

impl Drop for TestClock {
    /// Removes the shared memory that the library leaves when its process is killed.
    fn drop(&mut self) {
        for file in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            let path = file.path();
            let name = path.to_string_lossy().into_owned();
            let pid = SHARED.iter().find_map(|prefix| name.strip_prefix(prefix));
            if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                std::fs::remove_file(path).ok();
            }
        }
    }
}

/// Finds the file with the clock's offset among a function's variables.
pub(crate) fn offset_file(variables: &[(&str, &str)]) -> Option<PathBuf> {
    variables.iter().find(|(name, _)| *name == OFFSET_FILE).map(|(_, path)| PathBuf::from(path))
}

/// Reads how far the clock is ahead, in milliseconds.
pub(crate) fn offset_ms(file: &Path) -> i64 {
    let text = std::fs::read_to_string(file).unwrap();
    text.trim().parse::<i64>().unwrap() * 1_000
}
