//! The stack's AWS emulator, started through tools/local/launcher.py.
//!
//! Functions inherit the whole environment of the emulator, so the emulator gets a clean one.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::Error;
use crate::daemon::Daemon;
use crate::http;
use crate::ports::{self, Ports};
use crate::venv::Venv;
use stack::Stack;
use stack::file;

/// The region of everything local.
pub(crate) const REGION: &str = "us-east-1";
/// The key id and secret of everything local; the emulator does not check them.
pub(crate) const CREDENTIAL: &str = "test";
/// A start takes 1 s, or a few seconds with much state and a busy machine.
const START_LIMIT: Duration = Duration::from_secs(60);
/// It writes its state and ends every function environment; 4 s with 60 of them.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// The process of the emulator.
pub(crate) fn daemon(stack: &Stack) -> Daemon {
    Daemon::new(stack, "emulator")
}

/// The endpoint of every AWS API.
pub(crate) fn endpoint(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.emulator)
}

/// The issuer's URL.
pub(crate) fn issuer_url(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.issuer)
}

/// Starts the emulator if it is down and replaces one that does not answer. May be repeated.
pub(crate) async fn start(stack: &Stack, ports: Ports) -> Result<(), Error> {
    let daemon = daemon(stack);
    if daemon.running()?.is_some() {
        if is_healthy(ports).await? {
            return Ok(());
        }
        stop(stack).await?;
    }
    ports::wait_until_free(stack, "the AWS emulator", ports.emulator).await?;
    let mut child = daemon.start(&mut command(stack, ports)?)?;
    let end = Instant::now() + START_LIMIT;
    while !is_healthy(ports).await? {
        daemon.check(&mut child)?;
        if Instant::now() > end {
            return Err(daemon.timed_out("healthy", START_LIMIT));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Stops the emulator, which writes its state; returns whether it was running.
pub(crate) async fn stop(stack: &Stack) -> Result<bool, Error> {
    daemon(stack).stop(Signal::TERM, STOP_LIMIT).await
}

/// Whether the emulator answers.
pub(crate) async fn is_healthy(ports: Ports) -> Result<bool, Error> {
    let request = http::client()?.get(format!("{}/_ministack/health", endpoint(ports)));
    let response = request.timeout(Duration::from_secs(5)).send().await;
    Ok(response.is_ok_and(|response| response.status().is_success()))
}

fn command(stack: &Stack, ports: Ports) -> Result<Command, Error> {
    let state = stack.path("emulator");
    let temporary = stack.path("tmp");
    file::make_folder(&state)?;
    file::make_folder(&temporary)?;
    let mut command = Command::new(Venv::named(stack, "emulator").program("python"));
    command.arg(stack.root().join("tools/local/launcher.py"));
    command.env_clear().current_dir(stack.folder()).env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.env("GATEWAY_PORT", ports.emulator.to_string()).env("BIND_HOST", "127.0.0.1");
    // Functions get the endpoint from here only.
    command.env("MINISTACK_HOST", "localhost").env("AWS_ENDPOINT_URL", endpoint(ports));
    command.env("PERSIST_STATE", "1").env("STATE_DIR", &state);
    command.env("S3_PERSIST", "1").env("S3_DATA_DIR", state.join("s3")).env("TMPDIR", &temporary);
    // Both would listen on every interface.
    command.env("IOT_MTLS_ENABLED", "0").env("SFTP_ENABLED", "0");
    command.env("AWS_ACCESS_KEY_ID", CREDENTIAL).env("AWS_SECRET_ACCESS_KEY", CREDENTIAL);
    command.env("AWS_DEFAULT_REGION", REGION).env("AWS_REGION", REGION);
    // The emulator does not pass on a function's own log format; the template asks for JSON.
    command.env("AWS_LAMBDA_LOG_FORMAT", "JSON").env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}
