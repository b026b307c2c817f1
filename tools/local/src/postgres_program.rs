//! The programs of the project's Postgres, run by this user: for the stack's cluster, and for a cluster that a test
//! creates and breaks.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::postgres_user::{Runner, client};
use crate::venv::Venv;
use stack::Stack;

/// The installed programs and how this user can run them.
#[derive(Debug)]
pub struct Programs {
    runner: Runner,
    venv: Venv,
}

impl Programs {
    /// Finds the first way that works here and creates what it needs. The programs must be installed. May be repeated.
    ///
    /// # Errors
    /// When root may not create user namespaces and the programs cannot be copied for "nobody".
    pub fn find(stack: &Stack) -> Result<Self, Error> {
        let programs = Self { runner: Runner::choose(stack), venv: Venv::named(stack, "postgres") };
        programs.runner.prepare(&programs.venv)?;
        Ok(programs)
    }

    /// Runs them in their own user namespace in any case: for a caller that starts them where it is root.
    #[must_use]
    pub fn in_namespace(stack: &Stack) -> Self {
        Self { runner: Runner::Namespace, venv: Venv::named(stack, "postgres") }
    }

    /// The data folder of the stack's cluster.
    pub(crate) fn data(&self, stack: &Stack) -> PathBuf {
        self.runner.data(stack)
    }

    /// Gives a folder to the user that runs the programs, so that a cluster can be created in it. May be repeated.
    ///
    /// # Errors
    /// When we may not change the folder's owner.
    pub fn hand_over(&self, folder: &Path) -> Result<(), Error> {
        self.runner.hand_over(folder)
    }

    /// A command that creates a cluster with trust authentication in a folder that does not exist yet.
    ///
    /// # Errors
    /// When Postgres is not installed.
    pub fn initdb(&self, data: &Path) -> Result<Command, Error> {
        let mut command = self.command("initdb")?;
        command.args(["--auth=trust", "--username=postgres", "--encoding=UTF8"]);
        // as store::owner creates the database on a server of RDS
        command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
        command.arg("--no-instructions").arg("--pgdata").arg(data);
        Ok(command)
    }

    /// A command that runs the server of a cluster, on a loopback port only.
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
        // The user's own settings (PGDATA, PGPORT, LC_ALL ...) must not reach the server.
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("TZ", "UTC");
        Ok(command)
    }
}
