//! What a score is made of and how it came about: the answers of `explain` and `history`, and the popularity of several
//! products at once.

use domain::{ProductId, Step, TimeSpan, Zone, align, split};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{IDS_MAX, InvalidQuery, Parameters, Popularity, check_span};

/// How far hours reach back, in whole UTC days before today. Older hours are folded into days.
pub const HISTORY_HOUR_DAYS: u16 = 35;
/// How far days reach back, in whole UTC days before today. Older days are folded into one total.
pub const HISTORY_DAY_DAYS: u16 = 800;
/// The default number of hours or days of a history.
const BUCKETS_DEFAULT: i32 = 30;

/// A validated list of products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdsQuery {
    /// The products or SKUs, each once, in the order of the request.
    pub ids: Vec<ProductId>,
}

impl IdsQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["ids"])?;
        let ids = read_ids(parameters.get("ids").unwrap_or_default(), IDS_MAX).ok_or(InvalidQuery::Ids)?;
        Ok(Self { ids })
    }
}

/// Reads product ids that are separated by commas, each once; `None` when one is none, or they are more than `max`.
pub(crate) fn read_ids(text: &str, max: usize) -> Option<Vec<ProductId>> {
    let mut ids = Vec::new();
    for text in text.split(',') {
        let id: ProductId = text.parse().ok()?;
        if !ids.contains(&id) {
            ids.push(id);
        }
        if ids.len() > max {
            return None;
        }
    }
    Some(ids)
}

/// The popularity of several products.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Popularities {
    /// Those that are known, in the order of the request.
    pub products: Vec<RequestedPopularity>,
    /// The ids for which nothing was scored yet.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub unknown: Vec<ProductId>,
}

/// The popularity of a product that was requested by its id or by a SKU.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestedPopularity {
    /// The id in the request, in its canonical form: the product or one of its SKUs.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub requested: ProductId,
    /// Its product.
    pub popularity: Popularity,
}

/// What the score of a product is the sum of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The product (SPU).
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// Everything that was scored before this moment is included, RFC 3339.
    pub as_of: Timestamp,
    /// The score: exactly the sum of the points below, in millionths of a point.
    pub score: f64,
    /// By event type; what moves the score most first, ties by name.
    pub events: Vec<ExplainedEvents>,
}

/// The events of one type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedEvents {
    /// The type.
    pub event_type: String,
    /// Events that count for the score.
    pub counted: i64,
    /// Events beyond the daily cap of an actor or network, which do not count for the score.
    pub capped: i64,
    /// Events of known bots and excluded senders, which do not count for the score.
    pub excluded: i64,
    /// What one event adds to the score, in points; null for a type without a weight.
    pub weight: Option<f64>,
    /// `counted` times `weight`.
    pub points: f64,
}

/// The size of the buckets of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HistoryGranularity {
    /// An hour.
    Hour,
    /// A day of the time zone.
    Day,
}

impl HistoryGranularity {
    /// Both with their names, the default first.
    pub const ALL: [(&'static str, Self); 2] = [("day", Self::Day), ("hour", Self::Hour)];

    fn step(self) -> Step {
        match self {
            Self::Hour => Step::Hour,
            Self::Day => Step::Day,
        }
    }
}

/// A validated query for a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Hours or days.
    pub granularity: HistoryGranularity,
    /// The time zone of the days.
    pub zone: Zone,
    /// The buckets, in order and without gaps.
    pub buckets: Vec<TimeSpan>,
    /// Where hours begin, and days of zones other than UTC.
    pub hours_since: Timestamp,
    /// Where days of UTC begin.
    pub days_since: Timestamp,
}

impl HistoryQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule: also when the history of so long ago is no longer that fine.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["granularity", "start", "end", "tz"])?;
        let granularity = parameters.choice("granularity", &HistoryGranularity::ALL)?;
        let (zone, step) = (parameters.zone()?, granularity.step());
        let end = parameters.instant("end")?.unwrap_or(now);
        let start = match parameters.instant("start")? {
            Some(start) => start,
            None => step.start_after(end - SignedDuration::from_nanos(1), 1 - BUCKETS_DEFAULT, &zone),
        };
        check_span(start, end, ("start", "end"))?;
        let range = align(TimeSpan { start, end }, step, &zone);
        let since = |days: u16| Step::Day.start_after(now, -i32::from(days), &Zone::UTC);
        let (hours_since, days_since) = (since(HISTORY_HOUR_DAYS), since(HISTORY_DAY_DAYS));
        let is_utc = zone.as_str() == "UTC";
        if granularity == HistoryGranularity::Hour && range.start < hours_since {
            return Err(InvalidQuery::HoursTooOld { since: hours_since });
        }
        if !is_utc && range.start < hours_since {
            return Err(InvalidQuery::LocalDaysTooOld { since: hours_since });
        }
        if range.start < days_since {
            return Err(InvalidQuery::DaysTooOld { since: days_since });
        }
        let buckets: Vec<_> = split(range, step, &zone).into_iter().map(|(_, bucket)| bucket).collect();
        // Only full hours are counted: a zone that is half an hour off has no days of them.
        if buckets.iter().any(|bucket| bucket.start.as_second() % 3_600 != 0 || bucket.end.as_second() % 3_600 != 0) {
            return Err(InvalidQuery::PartOfAnHour);
        }
        Ok(Self { granularity, zone, buckets, hours_since, days_since })
    }
}

/// What happened to a product over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct History {
    /// The product (SPU).
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// The size of the buckets.
    pub granularity: HistoryGranularity,
    /// The time zone of the days, IANA name.
    pub tz: String,
    /// Since when there are hours, and days of time zones other than UTC, RFC 3339.
    pub hours_since: Timestamp,
    /// Since when there are days of UTC, RFC 3339. What is older is only part of the score.
    pub days_since: Timestamp,
    /// Every bucket of the range, including those without events.
    pub buckets: Vec<HistoryBucket>,
}

/// What happened in one hour or day, by the time of the events.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryBucket {
    /// Start (inclusive), RFC 3339.
    pub start: Timestamp,
    /// End (exclusive), RFC 3339.
    pub end: Timestamp,
    /// Events that count for the score, also those without a weight.
    pub counted: i64,
    /// As in an explanation.
    pub capped: i64,
    /// As in an explanation.
    pub excluded: i64,
    /// What they add to the score, with the weights of now.
    pub points: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T10:07:30Z";

    fn read(given: &[(&str, &str)]) -> Result<HistoryQuery, InvalidQuery> {
        HistoryQuery::read(given.iter().copied(), NOW.parse().unwrap())
    }

    fn range(given: &[(&str, &str)]) -> String {
        let buckets = read(given).unwrap().buckets;
        format!("{}..{} {}", buckets[0].start, buckets[buckets.len() - 1].end, buckets.len())
    }

    fn refusal(given: &[(&str, &str)]) -> String {
        read(given).unwrap_err().to_string()
    }

    #[test]
    fn without_a_range_the_last_thirty_buckets_are_meant_with_the_current_one() {
        assert_eq!(range(&[]), "2026-10-22T00:00:00Z..2026-11-21T00:00:00Z 30");
        assert_eq!(range(&[("granularity", "hour")]), "2026-11-19T05:00:00Z..2026-11-20T11:00:00Z 30");
        let local = [("tz", "Asia/Ho_Chi_Minh")];
        assert_eq!(range(&local), "2026-10-21T17:00:00Z..2026-11-20T17:00:00Z 30");
    }

    #[test]
    fn what_is_folded_is_refused_with_the_time_since_when_it_is_not() {
        let hours = |start| [("granularity", "hour"), ("start", start)];
        assert_eq!(range(&hours("2026-10-16T00:00:00Z")), "2026-10-16T00:00:00Z..2026-11-20T11:00:00Z 851");
        assert_eq!(
            refusal(&hours("2026-10-15T23:59:59Z")),
            "start: hours are kept since 2026-10-16T00:00:00Z; use granularity=day"
        );
        let local = |start| [("tz", "Europe/Berlin"), ("start", start)];
        assert!(read(&local("2026-10-16T22:00:00Z")).is_ok());
        assert_eq!(
            refusal(&local("2026-10-15T22:00:00Z")),
            "start: days of this time zone are kept since 2026-10-16T00:00:00Z; use tz=UTC"
        );
        let days = |start| [("start", start), ("end", "2024-09-20T00:00:00Z")];
        assert_eq!(range(&days("2024-09-11T00:00:00Z")), "2024-09-11T00:00:00Z..2024-09-20T00:00:00Z 9");
        assert_eq!(refusal(&days("2024-09-10T23:59:59Z")), "start: days are kept since 2024-09-11T00:00:00Z");
        let year = [("start", "2025-11-18T00:00:00Z")];
        assert_eq!(refusal(&year), "end: must be at most 366 days after start");
    }

    #[test]
    fn days_of_a_zone_between_the_hours_are_refused() {
        let half = [("tz", "Asia/Kolkata"), ("start", "2026-11-18T00:00:00Z")];
        assert_eq!(refusal(&half), "tz: must be a time zone whose days begin at a full hour of UTC");
        assert!(read(&[("granularity", "hour"), ("tz", "Asia/Kolkata")]).is_ok(), "hours are those of UTC");
    }

    #[test]
    fn ids_are_read_in_order_and_each_once() {
        let read = |text: &str| IdsQuery::read([("ids", text)].into_iter()).map(|query| query.ids);
        let ids: Vec<_> = read("sku-1,gid://shop/3,sku-1,p 1").unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["sku-1", "gid://shop/3", "p 1"]);
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(read(&many(100)).unwrap().len(), 100);
        for odd in ["", ",", "a,,b", "a\nb", &many(101), &"x".repeat(129)] {
            assert_eq!(read(odd), Err(InvalidQuery::Ids), "{odd}");
        }
        assert_eq!(IdsQuery::read(std::iter::empty()), Err(InvalidQuery::Ids));
    }
}
