//! What the demo prints.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use contracts::{Popularity, RankedEntry, Route};
use domain::ProductId;
use jiff::Timestamp;
use serde::Deserialize;

use crate::simulate::{Latency, Summary};
use stack::{Stack, StackFile};

/// A page of the top list, with the fields that the demo reads.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) data: Vec<Popularity>,
    pub(super) pagination: Pagination,
}

#[derive(Deserialize)]
pub(super) struct Pagination {
    pub(super) total: Option<i64>,
    pub(super) next_cursor: Option<String>,
}

/// The response about one product.
#[derive(Deserialize)]
pub(super) struct One {
    pub(super) data: Popularity,
}

/// A page of a rank list, with the fields that the demo reads.
#[derive(Deserialize)]
pub(super) struct Ranked {
    pub(super) data: Vec<RankedEntry>,
    pub(super) as_of: Option<Timestamp>,
}

/// Prints all-time, trending and rising side by side.
pub(super) fn ranks([alltime, trending, rising]: &[Ranked; 3]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["", "all-time", "score", "trending", "points", "rising", "by"]);
    let longest = [alltime, trending, rising].map(|list| list.data.len()).into_iter().max().unwrap_or_default();
    for place in 0..longest {
        let id = |list: &Ranked| list.data.get(place).map_or_else(String::new, |row| row.id.to_string());
        let figure = |list: &Ranked, value: fn(&RankedEntry) -> Option<f64>| {
            list.data.get(place).and_then(value).map_or_else(String::new, |value| format!("{value:.2}"))
        };
        table.add_row([
            (place + 1).to_string(),
            id(alltime),
            figure(alltime, |row| Some(row.score)),
            id(trending),
            figure(trending, |row| row.trending),
            id(rising),
            figure(rising, |row| row.rising),
        ]);
    }
    println!("{table}");
}

pub(super) fn sent(summary: &Summary) {
    let Latency { p50, p99, .. } = summary.latency_ms;
    println!(
        "accepted {}, duplicate {}, rejected {}, failed {} in {:.1} s ({:.0} a second; a request took p50 {p50:.0} ms, p99 {p99:.0} ms)",
        summary.accepted, summary.duplicate, summary.rejected, summary.failed, summary.seconds, summary.rate
    );
    for (code, count) in &summary.rejected_by_code {
        println!("  rejected as {code}: {count}");
    }
    if let Some(reason) = &summary.first_failure {
        println!("  the first failure: {reason}");
    }
}

pub(super) fn top(products: &[Popularity], total: Option<i64>) {
    let header = ["", "product", "score", "views", "purchases", "favorites", "carts"];
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    for (i, product) in products.iter().enumerate() {
        let Popularity { id, score, view_count, purchase_count, favorite_count, cart_count, .. } = product;
        let counts = [view_count, purchase_count, favorite_count, cart_count].map(ToString::to_string);
        let row = [(i + 1).to_string(), id.to_string(), format!("{score:.2}")];
        table.add_row(row.into_iter().chain(counts));
    }
    for column in [0, 2, 3, 4, 5, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    if let Some(total) = total {
        println!("{} of {total} products", products.len());
    }
}

/// Addresses, and what to try next.
pub(super) fn next(stack: &Stack, description: &StackFile, product: Option<ProductId>) {
    let StackFile { api_url, aws_endpoint, database_url, web_url, .. } = description;
    let chosen = if stack.name() == "dev" { String::new() } else { format!(" STACK={}", stack.name()) };
    let product = product.map_or_else(|| "0192e4a0-0000-7000-8000-000000000001".to_owned(), |id| id.to_string());
    println!("\n== It is running\n");
    println!("  dashboard {web_url}/dashboard/");
    println!("  shop      {web_url}/shop/      # look at products, order something, and watch the dashboard");
    println!("  API       {api_url}");
    println!("  AWS       {aws_endpoint}");
    println!("  database  {database_url}");
    println!("\n== Try next\n");
    println!("  # a favorite of your own, and seconds later in the product's popularity");
    println!("  TOKEN=$(make -s token{chosen})");
    println!("  curl -s '{api_url}{}' \\", Route::RecordInteractions.path());
    // curl is a known bot, whose events are logged and do not count.
    println!("    -A 'Mozilla/5.0' -H \"authorization: Bearer $TOKEN\" -H 'content-type: application/json' \\");
    println!(
        "    -d '{{\"interactions\":[{{\"event_type\":\"add_to_favorites\",\"ref_type\":\"Product\",\"ref_id\":\"{product}\"}}]}}'"
    );
    println!("  curl -s '{api_url}{}'", Route::GetPopularity.path_of(&product));
    println!("  make psql{chosen}      # the tables are in the schema analytic");
    println!("  make logs{chosen} FUNCTION=update-popularity");
    println!("  target/local/shopsignal --stack {0} verify      # the same check at any time", stack.name());
    println!("  make down{chosen}");
}
