//! Building for AWS: `cargo lambda`, in the Python environment that brings its cross compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::binary::Machine;
use crate::sam::complete;

/// Installs programs of `.venv/` by the local stack's command, which lies beside this one.
///
/// # Errors
/// When it is not built, or fails.
pub(crate) fn install(root: &Path, names: &[&str]) -> Result<(), Error> {
    let me = std::env::current_exe().map_err(|source| Error::Start { program: "local-stack", source })?;
    let mut command = Command::new(me.with_file_name("local-stack"));
    complete(command.current_dir(root).arg("install").args(names), "local-stack install")
}

/// Builds every function and returns the folder with `<function>/bootstrap`.
///
/// # Errors
/// When it does not compile.
pub(crate) fn build(root: &Path, functions: &[String], machine: Machine) -> Result<PathBuf, Error> {
    install(root, &["lambda"])?;
    let mut path = root.join(".venv/lambda/bin").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new("cargo");
    command.current_dir(root).env("PATH", path).args(["lambda", "build", "--release", "--locked"]);
    command.arg(match machine {
        Machine::Arm64 => "--arm64",
        Machine::X86_64 => "--x86-64",
    });
    for function in functions {
        command.args(["-p", function]);
    }
    complete(&mut command, "cargo lambda build")?;
    Ok(root.join("target/lambda"))
}
