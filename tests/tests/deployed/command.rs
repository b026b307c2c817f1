//! Runs the `shopsignal` command against the deployed stack, as an operator does.

use std::path::PathBuf;
use std::process::Stdio;

use testkit::program;
use tokio::process::{Child, Command};

use crate::shop::Shop;

/// The output of a command.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Shop {
    /// Runs `shopsignal --stack <this stack> <arguments>`.
    pub(crate) async fn shopsignal(&self, arguments: &[&str]) -> Said {
        let output = command(arguments).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        Said { code: output.status.code(), text: text.into_owned() }
    }

    /// Starts the same without waiting for its end. It is killed when it is dropped.
    pub(crate) fn start_shopsignal(&self, arguments: &[&str]) -> Child {
        command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

fn command(arguments: &[&str]) -> Command {
    let file = PathBuf::from(std::env::var("SHOPSIGNAL_STACK_FILE").unwrap());
    let folder = file.parent().unwrap();
    let mut command = Command::new(program("shopsignal"));
    // The command finds its project from the working directory.
    command.current_dir(folder).arg("--stack").arg(folder.file_name().unwrap()).args(arguments);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}
