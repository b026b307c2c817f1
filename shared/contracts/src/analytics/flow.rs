//! The flow as operators see it: what waits, what is parked and why, whether all is accounted for, and who is excluded.
//!
//! What Postgres knows, and how many messages the dead-letter queues hold; not the items that were rejected or duplicates,
//! which are metrics.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// The flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// `popularity`, `catalog`, then `alerts`, which are findings on their way to webhooks.
    pub sinks: Vec<SinkFlow>,
    /// The newest measurement of events that name a product, made once a day; null before the first.
    pub conservation: Option<FlowConservation>,
    /// Actors whose events do not count, the newest exclusion first; at most 1,000.
    pub excluded: Vec<ExcludedActor>,
    /// The dead-letter queues: messages that no consumer could process, and failed daily runs.
    pub dead_letters: Vec<DeadLetters>,
}

/// A dead-letter queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadLetters {
    /// `popularity`, `catalog`, `alerts`, `order-events` or `maintenance`, as `shopsignal redrive` calls it.
    pub queue: &'static str,
    /// Its messages, approximately; null when SQS did not answer within two seconds.
    pub messages: Option<i64>,
}

/// What is outstanding for one sink.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SinkFlow {
    /// The sink.
    pub sink: &'static str,
    /// Effects that wait; they are applied without anybody's help.
    pub waiting: i64,
    /// The age of the oldest of them in seconds; 0 when none waits.
    pub oldest_seconds: f64,
    /// Effects that are parked: they wait for an operator.
    pub parked: i64,
    /// Why, the most frequent reason first.
    pub parked_by_reason: Vec<ParkedReason>,
}

/// What is parked for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParkedReason {
    /// The typed reason, such as `catalog_refused_404`.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// Those that were parked first; at most five.
    pub examples: Vec<ParkedExample>,
}

/// Something that is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParkedExample {
    /// The sender's id of the event; of an alert the id of its finding.
    pub id: Uuid,
    /// When it was parked, RFC 3339.
    pub since: Timestamp,
}

/// Events that name a product, of one snapshot: `stored` = `applied` + `waiting` + `parked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FlowConservation {
    /// When it was measured, RFC 3339.
    pub measured_at: Timestamp,
    /// Events in the log.
    pub stored: i64,
    /// Events in the counts: counted, capped or excluded.
    pub applied: i64,
    /// Events whose effect waited.
    pub waiting: i64,
    /// Events whose effect was parked.
    pub parked: i64,
    /// `stored` minus the others: above 0 events are lost, below 0 counted too often. Must be 0.
    pub difference: i64,
}

/// An actor whose events do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExcludedActor {
    /// The hash of the account, session or network.
    pub actor: Uuid,
    /// `account`, `session` or `network`.
    pub kind: String,
    /// From which event time on its events do not count, RFC 3339; null for all of them.
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Who excluded it.
    pub excluded_by: String,
    /// When, RFC 3339.
    pub date_created: Timestamp,
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use super::Flow;
    use crate::openapi::description::Description;
    use crate::openapi::figures::for_admin;

    pub(crate) fn flow() -> Description {
        let example = json!({ "id": "0192e4a0-0000-7000-8000-000000000001", "since": "2026-11-20T10:00:00Z" });
        let reason = json!({ "reason": "catalog_refused_404", "count": 1, "examples": [example] });
        let sink = |sink: &str, parked: i32, reasons| json!({ "sink": sink, "waiting": 0, "oldestSeconds": 0.0, "parked": parked, "parkedByReason": reasons });
        let conservation = json!({ "measuredAt": "2026-11-20T03:00:01Z", "stored": 1000, "applied": 999, "waiting": 1,
                                   "parked": 0, "difference": 0 });
        let actor = json!({ "actor": "2a54a6c8-353d-8c3e-8c87-d0ee30a9094c", "kind": "session", "since": null,
                            "reason": "scraper", "excludedBy": "command", "dateCreated": "2026-11-20T10:00:00Z" });
        let example = json!({
            "sinks": [sink("popularity", 0, json!([])), sink("catalog", 1, json!([reason])), sink("alerts", 0, json!([]))],
            "conservation": conservation, "excluded": [actor],
            "deadLetters": [{ "queue": "popularity", "messages": 0 }, { "queue": "order-events", "messages": null }],
        });
        Description::bare::<Flow>(for_admin(("showFlow", "Shows what waits and what is parked", "Flow"), example, None))
            .description("For admins. What Postgres knows, and how many messages the dead-letter queues hold.")
    }
}
