//! `local-stack simulate`: shoppers who visit, browse and buy, and a shop that reports their orders, through the real
//! HTTP API.
//!
//! Everything is derived from the seed. Each event has an id made of seed, run and position, so a repeated request, or
//! a repeated run, stores nothing twice. Many shoppers send interactions concurrently, in no fixed order. Orders have a
//! history, and so a time base, which is part of their ids.

mod action;
pub(crate) mod api;
mod args;
mod batch;
pub(crate) mod crowd;
mod fashion;
mod identity;
mod mix;
pub mod order;
mod print;
mod progress;
mod pusher;
mod report;
mod shop;
mod summary;
mod taste;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use jiff::{Timestamp, Unit};
use uuid::Uuid;

use self::api::{Answer, Api, Tokens, Unanswered};
pub use self::args::Args;
use self::batch::{Batch, Batches};
use self::crowd::{Crowd, Population, Sender};
use self::fashion::Fashions;
pub use self::identity::ProductIds;
use self::order::{Plan, Shop};
pub(crate) use self::print::print_shop;
use self::pusher::Pushers;
pub use self::shop::ShopSummary;
use self::summary::Tally;
pub use self::summary::{Latency, Summary};
use self::taste::Tastes;
pub use shopsignal::rate::Rate;

use crate::Error;
use stack::{Stack, StackFile};

/// The default number of interactions per order.
const INTERACTIONS_PER_ORDER: usize = 20;

/// Sends the interactions and orders, prints the figures; the exit code is 1 when any of them is not accepted.
///
/// # Errors
/// When nothing can be sent at all.
pub async fn run(stack: &Stack, args: Args) -> Result<ExitCode, Error> {
    let summary = simulate(stack, &args).await?;
    if args.json {
        println!("{}", serde_json::json!(summary));
    } else {
        print::print(&summary);
    }
    Ok(if summary.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sends the interactions, then the orders, and returns the figures. Shows progress on stderr if that is a terminal.
///
/// # Errors
/// When nothing can be sent at all; a failed request only counts in the figures.
pub async fn simulate(stack: &Stack, args: &Args) -> Result<Summary, Error> {
    let api = connect(stack, args)?;
    let run = args.run.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
    let crowd = Crowd::new(Population {
        seed: args.seed,
        run: run.clone(),
        shoppers: args.shoppers,
        products: args.products,
        product_ids: args.product_ids,
        guests: args.guests,
    });
    let size = usize::from(args.batch);
    let batches = Batches::new(crowd, args.interactions, size);
    let batches = batches.chain(fashions(args, &run).batches(size)).chain(pushers(args, &run).batches(size));
    let tastes = tastes(args, &run);
    let batches = batches.chain(tastes.batches(size));
    let mut summary = send_all(&api, batches, args, Tally::new(args.seed, run)).await?;
    summary.tastes = tastes.planted();
    let plan = plan(args, &summary.run);
    if plan.orders > 0 && !summary.aborted {
        summary.shop = Some(shop::send(&api, &Shop::open(&plan), args, plan.until).await?);
    }
    Ok(summary)
}

fn fashions(args: &Args, run: &str) -> Fashions {
    Fashions {
        seed: args.seed,
        run: run.to_owned(),
        until: args.until.unwrap_or_else(now),
        products: args.products,
        product_ids: args.product_ids,
        views: args.fashions,
        before: args.day_before,
    }
}

fn pushers(args: &Args, run: &str) -> Pushers {
    Pushers {
        seed: args.seed,
        run: run.to_owned(),
        products: args.products,
        product_ids: args.product_ids,
        shoppers: args.shoppers,
        events: args.pushers,
    }
}

fn tastes(args: &Args, run: &str) -> Tastes {
    Tastes {
        seed: args.seed,
        run: run.to_owned(),
        products: args.products,
        product_ids: args.product_ids,
        shoppers: args.shoppers,
        visits: args.tastes,
    }
}

/// Returns the product that the pushers of these arguments push.
#[must_use]
pub(crate) fn pushed(args: &Args) -> String {
    pushers(args, "").product()
}

/// To the second, because it has to be typed to repeat the run.
fn now() -> Timestamp {
    Timestamp::now().round(Unit::Second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn plan(args: &Args, run: &str) -> Plan {
    Plan {
        seed: args.seed,
        run: run.to_owned(),
        orders: args.orders.unwrap_or(args.interactions / INTERACTIONS_PER_ORDER),
        until: args.until.unwrap_or_else(now),
        days: args.days,
        products: args.products,
        product_ids: args.product_ids,
        customers: args.shoppers,
    }
}

fn connect(stack: &Stack, args: &Args) -> Result<Api, Error> {
    if let (Some(url), Some(shopper), Some(trusted)) = (&args.api_url, &args.token, &args.trusted_token) {
        let tokens = Tokens::Given { shopper: shopper.clone(), trusted: trusted.clone() };
        return Api::new(url.trim_end_matches('/').to_owned(), tokens, args.seed);
    }
    let description = StackFile::of(stack)?;
    let issuer = description.load_issuer()?;
    Api::new(description.api_url.clone(), Tokens::Local(Box::new(description), issuer), args.seed)
}

async fn send_all(
    api: &Api,
    batches: impl Iterator<Item = Batch>,
    args: &Args,
    mut tally: Tally,
) -> Result<Summary, Error> {
    let bar =
        progress::bar(args.interactions + args.day_before + 2 * args.fashions + 4 * args.pushers + 7 * args.tastes);
    let mut tokens: BTreeMap<Sender, Option<String>> = BTreeMap::new();
    let (start, mut before) = (Instant::now(), 0);
    let requests = batches.map(|batch| {
        let due = args.rate.due(start, before);
        before += batch.items.len();
        let token = match tokens.get(&batch.sender) {
            Some(token) => Ok(token.clone()),
            None => api.token(batch.sender).inspect(|token| drop(tokens.insert(batch.sender, token.clone()))),
        };
        async move { Ok::<_, Error>(send(api, batch, token?, due).await) }
    });
    let mut answers = stream::iter(requests).buffer_unordered(usize::from(args.concurrency));
    while let Some(sent) = answers.next().await {
        let Sent { items, result, retries, took } = sent?;
        tally.add(items, result, took);
        tally.add_retries(retries);
        bar.inc(u64::try_from(items).unwrap_or_default());
        bar.set_message(tally.line());
        // Each request has been retried for half a minute: the API is not available, and the others would wait in vain.
        if tally.is_hopeless(usize::from(args.concurrency)) {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(tally.finish(start.elapsed()))
}

/// One request with its outcome.
struct Sent {
    items: usize,
    result: Result<Answer, Unanswered>,
    retries: usize,
    took: Duration,
}

async fn send(api: &Api, batch: Batch, token: Option<String>, due: Option<Instant>) -> Sent {
    if let Some(due) = due {
        tokio::time::sleep_until(due.into()).await;
    }
    // Timed from when it was due: a slow response that delays the next request must not improve its figure.
    let from = due.unwrap_or_else(Instant::now);
    let mut retries = 0;
    let result = api.record(&batch, token.as_deref(), || retries += 1).await;
    Sent { items: batch.items.len(), result, retries, took: from.elapsed() }
}
