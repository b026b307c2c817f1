//! The targets of the design.

use std::fmt;

use serde::Serialize;

/// A bound of a ratio or, where there is no limit to compare with, of the figure itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hold {
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
}

/// update-popularity against the same statement in pgbench, batches of 100.
pub(crate) const SCORING: Hold = Hold::AtLeast(0.9);
/// The statement against the one before counts and caps, events without a cap.
pub(crate) const SCORING_BEFORE: Hold = Hold::AtLeast(1.0);
/// The same, each event of another account.
pub(crate) const SCORING_CAPPED_BEFORE: Hold = Hold::AtLeast(0.75);
/// The same on one product.
pub(crate) const SCORING_ONE_PRODUCT_BEFORE: Hold = Hold::AtLeast(2.5);
/// A batch of 100 on one product against one upsert an event.
pub(crate) const HOT_PRODUCT: Hold = Hold::AtLeast(30.0);
/// record-interactions against the bare insert of the same rows, 25 rows a request.
pub(crate) const RECORDING: Hold = Hold::AtLeast(0.3);
/// The statement of record-interactions alone against the same.
pub(crate) const RECORDING_STATEMENT: Hold = Hold::AtLeast(0.4);
/// Processor time of project-orders and of Postgres for one event, microseconds.
pub(crate) const PROJECTION_MICROSECONDS: Hold = Hold::AtMost(150.0);
/// Start of a function against the start of a bare one.
pub(crate) const START: Hold = Hold::AtMost(2.0);
/// Binary and resident memory at the first poll, MB (10^6 bytes).
pub(crate) const MEGABYTES: Hold = Hold::AtMost(12.0);
/// Cost per event in a log of many rows against one of ten thousand.
pub(crate) const GROWTH: Hold = Hold::AtMost(1.3);

/// A page of a rank list at a million products: the statement, p50 in ms.
pub(crate) const RANK_PAGE_MILLISECONDS: Hold = Hold::AtMost(2.0);

/// The recommendations of a visitor at 100,000 products and ten million pairs, p99 in ms.
pub(crate) const RECOMMENDATION_MILLISECONDS: Hold = Hold::AtMost(15.0);

/// A seller's dashboard, p99 in ms.
pub(crate) const DASHBOARD: Hold = Hold::AtMost(50.0);

impl Hold {
    /// Says whether a value meets the target.
    pub(crate) fn is_held(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, ">= {bound}"),
            Self::AtMost(bound) => write!(f, "<= {bound}"),
        }
    }
}
