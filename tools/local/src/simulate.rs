//! `local-stack simulate`: shoppers who visit, browse and buy, and a shop that reports their orders, through the real
//! HTTP API.
//!
//! Everything is derived from the seed. Each event has an id made of seed, run and position, so a repeated request, or
//! a repeated run, stores nothing twice. Many shoppers send interactions concurrently, in no fixed order. Orders have a
//! history, and so a time base, which is part of their ids.

mod action;
pub(crate) mod api;
mod batch;
pub(crate) mod crowd;
mod identity;
mod mix;
pub mod order;
mod print;
mod report;
mod shop;
mod summary;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, Unit};
use uuid::Uuid;

use self::api::{Answer, Api, Tokens, Unanswered};
use self::batch::{Batch, Batches};
use self::crowd::{Crowd, Population, Sender};
pub use self::identity::ProductIds;
use self::order::{Plan, Shop};
pub(crate) use self::print::print_shop;
pub use self::shop::ShopSummary;
use self::summary::Tally;
pub use self::summary::{Latency, Summary};
pub use shopsignal::rate::Rate;
use shopsignal::rate::read_rate;

use crate::Error;
use stack::{Stack, StackFile};

/// The default number of interactions per order.
const INTERACTIONS_PER_ORDER: usize = 20;
/// A million orders are gigabytes of events.
const ORDERS_MAX: usize = 1_000_000;

/// The arguments of a simulation.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Signed-in shoppers.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub shoppers: u32,
    /// Interactions to send.
    #[arg(long, default_value_t = 2_000)]
    pub interactions: usize,
    /// Number of products; the first few are the most popular (Zipf).
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub products: u32,
    /// How the shop identifies its products.
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub product_ids: ProductIds,
    /// Orders, reported by the shop's back end through their life cycle; one per twenty interactions by default.
    #[arg(long, value_name = "N", value_parser = read_orders)]
    pub orders: Option<usize>,
    /// The orders are placed evenly over this many past days.
    #[arg(long, default_value_t = 7, value_name = "D", value_parser = clap::value_parser!(u16).range(1..=730))]
    pub days: u16,
    /// End of the history of the orders; now by default.
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Names the run; the same seed and run again send the same events. A new name every time by default.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
    /// Interactions, or back-end events, per second, or `max`.
    #[arg(long, default_value = "max", value_name = "R|max", value_parser = read_rate)]
    pub rate: Rate,
    /// Concurrent requests.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub concurrency: u16,
    /// Maximum number of interactions in a request.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub batch: u16,
    /// Share of interactions by guests, who browse without a token.
    #[arg(long, default_value_t = 0.05, value_name = "SHARE", value_parser = read_share)]
    pub guests: f64,
    /// Base of another API than the local stack's, without /api/v1; needs the tokens below.
    #[arg(long, env = "SHOPSIGNAL_API_URL", value_name = "URL", requires_all = ["token", "trusted_token"])]
    pub api_url: Option<String>,
    /// Token of the shoppers.
    #[arg(long, env = "SHOPSIGNAL_TOKEN", hide_env_values = true, requires = "api_url")]
    pub token: Option<String>,
    /// Token with the scope analytic/trusted, for purchases and back-end events.
    #[arg(long, env = "SHOPSIGNAL_TRUSTED_TOKEN", hide_env_values = true, requires = "api_url")]
    pub trusted_token: Option<String>,
    /// Print the figures as JSON.
    #[arg(long)]
    pub json: bool,
}

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
    let batches = Batches::new(crowd, args.interactions, usize::from(args.batch));
    let mut summary = send_all(&api, batches, args, Tally::new(args.seed, run)).await?;
    let plan = plan(args, &summary.run);
    if plan.orders > 0 && !summary.given_up {
        summary.shop = Some(shop::send(&api, &Shop::open(&plan), args, plan.until).await?);
    }
    Ok(summary)
}

fn plan(args: &Args, run: &str) -> Plan {
    // To the second, because it has to be typed to repeat the run.
    let now = || Timestamp::now().round(Unit::Second).unwrap_or(Timestamp::UNIX_EPOCH);
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

async fn send_all(api: &Api, batches: Batches, args: &Args, mut tally: Tally) -> Result<Summary, Error> {
    let bar = ProgressBar::new(u64::try_from(args.interactions).unwrap_or(u64::MAX)).with_style(style());
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

fn read_orders(text: &str) -> Result<usize, String> {
    let orders = text.parse().ok().filter(|orders| *orders <= ORDERS_MAX);
    orders.ok_or_else(|| format!("must be a whole number from 0 to {ORDERS_MAX}"))
}

fn read_share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {per_sec}  {msg}");
    style.expect("the template is a constant that was tried")
}
