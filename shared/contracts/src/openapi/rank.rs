//! The schemas of the rank lists, and examples.

use serde_json::{Value, json};
use utoipa::openapi::schema::{AnyOfBuilder, Schema};
use utoipa::openapi::{ComponentsBuilder, Ref};

use super::response::{UUID_EXAMPLE, one_of};
use crate::{Positions, ProductPopularity, ProductRanks, RankedEntries, RankedEntry, WindowPoints};

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema_from::<WindowPoints>()
        .schema_from::<Positions>()
        .schema_from::<ProductRanks>()
        .schema_from::<ProductPopularity>()
        .schema_from::<RankedEntry>()
        .schema_from::<RankedEntries>()
        .schema("PopularityAnswer", one_of("ProductPopularity"))
        .schema("TopAnswer", top())
}

/// The live list or a rank list.
fn top() -> Schema {
    let live = AnyOfBuilder::new().item(Ref::from_schema_name("PopularityList"));
    live.item(Ref::from_schema_name("RankedEntries"))
        .description(Some("`RankedEntries` with `rank`, `category_id` or `seller_id`, otherwise `PopularityList`."))
        .build()
        .into()
}

/// One product.
pub(super) fn product() -> Value {
    json!({ "id": UUID_EXAMPLE, "score": 1.1, "view_count": 1, "purchase_count": 1, "favorite_count": 0, "cart_count": 0,
            "review_count": 0, "date_updated": "2026-11-20T12:00:01.5Z" })
}

/// One product with its ranks.
pub(super) fn ranked_product() -> Value {
    let points = json!({ "1h": 0.3, "24h": 2.4, "7d": 9.6, "30d": 9.6 });
    let positions = json!({ "alltime": 12, "trending": 3, "1h": null, "24h": 4, "7d": 8, "30d": 11, "rising": 1 });
    let mut product = product();
    product["ranks"] = json!({ "as_of": "2026-11-20T12:00:01.5Z", "points": points, "trending": 4.123456, "rising": 1.5,
                               "positions": positions });
    product
}
