//! What the demo shows of recommendations: what is planted and found, what goes with a product, and what suits a visitor whose
//! only view is a moment old.

use std::collections::BTreeSet;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use contracts::Route;
use domain::RankList;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::PAGE;
use super::api::Api;
use super::show::Ranked;
use crate::Error;

/// What `kind` may be: seen together, or bought together.
const KINDS: [&str; 2] = ["viewed", "bought"];

/// An answer, with the fields that the demo reads.
#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    recommendation_id: String,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    product_id: String,
    score: f64,
    source: String,
    reason: Option<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    because: String,
    event: Option<String>,
}

/// Shows whether the products of each taste are recommended with each other; then what goes with one of them, and what suits a
/// guest who has just looked at it. `false` when one is missing.
pub(super) async fn show(api: &Api<'_>, planted: &[Vec<String>]) -> Result<bool, Error> {
    let found = planted.is_empty() || show_planted(api, planted).await?;
    let product = match planted.first().and_then(|taste| taste.first()) {
        Some(product) => Some(product.clone()),
        None => get_trending(api).await?,
    };
    if let Some(product) = product {
        show_product(api, &product).await?;
    }
    Ok(found)
}

/// Counts the partners that come first beside each product of each taste.
async fn show_planted(api: &Api<'_>, planted: &[Vec<String>]) -> Result<bool, Error> {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "taste",
        "products",
        "planted",
        "found, viewed",
        "found, bought",
    ]);
    table.column_iter_mut().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    let mut complete = true;
    for (number, taste) in (1..).zip(planted) {
        let pairs = taste.len() * taste.len().saturating_sub(1);
        let mut cells = vec![number.to_string(), taste.len().to_string(), pairs.to_string()];
        for kind in KINDS {
            let mut found = 0;
            for product in taste {
                found += count_partners(api, product, taste, kind).await?;
            }
            complete &= found == pairs;
            cells.push(found.to_string());
        }
        table.add_row(cells);
    }
    println!(
        "\n== Recommendations find the tastes that were planted: GET /recommendations/product/{{id}}?kind=viewed, bought\n"
    );
    println!("{table}");
    println!("found: among the first beside a product of the taste are all others of it");
    Ok(complete)
}

async fn count_partners(api: &Api<'_>, product: &str, taste: &[String], kind: &str) -> Result<usize, Error> {
    let partners: BTreeSet<&str> = taste.iter().map(String::as_str).filter(|other| *other != product).collect();
    let path = format!("{}?kind={kind}&limit={}", Route::RecommendForProduct.path_of(product), partners.len());
    let answer: Answer = api.get(&path).await?;
    Ok(answer.data.items.iter().filter(|item| partners.contains(&*item.product_id)).count())
}

async fn get_trending(api: &Api<'_>) -> Result<Option<String>, Error> {
    let path = format!("{}?rank={}&limit=1", Route::ListPopularity.path(), RankList::Trending.as_str());
    let trending: Ranked = api.get(&path).await?;
    Ok(trending.data.first().map(|row| row.id.to_string()))
}

async fn show_product(api: &Api<'_>, product: &str) -> Result<(), Error> {
    let beside: Answer = api.get(&limited(&Route::RecommendForProduct.path_of(product))).await?;
    println!("\n== Who looked at it also looked at: GET /recommendations/product/{product}?limit={PAGE}\n");
    print(&beside);

    let session = format!("demo-{}", Uuid::now_v7());
    let view = json!({ "event_type": "view", "ref_type": "Product", "ref_id": product, "session_id": session });
    let _: Value = api.post(Route::RecordGuestInteractions.path(), &json!({ "interactions": [view] })).await?;
    let suiting: Answer = api.get(&limited(&Route::RecommendForSession.path_of(&session))).await?;
    println!(
        "\n== A guest views a product, and the next recommendation knows: GET /recommendations/session/{session}?limit={PAGE}\n"
    );
    print(&suiting);
    send_results(api, &session, &suiting.data).await?;
    println!("what the guest sees and clicks names it: {} impressions and a click", suiting.data.items.len());
    Ok(())
}

/// Reports that the guest saw the list and clicked its first product.
async fn send_results(api: &Api<'_>, session: &str, shown: &Data) -> Result<(), Error> {
    let event = |event_type: &str, item: &Item| {
        json!({
            "event_type": event_type, "ref_type": "Product", "ref_id": item.product_id, "session_id": session,
            "metadata": { "recommendation_id": shown.recommendation_id },
        })
    };
    let impressions = shown.items.iter().map(|item| event("product_impression", item));
    let click = shown.items.first().map(|item| event("click_from_recommendation", item));
    let events: Vec<_> = impressions.chain(click).collect();
    if !events.is_empty() {
        let _: Value = api.post(Route::RecordGuestInteractions.path(), &json!({ "interactions": events })).await?;
    }
    Ok(())
}

fn limited(path: &str) -> String {
    format!("{path}?limit={PAGE}")
}

fn print(answer: &Answer) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["", "product", "score", "source", "because"]);
    for (place, item) in (1..).zip(&answer.data.items) {
        let because = item.reason.as_ref().map_or_else(String::new, |reason| {
            let event = reason.event.as_ref().map(|event| format!("{event} of ")).unwrap_or_default();
            format!("{event}{}", reason.because)
        });
        let score = format!("{:.4}", item.score);
        table.add_row([place.to_string(), item.product_id.clone(), score, item.source.clone(), because]);
    }
    println!("{table}");
    println!("as {}", answer.data.recommendation_id);
}
