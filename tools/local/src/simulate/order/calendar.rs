//! When orders are placed: evenly over the days, by a curve within the day.

use jiff::{SignedDuration, Timestamp};

/// Orders by the hour of the day (UTC): few at night, most in the evening.
const CURVE: [u64; 24] = [6, 3, 2, 1, 1, 2, 5, 10, 18, 26, 32, 35, 38, 36, 34, 34, 36, 40, 46, 54, 60, 52, 32, 14];
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A history that ends at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    start: Timestamp,
    days: u64,
    /// The weight of a day: the area under the curve.
    day: u64,
}

impl Calendar {
    /// The last `days` times 24 hours before `until`.
    pub(super) fn new(until: Timestamp, days: u16) -> Self {
        let start = until.checked_sub(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(until);
        Self { start, days: u64::from(days), day: CURVE.iter().sum::<u64>() * HOUR_MS }
    }

    /// The first instant.
    pub(super) fn start(&self) -> Timestamp {
        self.start
    }

    /// Positions go from 0 up to this: as many orders are placed between any two as lie between them.
    pub(super) fn length(&self) -> u64 {
        self.days * self.day
    }

    /// The instant of a position.
    pub(super) fn at(&self, position: u64) -> Timestamp {
        let (mut elapsed, mut rest) = (position / self.day * DAY_MS, position % self.day);
        let mut clock = u64::try_from(self.start.as_millisecond().rem_euclid(DAY_MS.cast_signed())).unwrap_or_default();
        loop {
            let rate = CURVE[usize::try_from(clock / HOUR_MS).unwrap_or_default() % CURVE.len()];
            let left = HOUR_MS - clock % HOUR_MS;
            if rest < left * rate {
                return after(self.start, elapsed + rest / rate);
            }
            (rest, elapsed, clock) = (rest - left * rate, elapsed + left, (clock + left) % DAY_MS);
        }
    }
}

/// The instant so many milliseconds after another.
pub(super) fn after(at: Timestamp, milliseconds: u64) -> Timestamp {
    let span = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    at.checked_add(span).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_alike_and_hours_follow_the_curve() {
        let until: Timestamp = "2026-11-21T10:20:30.456Z".parse().unwrap();
        let calendar = Calendar::new(until, 30);
        let times: Vec<_> = (0..30_000).map(|k| calendar.at(calendar.length() * k / 30_000)).collect();
        assert!(times.is_sorted() && times[0] == calendar.start() && times[29_999] < until);
        let since = |at: &Timestamp| u64::try_from(at.duration_since(times[0]).as_millis()).unwrap();
        let mut days = [0_u32; 30];
        let mut hours = [0_u64; 24];
        for at in &times {
            days[usize::try_from(since(at) / DAY_MS).unwrap()] += 1;
            hours[usize::try_from(at.as_millisecond() / 3_600_000 % 24).unwrap()] += 1;
        }
        assert!(days.iter().all(|count| (999..=1_001).contains(count)), "{days:?}");
        for (hour, count) in hours.iter().enumerate() {
            let expected = 30_000 * CURVE[hour] / CURVE.iter().sum::<u64>();
            assert!(count.abs_diff(expected) <= 31, "{hour}: {count} instead of {expected}");
        }
    }
}
