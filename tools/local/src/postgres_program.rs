//! The programs of the project's Postgres, to be run by this user: for the stack's cluster, and for a cluster that a
//! test makes for itself and breaks.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::postgres_user::{Runner, client};
use crate::venv::Venv;
use stack::Stack;

/// The installed programs and the way in which this user may run them.
#[derive(Debug)]
pub struct Programs {
    runner: Runner,
    venv: Venv,
}

impl Programs {
    /// Finds the first way that works here and makes what it needs. The programs must be installed. May be repeated.
    ///
    /// # Errors
    /// When root may not make user namespaces and the programs cannot be copied for "nobody".
    pub fn find(stack: &Stack) -> Result<Self, Error> {
        let programs = Self { runner: Runner::choose(stack), venv: Venv::named(stack, "postgres") };
        programs.runner.prepare(&programs.venv)?;
        Ok(programs)
    }

    /// Runs them in a user namespace of their own, whoever we are: for a caller who starts them where it is root.
    #[must_use]
    pub fn in_namespace(stack: &Stack) -> Self {
        Self { runner: Runner::Namespace, venv: Venv::named(stack, "postgres") }
    }

    /// Where the stack's cluster has its data.
    pub(crate) fn data(&self, stack: &Stack) -> PathBuf {
        self.runner.data(stack)
    }

    /// Gives a folder to the user as whom the programs run, so that a cluster can be made in it. May be repeated.
    ///
    /// # Errors
    /// When the folder is not ours to give.
    pub fn hand_over(&self, folder: &Path) -> Result<(), Error> {
        self.runner.hand_over(folder)
    }

    /// A command that makes a cluster with trust authentication in a folder that does not exist yet.
    ///
    /// # Errors
    /// When Postgres is not installed.
    pub fn initdb(&self, data: &Path) -> Result<Command, Error> {
        let mut command = self.command("initdb")?;
        command.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]);
        command.arg("--no-instructions").arg("--pgdata").arg(data);
        Ok(command)
    }

    /// A command that is the server of a cluster, on a loopback port and nowhere else.
    ///
    /// # Errors
    /// When Postgres is not installed.
    pub fn server(&self, data: &Path, port: u16) -> Result<Command, Error> {
        let mut command = self.command("postgres")?;
        command.arg("-D").arg(data).args(["-p", &port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        Ok(command)
    }

    /// A command that runs another server program of Postgres, which may read and write a cluster's data.
    ///
    /// # Errors
    /// When Postgres is not installed.
    pub fn command(&self, program: &str) -> Result<Command, Error> {
        let mut command = self.runner.command(&client(&self.venv, program)?, program);
        // Settings of the user's own (PGDATA, PGPORT, LC_ALL ...) must not reach the server.
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("TZ", "UTC");
        Ok(command)
    }
}
