//! The status, code and public text of the failures that only this function returns.

use axum::response::{IntoResponse, Response};
use contracts::InvalidQuery;
use domain::{Currency, InvalidId};
use serving::Refusal;
use store::StoreError;

/// Why a query fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The path parameter is not a product id.
    InvalidProductId(InvalidId),
    /// The product was never scored.
    UnknownProduct,
    /// The path parameter is not an event id.
    InvalidEventId,
    /// No event with this id is known, or none of this sender.
    UnknownEvent,
    /// The token is of nobody who sends interactions.
    NotSender,
    /// The product was never named by an event that was applied.
    NoActivity,
    /// The list that the cursor belongs to is no longer kept.
    CursorExpired,
    /// A failure that all HTTP functions return.
    Common(contracts::Failure),
    /// Figures of another seller.
    ForeignSeller,
    /// A currency without thresholds.
    NoSegments(Currency),
    /// A verified token whose subject is not a seller id.
    NotSeller,
    /// The query parameters are wrong.
    Query(InvalidQuery),
    /// Postgres is unavailable, or its schema is not ours.
    Store(StoreError),
}

impl From<Failure> for contracts::Failure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::InvalidProductId(rule) => Self::invalid(format!("spu_id: {rule}")),
            Failure::UnknownProduct => Self::new(404, "not_found", "no interaction with this product was scored yet"),
            Failure::NoActivity => Self::new(404, "not_found", "nothing is known of this product yet"),
            Failure::CursorExpired => Self::new(410, "cursor_expired", contracts::CURSOR_EXPIRED),
            Failure::InvalidEventId => Self::invalid("event_id: must be a UUID"),
            Failure::UnknownEvent => {
                Self::new(404, "not_found", "no event of yours with this id is known; ids are kept for a time")
            }
            Failure::NotSender => {
                Self::forbidden("only admins, services of the shop and the shopper who sent it may read this")
            }
            Failure::ForeignSeller => Self::forbidden("seller_id: only admins may read figures of another seller"),
            Failure::NoSegments(currency) => {
                Self::invalid(format!("currency: no thresholds are set for {currency} (SegmentThresholds)"))
            }
            Failure::NotSeller => Self::forbidden("the subject of the token cannot be a seller"),
            Failure::Query(reason) => Self::invalid(reason.to_string()),
            Failure::Store(error) => {
                let is_temporary = error.is_temporary();
                Self::of_ours(error, is_temporary, "the scores cannot be reached; try again")
            }
            Failure::Common(failure) => failure,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        Refusal::from(contracts::Failure::from(self)).into_response()
    }
}

impl From<contracts::Failure> for Failure {
    fn from(failure: contracts::Failure) -> Self {
        Self::Common(failure)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidQuery> for Failure {
    fn from(reason: InvalidQuery) -> Self {
        Self::Query(reason)
    }
}
