//! Spans of time for which figures are requested: how a calendar splits them, and which stored spans add up to them.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::Grain;

/// A half-open span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeSpan {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl TimeSpan {
    /// Returns the smallest span of whole minutes that contains both ends, because figures are stored by the minute.
    #[must_use]
    pub fn of_minutes(start: Timestamp, end: Timestamp) -> Self {
        let floor = Grain::Minute.start(end);
        let end = if floor < end { floor + SignedDuration::from_mins(1) } else { end };
        Self { start: Grain::Minute.start(start), end }
    }

    /// Returns its length.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// Returns the preceding span of the same length.
    #[must_use]
    pub fn before(self) -> Self {
        Self { start: self.start - self.duration(), end: self.start }
    }
}

/// A time zone of the IANA database, which is compiled in because the functions' file system has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The name is not in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time zone of the IANA database, like Asia/Ho_Chi_Minh")]
pub struct InvalidZone;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Returns the local date of an instant.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        self.0.to_datetime(at).date()
    }

    /// Returns the first instant of a local day. Where clocks go forward at midnight, that is not midnight.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Timestamp {
        let midnight = self.0.to_ambiguous_zoned(date.at(0, 0, 0, 0)).compatible();
        midnight.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }
}

impl FromStr for Zone {
    type Err = InvalidZone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TimeZone::get(text).map(Self).map_err(|_| InvalidZone)
    }
}

/// What a span is split into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A minute.
    Minute,
    /// Five minutes, aligned to the full hour.
    FiveMinutes,
    /// An hour (UTC).
    Hour,
    /// A local day.
    Day,
    /// A local week, starting on Monday (ISO 8601).
    Week,
    /// A local month.
    Month,
}

impl Step {
    /// Returns the start of the step that contains an instant.
    #[must_use]
    pub fn start(self, at: Timestamp, zone: &Zone) -> Timestamp {
        match self.seconds() {
            Some(seconds) => Timestamp::from_second(at.as_second().div_euclid(seconds) * seconds).unwrap_or(at),
            None => zone.start_of(self.first_date(zone.date(at))),
        }
    }

    /// Returns the start of the step that is `steps` after the one that contains an instant; before it when negative.
    #[must_use]
    pub fn start_after(self, at: Timestamp, steps: i32, zone: &Zone) -> Timestamp {
        let span = match self {
            Self::Day => Span::new().try_days(steps),
            Self::Week => Span::new().try_weeks(steps),
            Self::Month => Span::new().try_months(steps),
            Self::Minute | Self::FiveMinutes | Self::Hour => {
                let seconds = self.seconds().unwrap_or(60) * i64::from(steps);
                return self.start(at, zone).saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(at);
            }
        };
        let first = self.first_date(zone.date(at));
        zone.start_of(span.and_then(|span| first.checked_add(span)).unwrap_or(first))
    }

    /// Returns the length of steps with a constant length.
    fn seconds(self) -> Option<i64> {
        match self {
            Self::Minute => Some(60),
            Self::FiveMinutes => Some(5 * 60),
            Self::Hour => Some(60 * 60),
            Self::Day | Self::Week | Self::Month => None,
        }
    }

    fn first_date(self, date: Date) -> Date {
        match self {
            Self::Week => {
                let past = i64::from(date.weekday().to_monday_zero_offset());
                date.checked_sub(SignedDuration::from_hours(24 * past)).unwrap_or(date)
            }
            Self::Month => date.first_of_month(),
            _ => date,
        }
    }
}

/// Returns the span widened to whole steps.
#[must_use]
pub fn align(span: TimeSpan, step: Step, zone: &Zone) -> TimeSpan {
    let last = step.start(span.end, zone);
    let end = if last < span.end { step.start_after(span.end, 1, zone) } else { last };
    TimeSpan { start: step.start(span.start, zone), end }
}

/// Splits a span into steps, in order and without gaps: the start of each step, and the part of it inside the span.
#[must_use]
pub fn split(span: TimeSpan, step: Step, zone: &Zone) -> Vec<(Timestamp, TimeSpan)> {
    let mut steps = Vec::new();
    let mut start = step.start(span.start, zone);
    while start < span.end {
        let next = step.start_after(start, 1, zone);
        if next <= start {
            break;
        }
        steps.push((start, TimeSpan { start: start.max(span.start), end: next.min(span.end) }));
        start = next;
    }
    steps
}

/// Adjacent stored spans of the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrainSpan {
    /// Their length.
    pub grain: Grain,
    /// From the start of the first to the end of the last of them.
    pub span: TimeSpan,
}

/// Returns the fewest stored spans that add up to a span of whole minutes: at most five spans, in order.
#[must_use]
pub fn cover(span: TimeSpan) -> Vec<GrainSpan> {
    let mut spans = Vec::new();
    fill(span, &[Grain::Day, Grain::QuarterHour, Grain::Minute], &mut spans);
    spans
}

fn fill(span: TimeSpan, grains: &[Grain], spans: &mut Vec<GrainSpan>) {
    let (Some((&grain, finer)), true) = (grains.split_first(), span.start < span.end) else { return };
    let floor = grain.start(span.start);
    let first = if floor < span.start { floor + SignedDuration::from_secs(grain.seconds()) } else { floor };
    let last = grain.start(span.end);
    if last <= first {
        return fill(span, finer, spans);
    }
    fill(TimeSpan { end: first, ..span }, finer, spans);
    spans.push(GrainSpan { grain, span: TimeSpan { start: first, end: last } });
    fill(TimeSpan { start: last, ..span }, finer, spans);
}

#[cfg(test)]
mod tests;
