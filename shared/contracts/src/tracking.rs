//! What became of an interaction: the answer of `GET /interaction/{event_id}`.

use domain::ProductId;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// The interactions with an event id. Ids are unique within the sender, so only those who may see all senders find more
/// than one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrackedInteractions {
    /// Everything below is of this moment, RFC 3339.
    pub as_of: Timestamp,
    /// By arrival.
    pub interactions: Vec<TrackedInteraction>,
}

/// An interaction and its effects.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrackedInteraction {
    /// Our id, as in the response to the request that recorded it.
    pub id: i64,
    /// The sender's id.
    pub event_id: Uuid,
    /// The event.
    pub event_type: String,
    /// `Product` or `Category`.
    pub ref_type: String,
    /// The shop's id of the product or category, in canonical form.
    pub ref_id: String,
    /// The event time.
    pub occurred_at: Timestamp,
    /// When it was stored.
    pub date_created: Timestamp,
    /// What each sink has done with it.
    pub sinks: Vec<SinkProgress>,
    /// What it adds to the popularity of a product; null for a category.
    pub popularity: Option<Contribution>,
}

/// How far a sink is with an interaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SinkProgress {
    /// `popularity` or `catalog`.
    pub sink: String,
    /// Where the effect stands.
    pub status: EffectStatus,
    /// How often the sink was told; null when the effect is applied.
    pub hints: Option<i32>,
    /// When it is told again; only while it waits.
    pub next_hint_at: Option<Timestamp>,
    /// Since when an operator has to look at it; only when it is parked.
    pub parked_at: Option<Timestamp>,
    /// Why, such as `catalog_refused_404`; only when it is parked.
    pub parked_reason: Option<String>,
}

/// Where an effect stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EffectStatus {
    /// Not applied yet.
    Waiting,
    /// Set aside for an operator.
    Parked,
    /// Applied, once.
    Applied,
}

/// What an interaction adds to the popularity of a product.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contribution {
    /// The product (SPU), also when the interaction names one of its SKUs.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub product_id: ProductId,
    /// Whether it counts; null until the sink `popularity` has applied it, and when its day is so long ago that it is no
    /// longer known of a single event.
    pub outcome: Option<CountOutcome>,
    /// What one event of the type adds, in points; null for a type without a weight.
    pub weight: Option<f64>,
    /// What this one adds, in points: the weight when it is counted, else 0.
    pub points: f64,
}

/// Whether an applied event counts for the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountOutcome {
    /// It counts.
    Counted,
    /// It lies beyond a daily cap.
    Capped,
    /// Its sender is a known bot, or is excluded.
    Excluded,
}
