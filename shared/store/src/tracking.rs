//! What became of one interaction: its row in the log, and what each sink has done with it.

use domain::{InteractionId, Micros, Origin, ProductId, Sink};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::popularity::product_id;
use crate::{Database, StoreError, pending};

/// An interaction and its effects, of one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracked {
    /// The moment of the snapshot.
    pub as_of: Timestamp,
    /// The interaction.
    pub id: InteractionId,
    /// The event.
    pub event_type: String,
    /// `Product` or `Category`.
    pub ref_type: String,
    /// The product or category.
    pub ref_id: String,
    /// The event time.
    pub occurred_at: Timestamp,
    /// The arrival.
    pub date_created: Timestamp,
    /// The product that a reference to a product counts for; `None` for a category.
    pub product_id: Option<ProductId>,
    /// What one event of the type adds; `None` without a weight.
    pub weight: Option<Micros>,
    /// Whether it counts; `None` until it is applied, for a category, and when the caps of its day are pruned.
    pub outcome: Option<Outcome>,
    /// What the sinks have not applied yet.
    pub outstanding: Vec<Outstanding>,
}

/// Whether an applied event counts for the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It counts.
    Counted,
    /// It lies beyond a daily cap.
    Capped,
    /// Its sender is a known bot, or is excluded.
    Excluded,
}

/// A pending row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outstanding {
    /// The sink whose effect is pending.
    pub sink: Sink,
    /// Hints sent so far.
    pub hints: i32,
    /// When the next one is due.
    pub next_hint_at: Timestamp,
    /// Since when and why it is parked.
    pub parked: Option<(Timestamp, String)>,
}

/// Lists the interactions with an event id, by arrival; with an origin only those of that sender.
///
/// Event ids are known for as long as their keys are kept (table `interaction_key`).
///
/// # Errors
/// See [`StoreError`].
pub async fn list(database: &Database, event_id: Uuid, origin: Option<Origin>) -> Result<Vec<Tracked>, StoreError> {
    let origin = origin.map(Origin::as_uuid);
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&event_id, Type::UUID), (&origin, Type::UUID), (&pending::sinks(), Type::TEXT_ARRAY)];
    let rows = database.query(include_str!("../sql/tracking/list.sql"), &parameters).await?;
    let mut all: Vec<Tracked> = Vec::new();
    for row in &rows {
        let interaction = tracked(row)?;
        if all.last().is_none_or(|last| last.id != interaction.id) {
            all.push(interaction);
        }
        if let (Some(last), Some(outstanding)) = (all.last_mut(), outstanding(row)?) {
            last.outstanding.push(outstanding);
        }
    }
    Ok(all)
}

fn tracked(row: &Row) -> Result<Tracked, StoreError> {
    let ref_type: String = row.try_get("ref_type")?;
    let product = if ref_type == "Product" { Some(product_id(row, "product_id")?) } else { None };
    Ok(Tracked {
        as_of: row.try_get("as_of")?,
        id: InteractionId(row.try_get("id")?),
        event_type: row.try_get("event_type")?,
        ref_type,
        ref_id: row.try_get("ref_id")?,
        occurred_at: row.try_get("occurred_at")?,
        date_created: row.try_get("date_created")?,
        product_id: product,
        weight: row.try_get::<_, Option<i64>>("weight_micros")?.map(Micros),
        outcome: row.try_get::<_, Option<&str>>("outcome")?.map(outcome),
        outstanding: Vec::new(),
    })
}

fn outcome(name: &str) -> Outcome {
    match name {
        "counted" => Outcome::Counted,
        "capped" => Outcome::Capped,
        _ => Outcome::Excluded,
    }
}

/// One row per interaction and sink that has something pending; the columns are null when there is nothing.
fn outstanding(row: &Row) -> Result<Option<Outstanding>, StoreError> {
    let Some(sink) = row.try_get::<_, Option<&str>>("sink")? else { return Ok(None) };
    let parked_at: Option<Timestamp> = row.try_get("parked_at")?;
    let reason: Option<String> = row.try_get("parked_reason")?;
    Ok(Some(Outstanding {
        sink: sink.parse().expect("pending.sink holds a known sink"),
        hints: row.try_get("hints")?,
        next_hint_at: row.try_get("next_hint_at")?,
        parked: parked_at.zip(reason),
    }))
}
