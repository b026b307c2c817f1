//! What is known about work that failed: a dead letter, or a parked row.

use domain::InteractionId;
use domain::fraud::FindingId;
use uuid::Uuid;

use super::failed_run::ScheduledFunction;

/// The reason of a message that its consumer cannot read.
pub(crate) const UNREADABLE: &str = "unreadable";
/// The reason of a message whose effect was applied meanwhile.
pub(crate) const DONE: &str = "done";
/// The reason of a message that would be accepted now: its attempts ran out in an outage.
pub(crate) const WAITING: &str = "waiting";
/// The reason of an event whose id is in the log with other content.
pub(crate) const CONFLICT: &str = "conflict";
/// The reason of a scheduled run that failed, or could not be started.
pub(crate) const FAILED_RUN: &str = "failed_run";

/// The classification of a dead letter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assessment {
    pub(crate) standing: Standing,
    /// The reason in the table of counts, and the value for `--reason`.
    pub(crate) reason: String,
    /// Age since it was parked, began to wait, or was sent.
    pub(crate) age_seconds: f64,
    /// What it is about, if known.
    pub(crate) key: Option<Key>,
}

/// The state of the work of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is left to do.
    Done,
    /// It may succeed now.
    Owed,
    /// It would only fail again, unless an operator knows better.
    Stuck,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Interaction(InteractionId),
    Alert(FindingId),
    Event(Uuid),
    Run(ScheduledFunction),
}

/// A parked row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parked {
    pub(crate) key: Key,
    pub(crate) reason: String,
    pub(crate) age_seconds: f64,
}
