//! The operator's command as an operator runs it: without a checkout, with settings from the environment only.

use tokio::process::Command;

use crate::{Stack, program};

/// Returns `shopsignal` of the same build as the test, outside of any checkout, with the emulator's credentials and
/// nothing else in its environment. It is killed when it is dropped.
#[must_use]
pub fn shopsignal() -> Command {
    let mut command = Command::new(program("shopsignal"));
    command.env_clear().current_dir(std::env::temp_dir()).kill_on_drop(true);
    command.env("AWS_ENDPOINT_URL", Stack::get().aws_endpoint()).env("AWS_REGION", "us-east-1");
    command.envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
    command
}
