//! `shopsignal demo`: the whole flow in a minute, through the same doors that a shop uses.

mod show;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use reqwest::Client;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use self::show::{One, Page};
use crate::deployment::Deployment;
use crate::simulate::{self, Summary};
use crate::stack::description::StackFile;
use crate::stack::folder::Stack;
use crate::stack::http;
use crate::{Error, verify};

/// How long the queues may take; they need seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// Products on a page.
const PAGE: usize = 5;

/// How much to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Interactions to send.
    #[arg(long, default_value_t = 2_000)]
    interactions: usize,
}

/// Only to take the defaults of `simulate` from where they are defined.
#[derive(clap::Parser)]
struct Defaults {
    #[command(flatten)]
    simulate: simulate::Args,
}

/// Sends shoppers, shows the top products, proves that nothing was lost; the exit code is 1 when something was.
///
/// # Errors
/// `NotRunning` when the stack is not up, or whatever could not be read.
pub async fn run(stack: &Stack, args: Args) -> Result<ExitCode, Error> {
    let description = StackFile::of(stack)?;
    let deployment = Deployment::local(&description).await?;
    let summary = send(stack, args.interactions).await?;
    show::sent(&summary);
    let applied = verify::wait_until_applied(&deployment, PATIENCE).await?;
    let top = show_top(&description).await?;
    let outcome = verify::check(&deployment, verify::KEY_RETENTION_DAYS, true).await?;
    println!("\n== Is anything lost or counted twice?\n");
    outcome.print();
    show::next(stack, &description, top);
    if !applied {
        eprintln!("effects are still pending after {} s; see `make logs`", PATIENCE.as_secs());
    }
    let good = summary.is_complete() && applied && outcome.differences() == 0;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn send(stack: &Stack, interactions: usize) -> Result<Summary, Error> {
    println!("\n== {interactions} interactions of 100 simulated shoppers, through the HTTP API\n");
    let defaults = Defaults::try_parse_from(["demo"]).map_err(|error| Error::Usage(error.to_string()))?;
    simulate::simulate(stack, &simulate::Args { interactions, ..defaults.simulate }).await
}

/// Shows two pages of the top list and its first product, which is returned.
async fn show_top(description: &StackFile) -> Result<Option<Uuid>, Error> {
    let base = format!("{}/api/v1/analytic/popularity", description.api_url);
    let client = http::client()?;
    let first: Page = get(&client, &format!("{base}/top?limit={PAGE}")).await?;
    let second: Option<Page> = match &first.pagination.next_cursor {
        Some(cursor) => Some(get(&client, &format!("{base}/top?limit={PAGE}&cursor={cursor}")).await?),
        None => None,
    };
    println!("\n== The top products: GET /popularity/top?limit={PAGE}, then its next_cursor\n");
    let total = first.pagination.total;
    let products: Vec<_> = first.data.into_iter().chain(second.into_iter().flat_map(|page| page.data)).collect();
    show::top(&products, total);
    let Some(best) = products.first() else { return Ok(None) };
    let one: One = get(&client, &format!("{base}/{}", best.id)).await?;
    println!("\n== One product: GET /popularity/{}\n", best.id);
    println!("{}", serde_json::json!({ "data": one.data }));
    Ok(Some(best.id))
}

async fn get<T: DeserializeOwned>(client: &Client, url: &str) -> Result<T, Error> {
    const WHAT: &str = "the API for popularity";
    let failed = |source| Error::Http { what: WHAT, source };
    let response = client.get(url).send().await.map_err(failed)?;
    let status = response.status();
    let text = response.text().await.map_err(failed)?;
    let unusable = || Error::Answer { what: WHAT, answer: format!("{status} {}", http::shorten(&text)) };
    serde_json::from_str(&text).map_err(|_| unusable())
}
