//! What the demo shows of recommendations: beside a product, and for a visitor whose only view is a moment old.

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use contracts::Route;
use domain::RankList;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::PAGE;
use super::api::Api;
use super::show::Ranked;
use crate::Error;

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

/// Shows what goes with the product that trends most, lets a new guest look at it, and shows what suits that guest at once.
pub(super) async fn show(api: &Api<'_>) -> Result<(), Error> {
    let path = format!("{}?rank={}&limit=1", Route::ListPopularity.path(), RankList::Trending.as_str());
    let trending: Ranked = api.get(&path).await?;
    let Some(product) = trending.data.first().map(|row| row.id.to_string()) else { return Ok(()) };
    let beside: Answer = api.get(&limited(&Route::RecommendForProduct.path_of(&product))).await?;
    println!("\n== Who looked at it also looked at: GET /recommendations/product/{product}?limit={PAGE}\n");
    print(&beside);

    let session = format!("demo-{}", Uuid::now_v7());
    let view = json!({ "event_type": "view", "ref_type": "Product", "ref_id": product, "session_id": session });
    let _: Value = api.post(Route::RecordGuestInteractions.path(), &json!({ "interactions": [view] })).await?;
    let suiting: Answer = api.get(&limited(&Route::RecommendForSession.path_of(&session))).await?;
    println!(
        "\n== A guest views it, and the next request knows: GET /recommendations/session/{session}?limit={PAGE}\n"
    );
    print(&suiting);
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
