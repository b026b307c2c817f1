//! The stack's Postgres: its own cluster, reached over loopback TCP, with trust authentication.
//!
//! No Unix socket: its path would have to be shorter than 108 bytes, which a deep project folder exceeds.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio_postgres::{Client, NoTls};

use crate::Error;
use crate::daemon::Daemon;
use crate::ports::{self, Ports};
use crate::postgres_program::Programs;
use crate::postgres_user::home;
use crate::venv::run;
use stack::Stack;
use stack::file;

/// Every function environment holds one connection, and the emulator starts one per parallel request.
const MAX_CONNECTIONS: u32 = 300;
const DATABASE: &str = "shopsignal";
/// Recovery after a crash may take long; a start takes 0.2 s.
const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// The process of the server.
pub(crate) fn daemon(stack: &Stack) -> Daemon {
    Daemon::new(stack, "postgres")
}

/// The address of a database of the cluster.
pub(crate) fn url(ports: Ports) -> String {
    format!("postgres://postgres@127.0.0.1:{}/{DATABASE}?sslmode=disable", ports.postgres)
}

/// Creates the cluster and the database if missing and starts the server if it is down. May be repeated.
pub(crate) async fn start(stack: &Stack, ports: Ports) -> Result<(), Error> {
    let daemon = daemon(stack);
    if daemon.running()?.is_none() {
        launch(stack, ports, &daemon).await?;
    }
    wait_until_ready(ports, &daemon).await?;
    make_database(ports).await
}

/// Stops the server; returns whether it was running.
pub(crate) async fn stop(stack: &Stack) -> Result<bool, Error> {
    // SIGINT is Postgres' fast shutdown: sessions are ended, data is written.
    daemon(stack).stop(Signal::INT, STOP_LIMIT).await
}

/// Removes data outside the stack's folder, if any.
pub(crate) fn wipe(stack: &Stack) -> Result<(), Error> {
    Ok(file::remove(&home(stack))?)
}

async fn launch(stack: &Stack, ports: Ports, daemon: &Daemon) -> Result<(), Error> {
    let programs = Programs::find(stack)?;
    let data = programs.data(stack);
    if !data.join("PG_VERSION").exists() {
        initialize(&programs, &data)?;
    }
    remove_stale_lock(&data)?;
    ports::wait_until_free(stack, "Postgres", ports.postgres).await?;
    let mut command = programs.server(&data, ports.postgres)?;
    command.args(["-c", &format!("max_connections={MAX_CONNECTIONS}")]);
    if stack.is_throwaway() {
        command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    }
    daemon.check(&mut daemon.start(&mut command)?)
}

/// Creates a cluster under another name first: an interrupted initdb must not look like a cluster.
fn initialize(programs: &Programs, data: &std::path::Path) -> Result<(), Error> {
    let new = data.with_extension("new");
    file::remove(&new)?;
    run(&mut programs.initdb(&new)?, "initdb")?;
    std::fs::rename(&new, data).map_err(|source| Error::Write { path: data.to_owned(), source })
}

/// Removes the server's lock file when its process id belongs to some other program now (after a crash and a restart).
///
/// Postgres itself recognizes a dead process, but would mistake a running process of another program for a server.
fn remove_stale_lock(data: &std::path::Path) -> Result<(), Error> {
    let lock = data.join("postmaster.pid");
    let Ok(text) = std::fs::read_to_string(&lock) else { return Ok(()) };
    let pid = text.lines().next().unwrap_or_default();
    match std::fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(line) if !String::from_utf8_lossy(&line).contains(&*data.to_string_lossy()) => Ok(file::remove(&lock)?),
        _ => Ok(()),
    }
}

async fn wait_until_ready(ports: Ports, daemon: &Daemon) -> Result<(), Error> {
    let end = Instant::now() + START_LIMIT;
    while connect(ports, "postgres").await.is_err() {
        if daemon.running()?.is_none() {
            let log = daemon.log().to_owned();
            return Err(Error::Died { name: "postgres", tail: file::tail(&log, 15), log });
        }
        if Instant::now() > end {
            return Err(daemon.timed_out("ready", START_LIMIT));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn make_database(ports: Ports) -> Result<(), Error> {
    let failed = |source| Error::Postgres { what: "make the database", source };
    let client = connect(ports, "postgres").await.map_err(failed)?;
    let found = client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&DATABASE]).await.map_err(failed)?;
    if found.is_none() {
        client.batch_execute(&format!("CREATE DATABASE {DATABASE}")).await.map_err(failed)?;
    }
    Ok(())
}

async fn connect(ports: Ports, database: &str) -> Result<Client, tokio_postgres::Error> {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(ports.postgres).user("postgres").dbname(database);
    let (client, connection) = config.connect(NoTls).await?;
    // The task ends with the client; an error there shows in the client's next call.
    tokio::spawn(connection);
    Ok(client)
}
