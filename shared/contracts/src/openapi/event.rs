//! The body of a request with events: their names and the common fields. The fields of each event are in
//! docs/order-event.schema.json, which also serves producers on the event bus.

use serde_json::{Value, json};
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, SchemaType,
    Type,
};

use crate::shop_event::{ANALYTICS_NAMES, LIFECYCLE_NAMES};
use crate::{ITEMS_MAX, SHOP_EVENT_MAX_BYTES, SHOP_TEXT_MAX_CHARS};

/// Returns every schema of a request with events, by name.
pub(super) fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("EventsRequest", request()),
        ("LifecycleEvent", event("event", &LIFECYCLE_NAMES)),
        ("AnalyticsEvent", event("eventType", &ANALYTICS_NAMES)),
    ]
}

/// An accepted body.
pub(super) fn example() -> Value {
    json!({ "events": [{ "event": "OrderShipped", "eventId": "order-1-shipped", "timestamp": "2026-11-20T12:00:00Z", "orderId": "order-1" }] })
}

fn request() -> Schema {
    let shapes =
        OneOfBuilder::new().item(Ref::from_schema_name("LifecycleEvent")).item(Ref::from_schema_name("AnalyticsEvent"));
    let events = ArrayBuilder::new()
        .items(shapes)
        .min_items(Some(1))
        .max_items(Some(ITEMS_MAX))
        .description(Some("Each is processed independently: a rejected one does not affect the others."));
    ObjectBuilder::new()
        .property("events", events)
        .required("events")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .build()
        .into()
}

fn event(name: &str, names: &[&str]) -> Schema {
    let id = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Integer, Type::Null]))
        .max_length(Some(SHOP_TEXT_MAX_CHARS))
        .description(Some("Send it, and send the same one with a retry, so that the event is logged once."));
    let timestamp = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("From the year 2000 up to 5 minutes in the future."));
    ObjectBuilder::new()
        .property(name, ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names.iter().copied())))
        .property("eventId", id)
        .property("timestamp", timestamp)
        .required(name)
        .required("timestamp")
        .description(Some(format!(
            "At most {SHOP_EVENT_MAX_BYTES} bytes. The fields of each event: docs/order-event.schema.json."
        )))
        .build()
        .into()
}
