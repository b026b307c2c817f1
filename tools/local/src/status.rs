//! `local-stack status`: prints what runs and where.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use contracts::Route;

use crate::Error;
use crate::emulator;
use crate::http;
use crate::ports::Ports;
use crate::postgres;
use crate::web;
use shopsignal::say;
use stack::Stack;
use stack::StackFile;

/// No settings.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints one line per part of the stack; changes nothing.
///
/// # Errors
/// When the stack's own files cannot be read.
pub async fn run(stack: &Stack, _args: Args) -> Result<(), Error> {
    let Some(ports) = Ports::find(stack)? else {
        say::line(format_args!("stack {:?} does not exist; start it with `make up`", stack.name()));
        return Ok(());
    };
    let emulator_pid = emulator::daemon(stack).running()?;
    let answers = emulator_pid.is_some() && emulator::is_healthy(ports).await?;
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.add_row(["Postgres", &state(postgres::daemon(stack).running()?, true), &postgres::url(ports)]);
    table.add_row(["AWS emulator", &state(emulator_pid, answers), &emulator::endpoint(ports)]);
    let web_pid = web::daemon(stack).running()?;
    let web = state(web_pid, web_pid.is_some() && web::answers(ports).await?);
    table.add_row(["pages", &web, &web::url(ports)]);
    table.add_row(["issuer", &web, &emulator::issuer_url(ports)]);
    match StackFile::of(stack) {
        Ok(description) => table.add_row(["API", &health(&description.api_url).await?, &description.api_url]),
        Err(stack::Error::NotRunning(_)) => table.add_row(["API", "not deployed", ""]),
        Err(other) => return Err(other.into()),
    };
    say::line(table);
    Ok(())
}

fn state(pid: Option<i32>, answers: bool) -> String {
    match (pid, answers) {
        (Some(pid), true) => format!("running, process {pid}"),
        (Some(pid), false) => format!("not answering, process {pid}"),
        (None, _) => "stopped".to_owned(),
    }
}

async fn health(api_url: &str) -> Result<String, Error> {
    let response = http::client()?.get(format!("{api_url}{}", Route::CheckHealth.path())).send().await;
    Ok(response.map_or_else(|_| "not answering".to_owned(), |response| format!("/health {}", response.status())))
}
