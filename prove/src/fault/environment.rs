//! An execution environment of a function: started when needed, and restarted after a crash.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde_json::Value;
use testkit::{Function, Invoked};

/// Longer than any of our functions may take: stands for Lambda's timeout.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Strings that are sent as personal data and must not appear in any log.
pub(super) const CANARIES: [&str; 3] = ["canary-browser", "canary-session", "canary-note"];

/// Violations that are noticed during the run; read at the end.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    /// Records a violation.
    pub fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap().push(note.into());
    }

    /// Takes the recorded violations.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A process that others may kill or freeze. It refers to the same process, even if its id is reused.
#[derive(Debug, Clone, Default)]
pub struct Victim(Arc<Mutex<Option<OwnedFd>>>);

impl Victim {
    fn name(&self, pid: u32) {
        let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        *self.0.lock().unwrap() = pidfd_open(pid, PidfdFlags::empty()).ok();
    }

    /// Kills the process with SIGKILL; says whether there was one. Once: a dead one takes signals until it is waited for.
    #[must_use]
    pub fn kill(&self) -> bool {
        let process = self.0.lock().unwrap().take();
        process.is_some_and(|process| pidfd_send_signal(process, Signal::KILL).is_ok())
    }

    /// Stops the process where it is; says whether there was one.
    #[must_use]
    pub fn freeze(&self) -> bool {
        self.signal(Signal::STOP)
    }

    /// Resumes a frozen process; says whether there was one.
    #[must_use]
    pub fn thaw(&self) -> bool {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> bool {
        self.0.lock().unwrap().as_ref().is_some_and(|process| pidfd_send_signal(process, signal).is_ok())
    }
}

/// Where a function runs.
#[derive(Debug)]
pub struct Environment {
    name: &'static str,
    binaries: PathBuf,
    variables: Vec<(String, String)>,
    function: Option<Function>,
    victim: Victim,
    notes: Notes,
}

impl Environment {
    /// Describes an environment. Nothing is started.
    #[must_use]
    pub fn new(name: &'static str, binaries: PathBuf, variables: Vec<(String, String)>, notes: Notes) -> Self {
        Self { name, binaries, variables, function: None, victim: Victim::default(), notes }
    }

    /// Starts the function if it is not running.
    ///
    /// # Panics
    /// When its binary was not built.
    pub async fn ready(&mut self) -> &mut Function {
        if self.function.is_none() {
            let variables: Vec<_> = self.variables.iter().map(|(name, value)| (&**name, &**value)).collect();
            let function = Function::start_from(&self.binaries, self.name, &variables).await;
            self.victim.name(function.pid());
            self.function = Some(function);
        }
        self.function.as_mut().unwrap()
    }

    /// Invokes the function. One that dies, or takes longer than Lambda would let it, leaves an empty environment.
    pub async fn invoke(&mut self, event: &Value) -> Invoked {
        let said = tokio::time::timeout(TIMEOUT, self.ready().await.invoke(event)).await;
        let said = said.unwrap_or_else(|_| {
            self.notes.add(format!("{} was silent for {} s", self.name, TIMEOUT.as_secs()));
            Invoked::Died
        });
        if said == Invoked::Died {
            self.end().await;
        }
        said
    }

    /// Ends the process, if any, and checks its output.
    pub async fn end(&mut self) {
        let Some(mut function) = self.function.take() else { return };
        self.victim.0.lock().unwrap().take();
        function.kill().await;
        let output = function.output();
        for line in output.lines() {
            if line.contains("panicked at") || CANARIES.iter().any(|canary| line.contains(canary)) {
                self.notes.add(format!("{} wrote: {line}", self.name));
            }
        }
    }

    /// Returns the handle by which others kill or freeze the process that runs here.
    #[must_use]
    pub fn victim(&self) -> Victim {
        self.victim.clone()
    }
}
