//! Background processes that outlive the command which started them, found again by a record in the stack's folder.
//!
//! A record holds the process id and when that process started, so that a process which got the same id later is never
//! taken for ours, and never stopped.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};

use crate::Error;
use stack::Stack;
use stack::file;

/// How often a process that should end is checked.
const POLL: Duration = Duration::from_millis(20);

/// One kind of background process of a stack.
pub(crate) struct Daemon {
    name: &'static str,
    record: PathBuf,
    log: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Record {
    pid: i32,
    started: String,
}

impl Daemon {
    pub(crate) fn new(stack: &Stack, name: &'static str) -> Self {
        Self { name, record: stack.path(&format!("{name}.pid")), log: stack.path(&format!("{name}.log")) }
    }

    /// The process id while the recorded process lives.
    pub(crate) fn running(&self) -> Result<Option<i32>, Error> {
        let record: Option<Record> = file::find_json(&self.record)?;
        Ok(record.filter(|record| start_of(record.pid).as_deref() == Some(&record.started)).map(|record| record.pid))
    }

    /// The log file of the process.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Starts the command detached from the terminal, with its output appended to the log.
    pub(crate) fn start(&self, command: &mut Command) -> Result<Child, Error> {
        let failed = |source| Error::Write { path: self.log.clone(), source };
        let out = File::options().create(true).append(true).open(&self.log).map_err(failed)?;
        let err = out.try_clone().map_err(failed)?;
        // Its own process group: Ctrl-C in the terminal must end the command, not the stack.
        let child = command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0).spawn();
        let child = child.map_err(|source| Error::Start { program: self.name.to_owned(), source })?;
        let pid = child.id().cast_signed();
        let started = start_of(pid).unwrap_or_default();
        file::write_json(&self.record, &Record { pid, started })?;
        Ok(child)
    }

    /// The error for a process that ended right after its start, with the end of its log.
    pub(crate) fn check(&self, child: &mut Child) -> Result<(), Error> {
        match child.try_wait() {
            Ok(None) => Ok(()),
            _ => Err(Error::Died { name: self.name, log: self.log.clone(), tail: file::tail(&self.log, 15) }),
        }
    }

    /// Asks the process to end and waits until it has; returns whether there was one. Safe to repeat.
    pub(crate) async fn stop(&self, signal: Signal, limit: Duration) -> Result<bool, Error> {
        let running = self.running()?;
        if let Some(pid) = running.and_then(Pid::from_raw)
            && !self.ended(pid, signal, limit).await?
            && !self.ended(pid, Signal::KILL, limit).await?
        {
            return Err(self.timed_out("stopped", limit));
        }
        file::remove(&self.record)?;
        Ok(running.is_some())
    }

    /// The error for a process that did not reach a state in time.
    pub(crate) fn timed_out(&self, state: &'static str, limit: Duration) -> Error {
        Error::TimedOut { name: self.name, state, seconds: limit.as_secs(), log: self.log.clone() }
    }

    async fn ended(&self, pid: Pid, signal: Signal, limit: Duration) -> Result<bool, Error> {
        let sent = rustix::process::kill_process(pid, signal);
        if let Err(error) = sent
            && error != rustix::io::Errno::SRCH
        {
            return Err(Error::Start { program: format!("a signal to {}", self.name), source: error.into() });
        }
        let end = Instant::now() + limit;
        while self.running()?.is_some() {
            if Instant::now() > end {
                return Ok(false);
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(true)
    }
}

/// When a running process started, as the operating system reports it; `None` for one that is gone or a zombie.
fn start_of(pid: i32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may contain spaces; state is the 1st field after it, the start time the 20th
        // (proc(5)).
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        return if matches!(fields.first(), Some(&("Z" | "X"))) { None } else { Some((*fields.get(19)?).to_owned()) };
    }
    let output = Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if text.is_empty() { None } else { Some(text) }
}
