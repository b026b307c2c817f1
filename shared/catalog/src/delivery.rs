//! The outcomes of a delivery.

use std::fmt;
use std::time::Duration;

use domain::{InteractionId, ParkReason};

/// The outcome of one interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The catalog has confirmed it. Final.
    Confirmed,
    /// The catalog will never accept it: an operator must look. Final.
    Refused(ParkReason),
    /// Unknown or not delivered; deliver it again later. The interaction is not the cause.
    Again(AgainReason),
}

/// Why an interaction must be delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgainReason {
    /// The circuit is open after consecutive failures. No call was made.
    CircuitOpen,
    /// The caller's deadline passed before the catalog answered, or before the call began.
    DeadlineReached,
    /// The catalog did not answer within the limit of one call.
    TimedOut,
    /// No connection, or one that broke or did not speak the protocol.
    Unreachable,
    /// The catalog redirects, which is never followed (the HTTP status).
    Redirected(u16),
    /// The catalog does not accept calls at this URL, in this form or from us (the HTTP status): not there yet, or
    /// misconfigured. A single interaction to which a working catalog responds like this for a day is refused.
    NotTaken(u16),
    /// The catalog throttles: 429, or DynamoDB's throttling.
    Throttled,
    /// The catalog failed (the HTTP status: 408, 425 or one from 500).
    Failed(u16),
    /// DynamoDB refused the whole call for a reason other than an item.
    FeedFailed,
}

impl fmt::Display for AgainReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CircuitOpen => f.write_str("circuit_open"),
            Self::DeadlineReached => f.write_str("deadline_reached"),
            Self::TimedOut => f.write_str("timed_out"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::Redirected(status) => write!(f, "redirected_{status}"),
            Self::NotTaken(status) => write!(f, "not_taken_{status}"),
            Self::Throttled => f.write_str("throttled"),
            Self::Failed(status) => write!(f, "failed_{status}"),
            Self::FeedFailed => f.write_str("feed_failed"),
        }
    }
}

/// The result of one delivery.
#[derive(Debug, Default)]
pub struct Delivery {
    /// One entry per distinct interaction.
    pub outcomes: Vec<(InteractionId, Outcome)>,
    /// How long each call took until its response began or it was abandoned. A call that was never made (circuit open,
    /// deadline passed) is not included; a repeated one is included every time.
    pub call_times: Vec<Duration>,
    /// The circuit breaker is open at the end of this delivery. Always false for the feed.
    pub circuit_open: bool,
}

impl Delivery {
    /// Says whether the catalog as a whole is down, so that the consumer should fail and polling should back off.
    ///
    /// That is the case when the circuit is open, or when not a single interaction was settled. An empty delivery says
    /// nothing about the catalog.
    #[must_use]
    pub fn catalog_is_down(&self) -> bool {
        let nothing_settled = self.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Again(_)));
        self.circuit_open || (!self.outcomes.is_empty() && nothing_settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(outcomes: &[Outcome]) -> Delivery {
        let outcomes = outcomes.iter().enumerate();
        let outcomes =
            outcomes.map(|(id, outcome)| (InteractionId(i64::try_from(id).unwrap()), outcome.clone())).collect();
        Delivery { outcomes, ..Delivery::default() }
    }

    #[test]
    fn the_catalog_is_down_when_nothing_got_through() {
        let again = Outcome::Again(AgainReason::TimedOut);
        let refused = Outcome::Refused(ParkReason::CatalogRefused { status: 404 });
        assert!(delivery(&[again.clone(), again.clone()]).catalog_is_down());
        assert!(!delivery(&[again.clone(), Outcome::Confirmed]).catalog_is_down());
        assert!(!delivery(&[again.clone(), refused]).catalog_is_down());
        assert!(!delivery(&[]).catalog_is_down());
    }

    #[test]
    fn an_open_circuit_means_down_whatever_got_through_before() {
        let delivery = Delivery { circuit_open: true, ..delivery(&[Outcome::Confirmed]) };
        assert!(delivery.catalog_is_down());
    }
}
