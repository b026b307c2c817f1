//! Runs the commands against the deployed stack, as somebody in a checkout does.

use std::path::PathBuf;
use std::process::Stdio;

use testkit::program;
use tokio::process::{Child, Command};

use crate::shop::Shop;

/// The output of a command.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Shop {
    /// Runs `shopsignal --stack <this stack> <arguments>`.
    pub(crate) async fn shopsignal(&self, arguments: &[&str]) -> CommandOutput {
        said(command("shopsignal", arguments)).await
    }

    /// Runs `local-stack --stack <this stack> <arguments>`.
    pub(crate) async fn local_stack(&self, arguments: &[&str]) -> CommandOutput {
        said(command("local-stack", arguments)).await
    }

    /// Starts the same without waiting for its end. It is killed when it is dropped.
    pub(crate) fn start_shopsignal(&self, arguments: &[&str]) -> Child {
        command("shopsignal", arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

async fn said(mut command: Command) -> CommandOutput {
    let output = command.output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    CommandOutput { code: output.status.code(), text: text.into_owned() }
}

fn command(name: &str, arguments: &[&str]) -> Command {
    let file = PathBuf::from(std::env::var("SHOPSIGNAL_STACK_FILE").unwrap());
    let folder = file.parent().unwrap();
    let mut command = Command::new(program(name));
    // Both find the stack from the working directory.
    command.current_dir(folder).arg("--stack").arg(folder.file_name().unwrap()).args(arguments);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}
