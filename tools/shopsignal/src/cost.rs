//! `shopsignal cost`: what a million events cost on AWS, from counted calls, measured times and a price table.
//!
//! It makes no network request: prices are a file with a date, times come from docs/performance.json, and both are in the
//! binary. They are named in the output, because a figure without them is worthless.

mod measured;
mod model;
mod price;

use std::path::PathBuf;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;
use serde_json::json;

use self::measured::Measured;
use self::model::{IDLE_SQS_REQUESTS_A_MONTH, Line, Load, Seconds, bill, total};
use self::price::{OtherSystem, Prices, REGIONS};
use crate::Error;
use crate::say;

/// The assumptions.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rows of a request.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 10, 25, 100], value_parser = clap::value_parser!(u32).range(1..=100))]
    batch: Vec<u32>,
    /// Messages per consumer batch: with a window of a second, about the number of events per second.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=500))]
    messages: u32,
    /// Messages per receive. Long polling returns immediately, so by default what one call sent; 10 when the queue
    /// never runs empty.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10))]
    receive: Option<u32>,
    /// Whose prices.
    #[arg(long, default_value = REGIONS[0], value_parser = REGIONS)]
    region: String,
    /// A price table of your own, written like the ones in tools/shopsignal/prices.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// The docs/performance.json of another benchmark than the one that came with the command.
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// With our own feed in DynamoDB (`CatalogFeed`). An item holds what one request brought: its interactions are of one
    /// shopper, and are in one catalog batch.
    #[arg(long)]
    feed: bool,
    /// How much slower the processor work of a 512 MB function is than on the measuring machine: Lambda gives a whole
    /// processor at 1,769 MB.
    #[arg(long, default_value_t = 3.5)]
    slowdown: f64,
    /// The time that Postgres and SQS take for a request or a popularity batch, in milliseconds.
    #[arg(long, default_value_t = 15.0)]
    waiting_ms: f64,
    /// The time that a catalog batch takes, learned and delivered, in milliseconds.
    #[arg(long, default_value_t = 60.0)]
    catalog_ms: f64,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// The bill for one batch size.
#[derive(Debug, Serialize)]
struct Bill {
    rows_a_request: u32,
    lines: Vec<Line>,
    usd_per_million: f64,
}

/// Prints the bill of each batch size next to the published costs of other systems.
///
/// # Errors
/// When there is no price table of the region, or a file is malformed.
pub async fn run(args: Args) -> Result<(), Error> {
    let prices = args.prices.as_ref().map_or_else(|| price::of_region(&args.region), |path| price::of_file(path))?;
    let others = price::of_others()?;
    let measured = Measured::read(args.measured.as_deref())?;
    let bills: Vec<Bill> = args.batch.iter().map(|rows| bill_of(*rows, &args, &measured, &prices)).collect();
    if args.json {
        let report = json!({
            "region": prices.region, "prices_of": prices.date.to_string(), "measured": measured.source,
            "bills": bills, "others": others, "idle_usd_a_month": idle(&prices),
        });
        say::line(format_args!("{report:#}"));
    } else {
        print(&bills, &others, &prices, &measured);
    }
    Ok(())
}

fn bill_of(rows: u32, args: &Args, measured: &Measured, prices: &Prices) -> Bill {
    let (waiting, slowdown) = (args.waiting_ms / 1e3, args.slowdown);
    let seconds = Seconds {
        record: waiting + measured.record_seconds(rows) * slowdown,
        popularity: waiting + measured.popularity_seconds(args.messages) * slowdown,
        catalog: args.catalog_ms / 1e3,
    };
    let log_bytes = measured.log_bytes(rows, args.messages);
    let receive = args.receive.unwrap_or(rows);
    let interactions_per_item = args.feed.then_some(rows.min(args.messages));
    let load = Load { rows, batch: args.messages, receive, interactions_per_item, seconds, log_bytes };
    let lines = bill(&load, prices);
    Bill { rows_a_request: rows, usd_per_million: total(&lines), lines }
}

/// The cost of polling without any events, US$ per month.
fn idle(prices: &Prices) -> f64 {
    IDLE_SQS_REQUESTS_A_MONTH / 1e6 * prices.sqs_requests.usd_per_million
}

fn print(bills: &[Bill], others: &[OtherSystem], prices: &Prices, measured: &Measured) {
    say::line(format_args!("US$ per million events, without Postgres; prices of {}, {}", prices.region, prices.date));
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let sizes = bills.iter().map(|bill| format!("{} a request", bill.rows_a_request));
    table.set_header(std::iter::once("what".to_owned()).chain(sizes));
    let lines = bills.first().map_or(0, |bill| bill.lines.len());
    for line in 0..lines {
        let what = bills[0].lines[line].what.to_owned();
        let cells = bills.iter().map(|bill| cell(bill.lines[line].usd_per_million, bill.usd_per_million));
        table.add_row(std::iter::once(what).chain(cells));
    }
    let totals = bills.iter().map(|bill| format!("{:.3}", bill.usd_per_million));
    table.add_row(std::iter::once("total".to_owned()).chain(totals));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    say::line(format_args!("{table}"));
    say::line(format_args!(
        "besides: US$ {:.2} a month for polling idle queues; times from {}",
        idle(prices),
        measured.source
    ));
    say::line(format_args!("\nwhat others say"));
    for other in others {
        say::line(format_args!("{:>8.3}  {} ({})", other.usd_per_million, other.name, other.includes));
    }
    say::line(format_args!("\nprices"));
    for (name, price) in prices.named() {
        say::line(format_args!("{:>8}  {name}: {} [{}]", price.usd_per_million, price.source, price.checked));
    }
}

/// A sum with its share of the total.
fn cell(usd: f64, whole: f64) -> String {
    format!("{usd:.3} {:>3.0}%", if whole > 0.0 { usd / whole * 100.0 } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn a_million_events_of_25_a_request_cost_at_most_what_the_design_allows() {
        let (prices, measured) = (price::of_region(REGIONS[0]).unwrap(), Measured::read(None).unwrap());
        for (words, limit) in [(&["cost"][..], 0.45), (&["cost", "--feed"], 0.60)] {
            let bill = bill_of(25, &Command::parse_from(words).args, &measured, &prices);
            assert!(bill.usd_per_million <= limit, "{words:?}: {bill:?}");
        }
    }
}
