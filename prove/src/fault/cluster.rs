//! A scenario's own Postgres cluster, to be stopped, killed, exhausted of connections and filled up.
//!
//! Unlike the server of the test stack it is as durable as in production: what it acknowledged must survive. It listens
//! on loopback only and is removed when the value is dropped, even after a panic.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_stack::postgres_program::Programs;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use rustix::process::{Pid, Signal, kill_process};
use stack::Stack;
use tempfile::TempDir;
use testkit::TestDatabase;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use super::small_disk::{Skipped, SmallDisk};

/// How long the server may take to be ready: recovery, or a port that an outgoing connection holds for a moment.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to end. An immediate stop takes milliseconds.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// The polling interval.
const POLL: Duration = Duration::from_millis(20);
/// A page of Postgres.
const PAGE_BYTES: u64 = 8_192;
/// The sessions of functions, which set an application name; ours do not.
const OF_FUNCTIONS: &str = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> ''";

/// The options of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct ClusterOptions {
    /// The maximum number of sessions.
    pub max_connections: u32,
    /// The size of a separate small file system for its data, if any.
    pub disk_megabytes: Option<u32>,
}

/// A running, or stopped, server and its data.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    options: ClusterOptions,
    port: u16,
    data: PathBuf,
    log: PathBuf,
    server: Option<Child>,
    disk: Option<SmallDisk>,
    /// Removed last, when no process uses it any more.
    _folder: TempDir,
}

impl Cluster {
    /// Creates the cluster and starts its server.
    ///
    /// # Errors
    /// When it needs its own file system and this machine does not allow creating one.
    ///
    /// # Panics
    /// When Postgres is not installed or does not start.
    pub async fn start(options: ClusterOptions) -> Result<Self, Skipped> {
        let stack = Stack::find("test").unwrap();
        let folder = tempfile::Builder::new().prefix("shopsignal-").tempdir().unwrap();
        let disk = options.disk_megabytes.map(|size| SmallDisk::mount(folder.path(), size)).transpose()?;
        let programs = if disk.is_some() { Programs::in_namespace(&stack) } else { Programs::find(&stack).unwrap() };
        programs.hand_over(folder.path()).unwrap();
        let data = disk.as_ref().map_or(folder.path(), SmallDisk::path).join("data");
        let (port, log) = (free_port(), folder.path().join("postgres.log"));
        let mut cluster = Self { programs, options, port, data, log, server: None, disk, _folder: folder };
        let mut initdb = cluster.programs.initdb(&cluster.data).unwrap();
        // Small WAL segments leave room for data on a small disk.
        initdb.arg("--wal-segsize=1");
        cluster.run(initdb).unwrap();
        cluster.start_server().await;
        Ok(cluster)
    }

    /// Returns the URL of the server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Creates a database with the current schema.
    pub async fn create_database(&self) -> TestDatabase {
        TestDatabase::create_on(&self.url()).await
    }

    /// Starts the server if it is not running, and waits until it accepts sessions.
    ///
    /// # Panics
    /// When it does not get there in time.
    pub async fn start_server(&mut self) {
        let end = Instant::now() + START_LIMIT;
        loop {
            if !self.is_running() {
                self.server = Some(self.spawn());
            }
            if tokio_postgres::connect(&self.url(), NoTls).await.is_ok() {
                return;
            }
            assert!(Instant::now() < end, "Postgres does not start:\n{}", self.last_log());
            tokio::time::sleep(POLL).await;
        }
    }

    /// Stops the server without letting it write anything first, as a power cut does to its processes.
    pub async fn stop_immediately(&mut self) {
        self.stop(Signal::QUIT).await;
    }

    /// Says whether the server's main process is alive. A full disk can end it.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        self.server.as_mut().is_some_and(|server| matches!(server.try_wait(), Ok(None)))
    }

    /// Kills one session of a function with SIGKILL, which makes Postgres end all of them and recover. Says whether
    /// there was one.
    pub async fn kill_backend(&self, random: &mut ChaCha8Rng) -> bool {
        // Postgres may still be busy with the last one.
        let Ok(client) = self.connect().await else { return false };
        let Ok(rows) = client.query(&format!("SELECT pid {OF_FUNCTIONS} ORDER BY pid"), &[]).await else {
            return false;
        };
        let Some(row) = rows.choose(random) else { return false };
        kill_process(Pid::from_raw(row.get(0)).unwrap(), Signal::KILL).is_ok()
    }

    /// Takes every connection, also those of others, and holds them until they are dropped.
    ///
    /// # Panics
    /// When others still hold some after many attempts, or Postgres is gone.
    pub async fn hold_connections(&self) -> Vec<Client> {
        const END_OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> ALL ($1)";
        let all = usize::try_from(self.options.max_connections).unwrap();
        let (mut held, mut own) = (Vec::with_capacity(all), Vec::<i32>::with_capacity(all));
        for _ in 0..10_000 {
            while held.len() < all
                && let Some(client) = self.take_connection().await
            {
                own.push(client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0));
                held.push(client);
            }
            if held.len() == all {
                return held;
            }
            if let Some(first) = held.first() {
                first.execute(END_OTHERS, &[&own]).await.unwrap();
            }
        }
        panic!("others are always faster");
    }

    async fn take_connection(&self) -> Option<Client> {
        match self.connect().await {
            Ok(client) => Some(client),
            Err(error) if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Returns the small file system.
    ///
    /// # Panics
    /// When the cluster was made without one.
    #[must_use]
    pub fn disk(&self) -> &SmallDisk {
        self.disk.as_ref().unwrap()
    }

    /// Stops the server, checks the checksum of every page, and starts it again.
    ///
    /// # Errors
    /// What is corrupt.
    pub async fn check_pages(&mut self) -> Result<(), String> {
        self.stop(Signal::INT).await;
        self.cut_unfinished_pages();
        let mut check = self.programs.command("pg_checksums").unwrap();
        check.arg("--check").arg("--pgdata").arg(&self.data);
        let checked = self.run(check);
        self.start_server().await;
        checked
    }

    /// Truncates a partial page that a full disk left at the end of a file. Postgres ignores it (`mdnblocks` rounds
    /// down, and the page is written when there is room), but `pg_checksums` reports it as damage.
    fn cut_unfinished_pages(&self) {
        let data = self.disk.as_ref().map_or_else(|| self.data.clone(), |disk| disk.seen_from_outside(&self.data));
        for database in std::fs::read_dir(data.join("base")).unwrap() {
            for file in std::fs::read_dir(database.unwrap().path()).unwrap().map(Result::unwrap) {
                let is_relation = file.file_name().to_string_lossy().starts_with(|first: char| first.is_ascii_digit());
                let length = file.metadata().unwrap().len();
                if is_relation && length % PAGE_BYTES != 0 {
                    let file = File::options().write(true).open(file.path()).unwrap();
                    file.set_len(length - length % PAGE_BYTES).unwrap();
                }
            }
        }
    }

    async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await?;
        // It ends with the client, and an error shows up in the client's next call.
        tokio::spawn(connection);
        Ok(client)
    }

    fn spawn(&self) -> Child {
        let mut server = self.programs.server(&self.data, self.port).unwrap();
        server.args(["-c", &format!("max_connections={}", self.options.max_connections)]);
        for setting in
            ["fsync=on", "full_page_writes=on", "synchronous_commit=on", "max_wal_size=16MB", "min_wal_size=2MB"]
        {
            server.args(["-c", setting]);
        }
        let log = File::options().create(true).append(true).open(&self.log).unwrap();
        let mut server = self.in_place(server);
        server.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
    }

    async fn stop(&mut self, signal: Signal) {
        let Some(mut server) = self.server.take() else { return };
        send(&server, signal);
        let end = Instant::now() + STOP_LIMIT;
        while matches!(server.try_wait(), Ok(None)) {
            assert!(Instant::now() < end, "Postgres does not end:\n{}", self.last_log());
            tokio::time::sleep(POLL).await;
        }
    }

    /// Runs a program of Postgres to completion.
    fn run(&self, command: Command) -> Result<(), String> {
        let output = self.in_place(command).output().unwrap();
        let text = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(text()) }
    }

    /// Makes a command see the small file system, which exists in its own namespace.
    fn in_place(&self, command: Command) -> Command {
        match &self.disk {
            Some(disk) => disk.enter(&command),
            None => command,
        }
    }

    fn last_log(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().rev().take(15).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        send(&server, Signal::QUIT);
        for _ in 0..500 {
            if !matches!(server.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(POLL);
        }
        server.kill().ok();
        server.wait().ok();
    }
}

fn send(server: &Child, signal: Signal) {
    // One that has just ended by itself is awaited as well.
    kill_process(Pid::from_child(server), signal).ok();
}

/// Asks the system for a port. Another process may take it before we do: then the start is retried.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
