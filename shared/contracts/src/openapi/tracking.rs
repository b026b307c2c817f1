//! The route that says what became of an event.

use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ComponentsBuilder, Required};

use super::response::{for_admins, invalid, missing, one_of, success};
use super::route::operation;
use crate::{Contribution, CountOutcome, EffectStatus, SinkProgress, TrackedInteraction, TrackedInteractions};

const EVENT_ID: &str = "0192e4a0-0000-7000-8000-000000000001";

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema_from::<EffectStatus>()
        .schema_from::<SinkProgress>()
        .schema_from::<CountOutcome>()
        .schema_from::<Contribution>()
        .schema_from::<TrackedInteraction>()
        .schema_from::<TrackedInteractions>()
        .schema("TrackedAnswer", one_of("TrackedInteractions"))
}

pub(crate) fn track() -> OperationBuilder {
    let mut answers = vec![
        ("200", success("The interactions with this id", "TrackedAnswer", example())),
        invalid("event_id: must be a UUID"),
        missing("no event of yours with this id is known; ids are kept for a time"),
    ];
    answers.extend(for_admins());
    operation("trackInteraction", "Shows what became of an event", answers)
        .description(Some(
            "Shoppers find what they sent themselves, admins and services of the shop (scope `analytic/trusted`) what \
             anybody sent. Known are the ids of the time for which repeated events are recognized (KeyRetentionDays).",
        ))
        .parameter(event_id())
}

fn event_id() -> Parameter {
    let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    let id = ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)).examples([EVENT_ID]);
    ParameterBuilder::new()
        .name("event_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(id))
        .description(Some("The id that the sender gave the event, or the one in the response to the request."))
        .build()
}

fn example() -> Value {
    let applied = json!({ "sink": "popularity", "status": "applied", "hints": null, "next_hint_at": null,
                          "parked_at": null, "parked_reason": null });
    let waiting = json!({ "sink": "catalog", "status": "waiting", "hints": 1, "next_hint_at": "2026-11-20T12:01:00.5Z",
                          "parked_at": null, "parked_reason": null });
    let popularity = json!({ "product_id": "p-1", "outcome": "counted", "weight": 0.3, "points": 0.3 });
    let interaction = json!({ "id": 1, "event_id": EVENT_ID, "event_type": "view", "ref_type": "Product", "ref_id": "p-1",
                              "occurred_at": "2026-11-20T12:00:00Z", "date_created": "2026-11-20T12:00:00.5Z",
                              "sinks": [applied, waiting], "popularity": popularity });
    json!({ "data": { "as_of": "2026-11-20T12:00:01.5Z", "interactions": [interaction] } })
}
