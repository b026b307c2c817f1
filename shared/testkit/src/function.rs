//! A shipped binary in its own execution environment.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use crate::clock::offset_file;
use crate::runtime_api::{Event, RuntimeApi};
use crate::{HttpEvent, HttpReply, Stack, TestSecret, environment};

/// The timeout that invocations announce unless a test says otherwise.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The release of every function under test: the parameter has no default.
pub const RELEASE: &str = "0123456789";

/// Far more than any answer takes: a function that hangs fails its test instead of stopping the run.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// The outcome of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Invoked {
    /// The function responded.
    Answered(Value),
    /// The function reported an error: the invocation failed as a whole.
    Failed(Value),
    /// The process ended, or was killed, before it responded.
    Died,
}

impl Invoked {
    /// Returns the response.
    ///
    /// # Panics
    /// When there is none.
    pub fn answer(self) -> Value {
        match self {
            Self::Answered(value) => value,
            other => panic!("no answer: {other:?}"),
        }
    }
}

/// The response of a consumer that acknowledges everything.
#[must_use]
pub fn all_done() -> Invoked {
    failed(&[])
}

/// The response of a consumer that acknowledges all messages except those at these positions of the batch.
#[must_use]
pub fn failed(places: &[usize]) -> Invoked {
    let items: Vec<_> = places.iter().map(|place| json!({ "itemIdentifier": format!("m{place}") })).collect();
    Invoked::Answered(json!({ "batchItemFailures": items }))
}

/// A running function. It is killed with the value.
#[derive(Debug)]
pub struct Function {
    child: Child,
    api: RuntimeApi,
    output: Arc<Mutex<String>>,
    timeout: Duration,
}

/// Postgres' error for a role that lacks a grant.
const DENIED: &str = "permission denied for ";

impl Function {
    /// Starts the binary with a clean environment, the defaults of template.yaml, the test stack's AWS endpoint, the
    /// usual secret, and these variables, which come before the others.
    ///
    /// # Panics
    /// When the binary was not built.
    pub async fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::start_from(&folder_of_this_build(), name, variables).await
    }

    /// Starts the binary as [`Self::start`] does, without the defaults of template.yaml.
    ///
    /// # Panics
    /// When the binary was not built.
    pub async fn start_without_defaults(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::spawn(&folder_of_this_build(), name, variables).await
    }

    /// Starts a binary of another build, for example one made for speed.
    ///
    /// # Panics
    /// When the binary was not built.
    pub async fn start_from(folder: &Path, name: &str, variables: &[(&str, &str)]) -> Self {
        let defaults = environment::default_variables(name);
        let defaults = defaults.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = defaults.chain(variables.iter().copied()).collect();
        Self::spawn(folder, name, &all).await
    }

    async fn spawn(folder: &Path, name: &str, variables: &[(&str, &str)]) -> Self {
        let api = RuntimeApi::start(offset_file(variables)).await;
        let binary = folder.join(name);
        let mut child = Command::new(&binary)
            .env_clear()
            .envs(of_lambda(name, &api.address))
            .env("AWS_ENDPOINT_URL", Stack::get().aws_endpoint())
            .env("APP_SECRET_ARN", TestSecret::usual().await.arn())
            .env("RELEASE", RELEASE)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("could not start {}: {error}", binary.display()));
        let output: Arc<Mutex<String>> = Arc::default();
        collect(child.stdout.take().unwrap(), Arc::clone(&output));
        collect(child.stderr.take().unwrap(), Arc::clone(&output));
        Self { child, api, output, timeout: TIMEOUT }
    }

    /// Sets the timeout that the next invocations announce.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Invokes the function and waits for the outcome.
    ///
    /// # Panics
    /// When there is none for far longer than Lambda would wait.
    pub async fn invoke(&mut self, event: &Value) -> Invoked {
        let said = self.begin(event);
        let outcome = tokio::time::timeout(ANSWER_LIMIT, async {
            tokio::select! {
                said = said => match said {
                    Ok(Ok(value)) => Invoked::Answered(value),
                    Ok(Err(value)) => Invoked::Failed(value),
                    Err(_) => Invoked::Died,
                },
                _ = self.child.wait() => Invoked::Died,
            }
        })
        .await;
        outcome.unwrap_or_else(|_| panic!("no answer within {ANSWER_LIMIT:?}: {}", self.output()))
    }

    /// Sends a request as API Gateway does and returns the reply.
    ///
    /// # Panics
    /// When the function does not respond.
    pub async fn request(&mut self, request: &HttpEvent) -> HttpReply {
        HttpReply::of(&self.invoke(&request.event()).await.answer())
    }

    /// Returns the line in which Postgres denied something to the function's role, if any.
    fn denied(&self) -> Option<String> {
        let output = self.output.lock().unwrap();
        output.lines().find(|line| line.contains(DENIED)).map(str::to_owned)
    }

    /// Sends an event and returns at once, so that the test can interfere meanwhile.
    ///
    /// # Panics
    /// When the runtime API is gone.
    pub fn begin(&mut self, event: &Value) -> oneshot::Receiver<Result<Value, Value>> {
        self.begin_text(event.to_string())
    }

    /// Sends an event that is already serialized, so that a benchmark does not measure serialization.
    ///
    /// # Panics
    /// When the runtime API is gone.
    pub fn begin_text(&mut self, payload: String) -> oneshot::Receiver<Result<Value, Value>> {
        let (said, waiting) = oneshot::channel();
        let event = Event { payload, timeout: self.timeout, said };
        assert!(self.api.events.send(event).is_ok(), "the runtime API ended");
        waiting
    }

    /// Returns the process id, to be frozen or killed from elsewhere.
    ///
    /// # Panics
    /// When the process has ended.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the process has ended")
    }

    /// Runs an action when the function sends its next response, which is lost.
    pub fn set_trap(&self, action: impl FnOnce() + Send + 'static) {
        self.api.set_trap(Box::new(action));
    }

    /// Kills the process with SIGKILL, if it is still running, and waits for its end.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub async fn kill(&mut self) {
        // Fails only when the process has ended.
        self.child.start_kill().ok();
        self.child.wait().await.unwrap();
    }

    /// Stops the process where it is, as Lambda freezes an environment, until [`Self::thaw`].
    ///
    /// # Panics
    /// When the process has ended.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Resumes a frozen process.
    ///
    /// # Panics
    /// When the process has ended.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Returns its output once that contains a string; output is collected with a short delay.
    ///
    /// # Panics
    /// When the string does not appear within five seconds.
    pub async fn output_with(&self, text: &str) -> String {
        for _ in 0..500 {
            if self.output().contains(text) {
                return self.output();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no {text} in: {}", self.output());
    }

    /// Returns its output so far: logs and metrics.
    ///
    /// # Panics
    /// Never: nothing panics while holding the output.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }
}

impl Drop for Function {
    /// Whatever a test covers: a function that lacks a grant there lacks it in production.
    fn drop(&mut self) {
        if let Some(line) = self.denied()
            && !std::thread::panicking()
        {
            panic!("the function's role lacks a grant in migrations/roles.sql: {line}");
        }
    }
}

fn of_lambda(name: &str, runtime_api: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "test".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
    ]
}

/// Returns the path of a program of the same build as the test.
///
/// # Panics
/// Never: a test is a program in a folder.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    folder_of_this_build().join(name)
}

/// The folder of the same build as the test.
fn folder_of_this_build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().to_owned()
}

fn collect(stream: impl AsyncRead + Unpin + Send + 'static, output: Arc<Mutex<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let mut output = output.lock().unwrap();
            output.push_str(&line);
            output.push('\n');
        }
    });
}
