//! Event time may differ from arrival time, within limits.

use jiff::{SignedDuration, Timestamp};

/// How far in the past an event may lie, in days: a phone that was offline for a week is accepted, an archive is not.
pub const PAST_LIMIT_DAYS: i64 = 7;
/// How far in the future an event may lie, in minutes: tolerance for a client clock that is fast.
pub const FUTURE_LIMIT_MINUTES: i64 = 5;
/// The earliest time of imported history, 2000-01-01T00:00:00Z: anything older is a time in the wrong unit, or not a
/// time.
pub const HISTORY_START: Timestamp = Timestamp::constant(946_684_800, 0);

/// An event time that is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutsideWindow {
    /// Before the window.
    #[error("occurred_at: is more than {PAST_LIMIT_DAYS} days before arrival")]
    TooOld,
    /// After the window.
    #[error("occurred_at: is more than {FUTURE_LIMIT_MINUTES} minutes after arrival")]
    InFuture,
    /// Before [`HISTORY_START`].
    #[error("occurred_at: is before {HISTORY_START}")]
    BeforeHistory,
}

/// Returns how far the clock of a sender is behind ours, from the time at which it claims to have sent a request:
/// `arrival - sent_at`.
///
/// The latency of the request is included; a clock that is ahead yields a negative duration. Added to an event time of
/// the same clock, it gives the time by our clock. Segment corrects `timestamp` in this way
/// (<https://segment.com/docs/connections/spec/common/#timestamps>), and Snowplow `derived_tstamp`.
#[must_use]
pub fn clock_error(sent_at: Timestamp, arrival: Timestamp) -> SignedDuration {
    arrival.duration_since(sent_at)
}

/// Checks an event time against the arrival time. Both limits are inclusive.
///
/// # Errors
/// Which side of the window it misses.
pub fn check_occurred_at(occurred_at: Timestamp, arrival: Timestamp) -> Result<(), OutsideWindow> {
    if arrival.duration_since(occurred_at) > SignedDuration::from_hours(24 * PAST_LIMIT_DAYS) {
        return Err(OutsideWindow::TooOld);
    }
    check_not_ahead(occurred_at, arrival)
}

/// Checks the event time of imported history, which may be of any age since [`HISTORY_START`].
///
/// # Errors
/// Which side of the window it misses.
pub fn check_imported_at(occurred_at: Timestamp, arrival: Timestamp) -> Result<(), OutsideWindow> {
    if occurred_at < HISTORY_START {
        return Err(OutsideWindow::BeforeHistory);
    }
    check_not_ahead(occurred_at, arrival)
}

fn check_not_ahead(occurred_at: Timestamp, arrival: Timestamp) -> Result<(), OutsideWindow> {
    if occurred_at.duration_since(arrival) > SignedDuration::from_mins(FUTURE_LIMIT_MINUTES) {
        return Err(OutsideWindow::InFuture);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_may_lie_seven_days_back_and_five_minutes_ahead() {
        let arrival: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let check = |at: &str| check_occurred_at(at.parse().unwrap(), arrival);
        assert_eq!(check("2026-11-13T12:00:00Z"), Ok(()));
        assert_eq!(check("2026-11-13T11:59:59.999Z"), Err(OutsideWindow::TooOld));
        assert_eq!(check("2026-11-20T12:05:00Z"), Ok(()));
        assert_eq!(check("2026-11-20T12:05:00.001Z"), Err(OutsideWindow::InFuture));
    }

    #[test]
    fn history_may_be_of_any_age_since_the_year_2000() {
        let arrival: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let check = |at: &str| check_imported_at(at.parse().unwrap(), arrival);
        assert_eq!(check("2000-01-01T00:00:00Z"), Ok(()));
        assert_eq!(check("1999-12-31T23:59:59.999Z"), Err(OutsideWindow::BeforeHistory));
        assert_eq!(check("2026-11-20T12:05:00Z"), Ok(()));
        assert_eq!(check("2026-11-20T12:05:00.001Z"), Err(OutsideWindow::InFuture));
        assert_eq!(OutsideWindow::BeforeHistory.to_string(), "occurred_at: is before 2000-01-01T00:00:00Z");
    }
}
