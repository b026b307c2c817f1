//! A wrong clock for functions: ahead, behind, or stepping while they run.
//!
//! The library libfaketime answers the function's questions for the date; timers, which count and do not ask for the
//! date, go on as they are. Lambda gives the deadline of an invocation by the clock of the environment, so ours does too.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The variable that tells the library where the offset is.
const OFFSET_FILE: &str = "FAKETIME_TIMESTAMP_FILE";
/// Where the library keeps what it shares between processes, named by the process that made it.
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
    /// Makes a clock that is right, of the compiled library.
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

    /// Sets the clock so many seconds ahead, or behind. Running functions see it at once, as a step.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, offset_seconds: i64) {
        // Renamed into place: a function may read at any moment.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{offset_seconds:+}\n")).unwrap();
        std::fs::rename(&new, &self.file).unwrap();
    }

    /// Returns what a function must be started with to live by this clock.
    ///
    /// # Panics
    /// When the folder for temporary files has a name that is no text.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &str); 4] {
        [
            ("LD_PRELOAD", &self.library),
            (OFFSET_FILE, self.file.to_str().unwrap()),
            // The library would look at the file every ten seconds only.
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}

impl Drop for TestClock {
    /// Removes what the library leaves in shared memory when its process is killed.
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
