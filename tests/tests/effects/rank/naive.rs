//! A naive recount of what a product is ranked by, from a list of events, with arithmetic of its own.

use jiff::Timestamp;
use store::rank::Standing;

/// An event that counts for a product: its time and its weight in micro-points.
pub(super) type Weighed = (Timestamp, i64);

const HOUR: i64 = 3_600;
/// 2020-01-01T00:00:00Z in hours.
const EPOCH_HOURS: i64 = 438_288;

fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR)
}

/// What a product with these events is ranked by.
pub(super) fn standing(events: &[Weighed], now: Timestamp, half_life: i64) -> Standing {
    let age = |at: Timestamp| hour(now) - hour(at);
    let points = |hours: i64| {
        domain::Micros(events.iter().filter(|(at, _)| (0..=hours).contains(&age(*at))).map(|(_, weight)| weight).sum())
    };
    let count = |ages: std::ops::RangeInclusive<i64>| {
        i64::try_from(events.iter().filter(|(at, weight)| *weight > 0 && ages.contains(&age(*at))).count()).unwrap()
    };
    let (recent, before) = (count(0..=24), count(25..=48));
    let rising = (recent >= 10 && recent > before).then(|| domain::Micros((recent + 10) * 1_000_000 / (before + 10)));
    let recent = events.iter().filter(|(at, _)| (0..=720).contains(&age(*at)));
    Standing { trend: trend(recent, hour(now) - 720, half_life), points: [1, 24, 168, 720].map(points), rising }
}

/// Sums up relative to the half-life of the first hour, which leaves room in 128 bits for half-lives of a day.
#[expect(clippy::cast_possible_truncation, reason = "a factor has 41 bits")]
fn trend<'e>(events: impl Iterator<Item = &'e Weighed>, first: i64, half_life: i64) -> Option<domain::TrendKey> {
    let half_lives = |hour: i64| (hour - EPOCH_HOURS).div_euclid(half_life);
    let term = |(at, weight): &Weighed| {
        let hour = hour(*at);
        let step = (hour - EPOCH_HOURS).rem_euclid(half_life);
        let factor = (40.0 + step as f64 / half_life as f64).exp2().round() as i128;
        (i128::from(*weight) * factor) << (half_lives(hour) - half_lives(first))
    };
    let sum: i128 = events.map(term).sum();
    let sum = u128::try_from(sum).ok().filter(|sum| *sum > 0)?;
    let leading = sum.ilog2();
    // The leading one is implied; 47 bits follow it.
    let bits = if leading >= 47 { sum >> (leading - 47) } else { sum << (47 - leading) };
    let exponent = i64::from(leading) + half_lives(first);
    Some(domain::TrendKey(exponent * (1 << 47) + i64::try_from(bits).unwrap() - (1 << 47)))
}
