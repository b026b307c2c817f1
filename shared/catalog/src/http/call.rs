//! Converts the result of one catalog call to an outcome.

use std::time::Duration;

use domain::ParkReason;
use outbound::{Answer, FailureReason};

use crate::{AgainReason, Outcome};

/// A call that settled nothing, or was not made.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: AgainReason,
    /// The failure of the call; `None` when none was made.
    call: Option<outbound::Failure>,
}

impl From<AgainReason> for Failure {
    fn from(reason: AgainReason) -> Self {
        Self { reason, call: None }
    }
}

impl From<outbound::Failure> for Failure {
    fn from(failure: outbound::Failure) -> Self {
        let reason = match failure.reason {
            FailureReason::TimedOut => AgainReason::TimedOut,
            FailureReason::Unreachable => AgainReason::Unreachable,
            FailureReason::Redirected(status) => AgainReason::Redirected(status),
            FailureReason::NotTaken(status) => AgainReason::NotTaken(status),
            FailureReason::Throttled => AgainReason::Throttled,
            FailureReason::Failed(status) => AgainReason::Failed(status),
        };
        Self { reason, call: Some(failure) }
    }
}

impl Failure {
    /// Says whether another attempt within this delivery makes sense.
    pub(super) fn may_pass_soon(&self) -> bool {
        self.call.is_some() && !matches!(self.reason, AgainReason::Redirected(_) | AgainReason::NotTaken(_))
    }

    /// Returns how long to wait before another attempt, or `None` when it would come too late.
    pub(super) fn wait(&self, backoff: Duration, time_left: Duration) -> Option<Duration> {
        self.call.as_ref()?.wait(backoff, time_left)
    }
}

/// Returns the outcome of a response for an interaction.
pub(super) fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Confirmed => Outcome::Confirmed,
        Answer::Refused { status } => Outcome::Refused(ParkReason::CatalogRefused { status }),
    }
}
