//! Why a pending effect waits for an operator instead of being retried.

use std::fmt;

/// The typed reason of a parked row, stored in `parked_reason` of `pending` or `pending_alert`.
///
/// A row is parked only for a cause in the row itself, never because of an outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParkReason {
    /// Postgres refused the effect of this one row (five-character SQLSTATE, such as `22003`).
    StatementRefused {
        /// The SQLSTATE of the refusal.
        sqlstate: String,
    },
    /// The catalog answered with a status that a retry would not change.
    CatalogRefused {
        /// The HTTP status.
        status: u16,
    },
    /// A webhook answered an alert with a status that a retry would not change.
    WebhookRefused {
        /// The name of the webhook.
        webhook: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// The item cannot be written to our own feed (for example too large for one).
    FeedRefused,
}

impl fmt::Display for ParkReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StatementRefused { sqlstate } => write!(f, "statement_refused_{sqlstate}"),
            Self::CatalogRefused { status } => write!(f, "catalog_refused_{status}"),
            Self::WebhookRefused { webhook, status } => write!(f, "{webhook}_refused_{status}"),
            Self::FeedRefused => f.write_str("feed_refused"),
        }
    }
}
