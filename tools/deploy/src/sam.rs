//! AWS SAM, from `.venv/sam`: it packages, makes change sets, waits, and knows a stack's outputs.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;

use crate::Error;
use crate::stage::Stage;

/// What a deployment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deployed {
    Changed,
    Unchanged,
}

/// The outputs of a stack.
#[derive(Debug, Default)]
pub(crate) struct Outputs(BTreeMap<String, String>);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

impl Outputs {
    /// An output that some stacks have.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// An output that every stack has.
    ///
    /// # Errors
    /// `NoOutput` when this one has not.
    pub(crate) fn get(&self, name: &'static str) -> Result<&str, Error> {
        self.find(name).ok_or(Error::NoOutput(name))
    }
}

/// Deploys a stage from a folder that holds template.yaml and what it names. Shows the change set, and asks if `confirm`.
///
/// # Errors
/// When SAM fails, or the person said no.
pub(crate) fn deploy(stage: &Stage, folder: &Path, confirm: bool) -> Result<Deployed, Error> {
    const WHAT: &str = "sam deploy";
    let mut command = sam(stage);
    command.arg("deploy").arg("--config-file").arg(stage.path());
    command.arg("--template-file").arg(folder.join("template.yaml"));
    command.arg(if confirm { "--confirm-changeset" } else { "--no-confirm-changeset" });
    let (status, said) = show(&mut command, WHAT)?;
    if !status.success() {
        return Err(reason(&said).map_or(Error::Program(WHAT), Error::Refused));
    }
    // SAM ends with 0 as well when its question was answered with no, and only its text tells the three apart. Its version is
    // fixed by hash, and a text that is not found stops the deployment.
    if said.contains("Successfully created/updated stack") {
        Ok(Deployed::Changed)
    } else if said.contains("No changes to deploy") {
        Ok(Deployed::Unchanged)
    } else {
        Err(Error::NotConfirmed)
    }
}

/// The first reason that CloudFormation gave for a failure. SAM prints events as a table of four columns, and wraps each cell.
fn reason(said: &str) -> Option<String> {
    let mut lines = said.lines().skip_while(|line| !line.contains("ResourceStatusReason"));
    let column = lines.next()?.find("ResourceStatusReason")?;
    let cell = |line: &str| line.chars().skip(column).collect::<String>().trim().to_owned();
    let mut lines = lines.skip_while(|line| {
        !["CREATE_FAILED", "UPDATE_FAILED"].iter().any(|failed| line.starts_with(failed)) || cell(line).is_empty()
    });
    let resource = lines.next()?;
    // A line that continues a cell does not begin with a status.
    let rest = lines.take_while(|line| !line.starts_with(|first: char| first.is_ascii_uppercase() || first == '-'));
    let cells: Vec<_> = std::iter::once(resource).chain(rest).map(cell).collect();
    Some(cells.join(" ").trim().to_owned())
}

/// Reads the outputs of the stack.
///
/// # Errors
/// When there is no such stack.
pub(crate) fn outputs(stage: &Stage) -> Result<Outputs, Error> {
    const WHAT: &str = "sam list stack-outputs";
    let mut command = sam(stage);
    command.args(["list", "stack-outputs", "--output", "json"]);
    command.args(place(stage)).stdin(Stdio::null()).stderr(Stdio::inherit());
    let listed = command.output().map_err(|source| Error::Start { program: WHAT, source })?;
    if !listed.status.success() {
        return Err(Error::Program(WHAT));
    }
    let outputs: Vec<Output> = serde_json::from_slice(&listed.stdout).map_err(Error::Outputs)?;
    Ok(Outputs(outputs.into_iter().map(|output| (output.output_key, output.output_value)).collect()))
}

/// Deletes the stack and what SAM has uploaded for it. A stack that does not exist is fine.
///
/// # Errors
/// When SAM fails.
pub(crate) fn delete(stage: &Stage) -> Result<(), Error> {
    complete(sam(stage).args(["delete", "--no-prompts"]).args(place(stage)), "sam delete")
}

/// Runs a program with our terminal until it ends.
///
/// # Errors
/// When it cannot be started, or fails.
pub(crate) fn complete(command: &mut Command, what: &'static str) -> Result<(), Error> {
    let status = command.status().map_err(|source| Error::Start { program: what, source })?;
    if status.success() { Ok(()) } else { Err(Error::Program(what)) }
}

fn sam(stage: &Stage) -> Command {
    let mut command = Command::new(stage.root().join(".venv/sam/bin/sam"));
    command.current_dir(stage.root()).env("SAM_CLI_TELEMETRY", "0");
    command
}

fn place(stage: &Stage) -> Vec<&str> {
    let mut place = vec!["--stack-name", &stage.stack_name];
    place.extend(stage.region.iter().flat_map(|region| ["--region", region]));
    place
}

/// Runs a program, shows its output as it comes, and returns it as well.
fn show(command: &mut Command, what: &'static str) -> Result<(ExitStatus, String), Error> {
    let failed = |source| Error::Start { program: what, source };
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut said = Vec::new();
    let mut part = [0; 4096];
    if let Some(mut out) = child.stdout.take() {
        loop {
            let length = out.read(&mut part).map_err(failed)?;
            if length == 0 {
                break;
            }
            said.extend_from_slice(&part[..length]);
            let mut terminal = std::io::stdout();
            // Nobody may read any more: the deployment goes on.
            terminal.write_all(&part[..length]).and_then(|()| terminal.flush()).ok();
        }
    }
    let status = child.wait().map_err(failed)?;
    Ok((status, String::from_utf8_lossy(&said).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_failure_is_read_from_the_wrapped_table() {
        let said = "\
CloudFormation events from stack operations (refresh every 5.0 seconds)
---------------------------------------------------------------------------------------
ResourceStatus        ResourceType          LogicalResourceId     ResourceStatusReason
---------------------------------------------------------------------------------------
UPDATE_IN_PROGRESS    Custom::Migration     Migration             -
UPDATE_FAILED         Custom::Migration     Migration             could not apply the
                                                                  migrations: applied
                                                                  migration V2
UPDATE_ROLLBACK_IN_P  AWS::CloudFormation:  shopsignal-prod       The following
ROGRESS               :Stack
";
        assert_eq!(reason(said).as_deref(), Some("could not apply the migrations: applied migration V2"));
        assert_eq!(reason("Error: no such template"), None);
    }
}
