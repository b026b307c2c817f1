//! The web server of a stack: what CloudFront and Cognito are on AWS.
//!
//! One process with two loopback ports: the site, which serves the pages of `web/` and passes API requests on, and the issuer,
//! whose page lets a developer choose a role. The site is also the back end of the demo shop. It keeps nothing on disk.
//! Both ports answer only what is addressed to 127.0.0.1 or localhost.

mod headers;
mod host;
mod issuer;
mod proxy;
mod session;
mod shop;
mod site;

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::net::TcpListener;

use crate::Error;
use crate::daemon::Daemon;
use crate::http;
use crate::ports::{self, Ports};
use crate::{deploy, emulator};
use stack::Stack;
use stack::issuer::Issuer;

/// A start takes 10 ms.
const START_LIMIT: Duration = Duration::from_secs(20);
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// No settings: the stack's files tell everything.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Serves until the process is ended.
///
/// # Errors
/// When the stack was never started or a port is taken.
pub async fn run(stack: &Stack, _args: Args) -> Result<(), Error> {
    let ports = Ports::find(stack)?.ok_or_else(|| stack::Error::NotRunning(stack.name().to_owned()))?;
    let issuer = Arc::new(issuer::LocalIssuer::new(
        Issuer::load(&stack.path("issuer"))?,
        emulator::issuer_url(ports),
        vec![url(ports), deploy::ALLOWED_ORIGIN.to_owned()],
    ));
    let site = site::Site {
        folder: stack.root().join("web"),
        issuer: emulator::issuer_url(ports),
        api: deploy::api_url(ports),
    };
    let shop = Arc::new(shop::Shop::new(stack.clone())?);
    let site = serve(ports.web, site.router(http::client()?).merge(shop::router(shop)));
    let issuer = serve(ports.issuer, issuer::router(issuer));
    tokio::try_join!(site, issuer).map(drop)
}

async fn serve(port: u16, router: axum::Router) -> Result<(), Error> {
    let failed = |source| Error::Serve { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let router = router.layer(axum::middleware::from_fn(host::only_this_machine));
    axum::serve(listener, router).await.map_err(failed)
}

/// The address of the site.
pub(crate) fn url(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.web)
}

/// The process of the server.
pub(crate) fn daemon(stack: &Stack) -> Daemon {
    Daemon::new(stack, "web")
}

/// Starts the server, in place of one of an earlier build. May be repeated.
pub(crate) async fn start(stack: &Stack, ports: Ports) -> Result<(), Error> {
    stop(stack).await?;
    ports::wait_until_free(stack, "the web server", ports.web).await?;
    ports::wait_until_free(stack, "the token issuer", ports.issuer).await?;
    let program =
        std::env::current_exe().map_err(|source| Error::Start { program: "the web server".to_owned(), source })?;
    let mut command = Command::new(program);
    command.current_dir(stack.root()).args(["--stack", stack.name(), "serve"]);
    let daemon = daemon(stack);
    let mut child = daemon.start(&mut command)?;
    let end = Instant::now() + START_LIMIT;
    while !answers(ports).await? {
        daemon.check(&mut child)?;
        if Instant::now() > end {
            return Err(daemon.timed_out("ready", START_LIMIT));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Whether both ports answer.
pub(crate) async fn answers(ports: Ports) -> Result<bool, Error> {
    let client = http::client()?;
    for address in [
        format!("{}/config.json", url(ports)),
        format!("{}/.well-known/openid-configuration", emulator::issuer_url(ports)),
    ] {
        let response = client.get(address).timeout(Duration::from_secs(5)).send().await;
        if !response.is_ok_and(|response| response.status().is_success()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Stops the server; returns whether it was running.
pub(crate) async fn stop(stack: &Stack) -> Result<bool, Error> {
    daemon(stack).stop(Signal::TERM, STOP_LIMIT).await
}
