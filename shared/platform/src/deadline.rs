//! The time an invocation has left.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;

/// When the work of an invocation must be finished, with a margin for its response.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(SystemTime);

impl Deadline {
    /// Takes the deadline of an invocation, less a margin.
    #[must_use]
    pub fn of(context: &Context, margin: Duration) -> Self {
        let end = UNIX_EPOCH + Duration::from_millis(context.deadline);
        Self(end.checked_sub(margin).unwrap_or(UNIX_EPOCH))
    }

    /// Returns a deadline that is a duration from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        Self(SystemTime::now() + duration)
    }

    /// Returns the time left, zero when there is none.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.duration_since(SystemTime::now()).unwrap_or_default()
    }
}
