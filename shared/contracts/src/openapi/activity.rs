//! The routes about what a score is made of and how it came about, and about several products at once.

use serde_json::{Value, json};
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::rank::product;
use super::response::{cacheable, invalid, missing, one_of, success};
use super::route::{if_none_match, operation, query, spu_id};
use crate::{
    ExplainedEvents, Explanation, HISTORY_DAY_DAYS, HISTORY_HOUR_DAYS, History, HistoryBucket, HistoryGranularity,
    IDS_MAX, Popularities, RequestedPopularity, SPAN_MAX_DAYS,
};

const UNKNOWN: &str = "nothing is known of this product yet";

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema_from::<RequestedPopularity>()
        .schema_from::<Popularities>()
        .schema_from::<ExplainedEvents>()
        .schema_from::<Explanation>()
        .schema_from::<HistoryGranularity>()
        .schema_from::<HistoryBucket>()
        .schema_from::<History>()
        .schema("PopularitiesAnswer", one_of("Popularities"))
        .schema("ExplanationAnswer", one_of("Explanation"))
        .schema("HistoryAnswer", one_of("History"))
}

pub(crate) fn several() -> OperationBuilder {
    let found = json!({ "requested": "sku-1", "popularity": product() });
    let example = json!({ "data": { "products": [found], "unknown": ["p-9"] } });
    let mut answers = cacheable(success("Those that are known", "PopularitiesAnswer", example));
    answers.push(invalid(&format!("ids: must be 1 to {IDS_MAX} product ids, separated by commas")));
    operation("getPopularities", "Shows the popularity of several products", answers)
        .parameter(ids())
        .parameter(if_none_match())
}

/// The parameter that names several products.
pub(crate) fn ids() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).examples(["p-1,sku-1"]);
    let rule = format!(
        "At most {IDS_MAX} products or SKUs, separated by commas. Required. An id with a comma cannot be asked for here."
    );
    query("ids", text, &rule)
}

pub(crate) fn explain() -> OperationBuilder {
    let views = json!({ "event_type": "view", "counted": 2, "capped": 0, "excluded": 0, "weight": 0.3, "points": 0.6 });
    let example =
        json!({ "data": { "id": "p-1", "as_of": "2026-11-20T12:00:01.5Z", "score": 0.6, "events": [views] } });
    let mut answers = cacheable(success("The score and its parts, of one snapshot", "ExplanationAnswer", example));
    answers.extend(of_one_product());
    operation("explainPopularity", "Shows what the score of a product is the sum of", answers)
        .description(Some("For a SKU the response is its product, with the events that name any of its SKUs."))
        .parameter(spu_id())
        .parameter(if_none_match())
}

pub(crate) fn history() -> OperationBuilder {
    let mut answers = cacheable(success("Every hour or day of the range", "HistoryAnswer", example()));
    answers.extend(of_one_product());
    let instant = |name, text: &str| {
        let time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        query(name, ObjectBuilder::new().schema_type(Type::String).format(Some(time)), text)
    };
    let granularity = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(HistoryGranularity::ALL.map(|choice| choice.0)));
    let zone = ObjectBuilder::new().schema_type(Type::String).examples(["Asia/Ho_Chi_Minh"]);
    let limits = format!(
        "By the time of the events. Hours, and days of time zones other than UTC, reach back {HISTORY_HOUR_DAYS} days; \
         days of UTC {HISTORY_DAY_DAYS} days. The response says since when."
    );
    operation("showHistory", "Shows how the score of a product came about", answers)
        .description(Some(limits))
        .parameter(spu_id())
        .parameter(query("granularity", granularity, "The size of the buckets; `day` when absent."))
        .parameter(instant("start", "Rounded down to a whole bucket; the last 30 buckets when absent."))
        .parameter(instant(
            "end",
            &format!("Rounded up to a whole bucket, at most {SPAN_MAX_DAYS} days after `start`; now when absent."),
        ))
        .parameter(query(
            "tz",
            zone,
            "The time zone of the days, IANA name; `UTC` when absent. Its days must begin at a full hour of UTC.",
        ))
        .parameter(if_none_match())
}

fn example() -> Value {
    let bucket = json!({ "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", "counted": 2, "capped": 0,
                         "excluded": 0, "points": 0.6 });
    json!({ "data": { "id": "p-1", "granularity": "day", "tz": "UTC", "hours_since": "2026-10-16T00:00:00Z",
                      "days_since": "2024-09-11T00:00:00Z", "buckets": [bucket] } })
}

fn of_one_product() -> [super::response::Answer; 2] {
    [
        invalid("spu_id: must have 1 to 128 characters and no control characters, and not be the nil UUID"),
        missing(UNKNOWN),
    ]
}
