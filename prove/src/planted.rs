//! Known mistakes, planted one at a time into a copy of the sources, to test whether a check detects them.
//!
//! A check that has never failed proves nothing. It does not know the check: it passes on the binaries with a mistake
//! and reads the exit code. A mistake that no longer applies or builds is an error and never counts as caught, and
//! neither does a check that fails without a mistake.

mod copy;
mod error;
mod mistake;

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use testkit::template::{function_folders, repository};

use copy::Sources;
pub use error::PlantedError;
use error::{file, program};
pub use mistake::{Mistake, mistakes};

/// The exit code of a check that found a broken invariant. 0 means that all held.
const BROKEN: i32 = 1;

/// The verdict of a check on a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The mistake.
    pub name: String,
    /// Whether the check detected it.
    pub caught: bool,
    /// How long the check took.
    pub seconds: u64,
    /// The sources, the mistake and the check, as a digest: a verdict holds for exactly these.
    pub subject: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.caught { "caught" } else { "MISSED" };
        write!(f, "{}: {word} after {} s", self.name, self.seconds)
    }
}

/// Counts what was caught: `8 of 8 caught`.
#[must_use]
pub fn summary(verdicts: &[Verdict]) -> String {
    format!("{} of {} caught", verdicts.iter().filter(|verdict| verdict.caught).count(), verdicts.len())
}

/// Builds the system with each mistake in turn and runs the check; first without any.
///
/// `check` returns the command for a folder of the functions and `shopsignal`; it must exit with 0 when all invariants
/// held and with 1 when one was broken. Its output goes to a log next to the copy, in `.local/proof/planted`. `said`
/// gets a line per step. May be interrupted and repeated: verdicts on the same sources, mistake and command are kept.
///
/// # Errors
/// When there is no verdict on some mistake, or when the check fails without one.
pub fn run(check: impl Fn(&Path) -> Command, mut said: impl FnMut(&str)) -> Result<Vec<Verdict>, PlantedError> {
    let root = repository().canonicalize().map_err(file(&repository()))?;
    let workbench = Workbench::open(root.join(".local/proof/planted"))?;
    let sources = Sources::list(&root)?;
    copy::seed_target(&root.join("target/local"), &workbench.folder.join("target/local"))?;
    let evaluate = |mistake: Option<&Mistake>, subject: String| {
        sources.copy_to(&workbench.tree())?;
        workbench.evaluate(mistake, subject, &check)
    };
    let subject = |mistake: Option<&Mistake>| {
        let command = check(&workbench.binaries());
        sources.digest(&[&format!("{command:?}"), mistake.map_or("", |mistake| &mistake.patch)])
    };

    let control = subject(None)?;
    if workbench.kept(&control).is_none() {
        said("control: no mistake is planted");
        let verdict = evaluate(None, control)?;
        if verdict.caught {
            return Err(PlantedError::ControlFailed { log: workbench.log(&verdict.name) });
        }
        workbench.keep(&verdict)?;
    }
    let mut verdicts = Vec::new();
    for mistake in mistakes()? {
        let subject = subject(Some(&mistake))?;
        let verdict = match workbench.kept(&subject) {
            Some(kept) => kept,
            None => evaluate(Some(&mistake), subject)?,
        };
        workbench.keep(&verdict)?;
        said(&verdict.to_string());
        verdicts.push(verdict);
    }
    said(&summary(&verdicts));
    Ok(verdicts)
}

/// The folder in which mistakes are built; one run at a time.
struct Workbench {
    folder: PathBuf,
    _lock: File,
}

impl Workbench {
    fn open(folder: PathBuf) -> Result<Self, PlantedError> {
        fs::create_dir_all(&folder).map_err(file(&folder))?;
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(file(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(PlantedError::Busy),
            Err(fs::TryLockError::Error(source)) => Err(PlantedError::File { path, source }),
        }
    }

    fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    fn binaries(&self) -> PathBuf {
        self.folder.join("target/local")
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// Returns the verdict of an earlier run; an unreadable one is ignored.
    fn kept(&self, subject: &str) -> Option<Verdict> {
        let text = fs::read_to_string(self.folder.join(format!("{subject}.json"))).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn keep(&self, verdict: &Verdict) -> Result<(), PlantedError> {
        let path = self.folder.join(format!("{}.json", verdict.subject));
        let text = serde_json::to_string(verdict).map_err(io::Error::other).map_err(file(&path))?;
        fs::write(&path, text).map_err(file(&path))
    }

    /// Plants the mistake into the fresh copy, builds it and has it checked.
    fn evaluate(
        &self,
        mistake: Option<&Mistake>,
        subject: String,
        check: impl Fn(&Path) -> Command,
    ) -> Result<Verdict, PlantedError> {
        let name = mistake.map_or("control", |mistake| &mistake.name).to_owned();
        if let Some(mistake) = mistake {
            mistake.apply(&self.tree(), &[])?;
        }
        self.build(&name)?;
        let (started, log) = (Instant::now(), self.log(&name));
        let code = run_logged(&mut check(&self.binaries()), &log)?;
        let seconds = started.elapsed().as_secs();
        match code {
            Some(0 | BROKEN) => Ok(Verdict { name, caught: code == Some(BROKEN), seconds, subject }),
            _ => Err(PlantedError::NoVerdict { name, log }),
        }
    }

    /// Builds only what a check starts, but with the features of all default members, which the seeded dependencies
    /// have.
    fn build(&self, name: &str) -> Result<(), PlantedError> {
        let log = self.folder.join(format!("{name}.build.log"));
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["build", "--profile", "local"]).current_dir(self.tree());
        command.env("CARGO_TARGET_DIR", self.folder.join("target"));
        let functions = function_folders().map_err(file(Path::new("functions")))?;
        for binary in functions.iter().map(String::as_str).chain(["shopsignal"]) {
            command.args(["--bin", binary]);
        }
        match run_logged(&mut command, &log)? {
            Some(0) => Ok(()),
            _ => Err(PlantedError::DoesNotBuild { name: name.to_owned(), log }),
        }
    }
}

/// Runs a command with its output in a file, and returns its exit code; `None` when a signal ended it.
fn run_logged(command: &mut Command, log: &Path) -> Result<Option<i32>, PlantedError> {
    let output = File::create(log).map_err(file(log))?;
    let errors = output.try_clone().map_err(file(log))?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    Ok(command.status().map_err(program(command.get_program().to_string_lossy()))?.code())
}
