//! A stage of its own, and the command as somebody without a terminal runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use testkit::template::{function_folders, repository};
use testkit::{Stack, program};
use tokio::process::Command;

/// Deploying takes about twenty seconds in the emulator, and minutes on a machine that is busy with builds.
const COMMAND_LIMIT: Duration = Duration::from_secs(300);

/// What the binaries of this machine are called.
pub(crate) const MACHINE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// The output of a command.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Said {
    /// Where the deployed API answers.
    pub(crate) fn api(&self) -> String {
        let line = self.text.lines().find_map(|line| line.trim().strip_prefix("API "));
        line.unwrap_or_else(|| panic!("no address in {}", self.text)).trim().to_owned()
    }

    /// What the summary says behind a label.
    pub(crate) fn line(&self, label: &str) -> String {
        let line = self.text.lines().find_map(|line| line.trim().strip_prefix(label));
        line.unwrap_or_else(|| panic!("no {label} in {}", self.text)).trim().to_owned()
    }

    pub(crate) fn must(self, code: i32, text: &str) -> Self {
        assert!(self.code == Some(code) && self.text.contains(text), "wanted {code} and {text:?}: {self:#?}");
        self
    }
}

/// A stage that nobody has deployed yet. Its file goes with it.
pub(crate) struct Stage {
    name: String,
    binaries: TempDir,
}

impl Stage {
    /// A new name, and a folder with the functions as the tests run them.
    pub(crate) fn new() -> Self {
        let id = uuid::Uuid::now_v7().simple().to_string();
        let binaries = folder_of_functions(|folder, built| fs::hard_link(built, folder.join("bootstrap")).unwrap());
        Self { name: format!("test-{}", &id[id.len() - 8..]), binaries }
    }

    /// The binaries of another release: SQL that its migrate executes before anything else, and SQL that each of its
    /// other functions executes when it starts.
    pub(crate) fn release(migrate: &str, function: &str) -> TempDir {
        folder_of_functions(|folder, built| {
            fs::hard_link(program("prelude"), folder.join("bootstrap")).unwrap();
            fs::hard_link(built, folder.join("program")).unwrap();
            let sql = if built.ends_with("migrate") { migrate } else { function };
            fs::write(folder.join("before.sql"), sql).unwrap();
        })
    }

    /// The folder for `--binaries`.
    pub(crate) fn binaries(&self) -> &Path {
        self.binaries.path()
    }

    /// Where the command keeps the stage.
    pub(crate) fn file(&self) -> PathBuf {
        repository().join("stages").join(&self.name).with_extension("toml")
    }

    /// `deploy up` with these settings.
    pub(crate) async fn up(&self, set: &[&str]) -> Said {
        self.up_with(self.binaries(), set).await
    }

    /// The name of the stage.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// `deploy up` with further arguments.
    pub(crate) async fn up_with_pages(&self, set: &[&str], arguments: &[&str]) -> Said {
        self.up_as(self.binaries(), set, arguments).await
    }

    /// `deploy up` with other binaries.
    pub(crate) async fn up_with(&self, binaries: &Path, set: &[&str]) -> Said {
        self.up_as(binaries, set, &[]).await
    }

    async fn up_as(&self, binaries: &Path, set: &[&str], arguments: &[&str]) -> Said {
        let mut command = self.command("up");
        command.arg("--binaries").arg(binaries).args(arguments);
        for setting in set {
            command.args(["--set", setting]);
        }
        run(command).await
    }

    /// `deploy destroy`.
    pub(crate) async fn destroy(&self, arguments: &[&str]) -> Said {
        let mut command = self.command("destroy");
        command.args(arguments);
        run(command).await
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(program("deploy"));
        command.current_dir(repository()).args([verb, "--stage", &self.name]);
        let nothing = self.binaries.path().join("nothing");
        command.env("AWS_ENDPOINT_URL", Stack::get().aws_endpoint()).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env_remove("AWS_PROFILE");
        command.env("AWS_CONFIG_FILE", &nothing).env("AWS_SHARED_CREDENTIALS_FILE", &nothing);
        command
    }
}

/// A folder per function, filled by a function that gets it and the shipped binary.
fn folder_of_functions(fill: impl Fn(&Path, &Path)) -> TempDir {
    // Beside the binaries, so that a link is enough.
    let built = program("migrate").parent().unwrap().to_owned();
    let binaries = tempfile::tempdir_in(&built).unwrap();
    for function in function_folders().unwrap() {
        let folder = binaries.path().join(&function);
        fs::create_dir(&folder).unwrap();
        fill(&folder, &built.join(&function));
    }
    binaries
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A test that failed half way.
        if self.file().exists() {
            let mut command = self.command("destroy");
            command
                .as_std_mut()
                .arg("--yes")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .ok();
            fs::remove_file(self.file()).ok();
        }
    }
}

async fn run(mut command: Command) -> Said {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(COMMAND_LIMIT, command.output()).await.expect("an end in time").unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    Said { code: output.status.code(), text: text.into_owned() }
}
