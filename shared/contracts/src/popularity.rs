//! A product's popularity as readers see it.

use domain::ProductId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Score and counters of one product. Counters count events, so they only go up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Popularity {
    /// The product (SPU), as the shop calls it; a UUID in lower case with hyphens.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// The sum of the weights of its events, in points.
    pub score: f64,
    /// `view` and `view_bounce` events.
    pub view_count: i64,
    /// `purchase` events.
    pub purchase_count: i64,
    /// `add_to_favorites` events.
    pub favorite_count: i64,
    /// `add_to_cart` and `remove_from_cart` events.
    pub cart_count: i64,
    /// `write_review` and `rating_*` events.
    pub review_count: i64,
    /// The last change, RFC 3339.
    pub date_updated: Timestamp,
}
