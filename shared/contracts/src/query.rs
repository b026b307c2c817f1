//! Query parameters of the figures: each is parsed by type, or rejected with its name and its rule.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use domain::{Currency, TimeSpan, Zone, canonical_id, is_id};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::rejection::shorten;
use crate::{EXCLUDED_MAX, InvalidCursor, SESSION_ID_MAX_CHARS, SHOP_TEXT_MAX_CHARS};

/// The default number of rows of a page.
pub const LIMIT_DEFAULT: u32 = 10;
/// The maximum number of rows of a page.
pub const LIMIT_MAX: u32 = 100;
/// How deep page numbers reach, in rows: a numbered page costs its depth, and anybody may ask for it without a token. A
/// cursor costs the same at any depth.
pub const PAGED_ROWS_MAX: u32 = 1_000;
/// The most products of one request.
pub const IDS_MAX: usize = 100;
/// The longest span of any route, in days: a leap year.
pub const SPAN_MAX_DAYS: i64 = 366;
/// The earliest time accepted.
const EARLIEST: Timestamp = Timestamp::constant(946_684_800, 0);
/// The latest time accepted: the year 2200.
const LATEST: Timestamp = Timestamp::constant(7_258_118_400, 0);

/// Why query parameters are rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuery {
    /// The same parameter more than once.
    #[error("{0}: must be given once")]
    Repeated(&'static str),
    /// A parameter that the route does not know: ignoring a typo would return figures other than those requested.
    #[error("{name}: is not a query parameter of this route; known: {known}")]
    Unknown {
        /// The parameter, truncated to a readable length.
        name: String,
        /// The known parameters.
        known: String,
    },
    /// A page deeper than page numbers reach.
    #[error("page: page x limit must be at most {PAGED_ROWS_MAX}; to read further, follow next_cursor with cursor")]
    TooDeep,
    /// Both a page and a cursor.
    #[error("cursor: must not be given together with page")]
    PageAndCursor,
    /// A page number for a list that is read by cursor.
    #[error("page: rank lists are read by cursor; follow next_cursor with cursor")]
    PageOfRanks,
    /// Both a category and a seller.
    #[error("seller_id: must not be given together with category_id")]
    CategoryAndSeller,
    /// A cursor of another rank list.
    #[error("cursor: belongs to another list; give rank, category_id and seller_id as in the request that returned it")]
    CursorOfAnotherList,
    /// Not a time.
    #[error("{0}: must be a time in RFC 3339, like 2026-11-20T10:00:00Z, from the year 2000 to 2199")]
    Instant(&'static str),
    /// Not a date.
    #[error("{0}: must be a date like 2026-11-20, from the year 2000 to 2199")]
    Date(&'static str),
    /// The end is not after the start.
    #[error("{end}: must be after {start}")]
    Empty {
        /// The parameter with the start.
        start: &'static str,
        /// The parameter with the end.
        end: &'static str,
    },
    /// A span longer than allowed.
    #[error("{end}: must be at most {SPAN_MAX_DAYS} days after {start}")]
    TooLong {
        /// The parameter with the start.
        start: &'static str,
        /// The parameter with the end.
        end: &'static str,
    },
    /// More steps than allowed.
    #[error("{size}: the range must hold at most {max} of them")]
    TooMany {
        /// The parameter with the size of a step.
        size: &'static str,
        /// The most steps.
        max: usize,
    },
    /// Windows of a product that are shorter than an hour.
    #[error("size: must be 1h or 1d when product_id is given")]
    SizeOfProduct,
    /// Not a time zone.
    #[error("tz: {0}")]
    Zone(#[from] domain::InvalidZone),
    /// Not a currency.
    #[error("currency: {0}")]
    Currency(#[from] domain::InvalidCurrency),
    /// Not one of the words.
    #[error("{name}: must be one of {allowed}")]
    Choice {
        /// The parameter.
        name: &'static str,
        /// The words, separated by commas.
        allowed: String,
    },
    /// Not a number in range.
    #[error("{name}: must be a whole number from {min} to {max}")]
    Number {
        /// The parameter.
        name: &'static str,
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// Not an id.
    #[error("{0}: must have 1 to {SHOP_TEXT_MAX_CHARS} characters")]
    Id(&'static str),
    /// Not the id of a finding.
    #[error("id: must be the id of a finding, a UUID")]
    FindingId,
    /// Not a list of product ids.
    #[error("ids: must be 1 to {IDS_MAX} product ids, separated by commas")]
    Ids,
    /// Not a list of products to exclude.
    #[error("exclude: must be 1 to {EXCLUDED_MAX} product ids, separated by commas")]
    Exclude,
    /// A cursor of other recommendations.
    #[error(
        "cursor: belongs to another request; repeat the one that returned it, with its products, kind and category_id"
    )]
    CursorOfAnotherRequest,
    /// Not a session id.
    #[error("session_id: must have 1 to {SESSION_ID_MAX_CHARS} characters, no control characters and no email address")]
    SessionId,
    /// Hours that are folded into days.
    #[error("start: hours are kept since {since}; use granularity=day")]
    HoursTooOld {
        /// The first hour.
        since: Timestamp,
    },
    /// Local days whose hours are folded into days of UTC.
    #[error("start: days of this time zone are kept since {since}; use tz=UTC")]
    LocalDaysTooOld {
        /// The first hour.
        since: Timestamp,
    },
    /// Days that are folded into a total.
    #[error("start: days are kept since {since}")]
    DaysTooOld {
        /// The first day.
        since: Timestamp,
    },
    /// A zone whose days begin within an hour of UTC.
    #[error("tz: must be a time zone whose days begin at a full hour of UTC")]
    PartOfAnHour,
    /// Not a cursor of this list.
    #[error(transparent)]
    Cursor(#[from] InvalidCursor),
}

/// The parameters that a route knows, each given once at most.
#[derive(Debug, Clone)]
pub struct Parameters<'a>(BTreeMap<&'static str, &'a str>);

/// Whether a time lies in the plausible years; Postgres refuses some that lie far outside.
pub(crate) fn is_plausible(at: Timestamp) -> bool {
    (EARLIEST..LATEST).contains(&at)
}

impl<'a> Parameters<'a> {
    /// Takes the decoded parameters, each of which must have one of these names.
    ///
    /// # Errors
    /// The parameter that is unknown, or given twice.
    pub fn read(given: impl Iterator<Item = (&'a str, &'a str)>, known: &[&'static str]) -> Result<Self, InvalidQuery> {
        let mut parameters = BTreeMap::new();
        for (name, value) in given {
            let Some(&name) = known.iter().find(|known| **known == name) else {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(InvalidQuery::Unknown { name: shorten(name.to_owned()), known });
            };
            if parameters.insert(name, value).is_some() {
                return Err(InvalidQuery::Repeated(name));
            }
        }
        Ok(Self(parameters))
    }

    /// Returns a parameter unchanged.
    #[must_use]
    pub fn get(&self, name: &'static str) -> Option<&'a str> {
        self.0.get(name).copied()
    }

    /// Reads a time.
    ///
    /// # Errors
    /// When it is not valid, or outside the plausible years.
    pub fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, InvalidQuery> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let instant: Option<Timestamp> = text.parse().ok();
        instant.filter(|at| is_plausible(*at)).map(Some).ok_or(InvalidQuery::Instant(name))
    }

    /// Reads a date.
    ///
    /// # Errors
    /// When it is not valid, or outside the plausible years.
    pub fn date(&self, name: &'static str) -> Result<Option<Date>, InvalidQuery> {
        let Some(text) = self.get(name) else { return Ok(None) };
        // Without the length check a time would be read as its date.
        let date: Option<Date> = text.parse().ok().filter(|_| text.len() == "2026-11-20".len());
        date.filter(|date| (2000..2200).contains(&date.year())).map(Some).ok_or(InvalidQuery::Date(name))
    }

    /// Reads `tz`; UTC when it is absent.
    ///
    /// # Errors
    /// When the zone is unknown.
    pub fn zone(&self) -> Result<Zone, InvalidQuery> {
        Ok(self.get("tz").map_or(Ok(Zone::UTC), str::parse)?)
    }

    /// Reads `currency`.
    ///
    /// # Errors
    /// When it is not a code of three capital letters.
    pub fn currency(&self) -> Result<Option<Currency>, InvalidQuery> {
        Ok(self.get("currency").map(str::parse).transpose()?)
    }

    /// Reads one of several words; the first one when it is absent.
    ///
    /// # Errors
    /// When it is another word.
    pub fn choice<T: Copy>(&self, name: &'static str, choices: &[(&str, T)]) -> Result<T, InvalidQuery> {
        let chosen = match self.get(name) {
            Some(text) => choices.iter().find(|(word, _)| *word == text),
            None => choices.first(),
        };
        chosen.map(|(_, value)| *value).ok_or_else(|| {
            let allowed: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            InvalidQuery::Choice { name, allowed: allowed.join(", ") }
        })
    }

    /// Reads a number. Signs are rejected: `+1` in a query is a misread space.
    ///
    /// # Errors
    /// When it is not a number, or out of range.
    pub fn number(&self, name: &'static str, range: RangeInclusive<u32>, default: u32) -> Result<u32, InvalidQuery> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && range.contains(number));
        number.ok_or(InvalidQuery::Number { name, min: *range.start(), max: *range.end() })
    }

    /// Reads an id of the shop, in its canonical form.
    ///
    /// # Errors
    /// When it is empty, too long, or holds what no id holds.
    pub fn id(&self, name: &'static str) -> Result<Option<String>, InvalidQuery> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let id = canonical_id(text);
        if is_id(&id) { Ok(Some(id.into_owned())) } else { Err(InvalidQuery::Id(name)) }
    }
}

/// Checks a span: not empty, not longer than [`SPAN_MAX_DAYS`], and rounds it outwards to the full minute.
///
/// # Errors
/// The limit, with the names of the two parameters.
pub fn check_span(
    start: Timestamp,
    end: Timestamp,
    names: (&'static str, &'static str),
) -> Result<TimeSpan, InvalidQuery> {
    let (name, end_name) = names;
    if end <= start {
        return Err(InvalidQuery::Empty { start: name, end: end_name });
    }
    // One day more: local days may be longer than 24 hours, and ends are rounded.
    if end.duration_since(start).as_hours() >= 24 * (SPAN_MAX_DAYS + 1) {
        return Err(InvalidQuery::TooLong { start: name, end: end_name });
    }
    Ok(TimeSpan::of_minutes(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 8] = ["start", "from", "tz", "currency", "by", "limit", "seller_id", "end"];

    fn read<'a>(given: &[(&'a str, &'a str)]) -> Parameters<'a> {
        Parameters::read(given.iter().copied(), &KNOWN).unwrap()
    }

    #[test]
    fn unknown_and_repeated_parameters_are_refused_by_name() {
        for unknown in ["start[]", "Start", "strat", "utm_source", ""] {
            let refused = Parameters::read([(unknown, "1")].into_iter(), &["start", "tz"]).unwrap_err().to_string();
            assert_eq!(refused, format!("{unknown}: is not a query parameter of this route; known: start, tz"));
        }
        let refused = Parameters::read([("x", "1")].into_iter(), &[]).unwrap_err().to_string();
        assert_eq!(refused, "x: is not a query parameter of this route; known: none");
        let twice = Parameters::read([("tz", "UTC"), ("tz", "UTC")].into_iter(), &KNOWN);
        assert_eq!(twice.unwrap_err(), InvalidQuery::Repeated("tz"));
    }

    #[test]
    fn odd_times_and_dates_are_refused_by_name() {
        for odd in [
            "",
            "now",
            "2026-11-20",
            "2026-11-20T10:00:00",
            "1999-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z",
            "1700000000",
        ] {
            assert_eq!(read(&[("start", odd)]).instant("start"), Err(InvalidQuery::Instant("start")), "{odd}");
        }
        for odd in ["", "today", "2026-11-31", "2026-11-20T10:00:00Z", "20261120", "1999-12-31", "2026-W47-5"] {
            assert_eq!(read(&[("from", odd)]).date("from"), Err(InvalidQuery::Date("from")), "{odd}");
        }
        let offset = read(&[("start", "2026-11-20T10:00:00+07:00")]).instant("start").unwrap().unwrap();
        assert_eq!(offset.to_string(), "2026-11-20T03:00:00Z");
    }

    #[test]
    fn words_numbers_and_ids_are_refused_with_their_rule() {
        let text = |error: InvalidQuery| error.to_string();
        let choices = [("quantity", 1), ("revenue", 2)];
        assert_eq!(read(&[]).choice("by", &choices), Ok(1));
        assert_eq!(read(&[("by", "revenue")]).choice("by", &choices), Ok(2));
        let refused = read(&[("by", "Revenue")]).choice("by", &choices).unwrap_err();
        assert_eq!(text(refused), "by: must be one of quantity, revenue");
        for odd in ["0", "101", "-1", "+1", "1.0", "", "99999999999"] {
            let refused = read(&[("limit", odd)]).number("limit", 1..=100, 10).unwrap_err();
            assert_eq!(text(refused), "limit: must be a whole number from 1 to 100", "{odd}");
        }
        assert_eq!(
            read(&[("seller_id", "{0192E4A0-0000-7000-8000-000000000001}")]).id("seller_id").unwrap().as_deref(),
            Some("0192e4a0-0000-7000-8000-000000000001")
        );
        for odd in ["", "a\nb", &"x".repeat(129)] {
            assert_eq!(read(&[("seller_id", odd)]).id("seller_id"), Err(InvalidQuery::Id("seller_id")));
        }
        assert!(read(&[("tz", "Mars/Olympus")]).zone().is_err());
        assert_eq!(
            text(read(&[("currency", "eur")]).currency().unwrap_err()),
            "currency: must be a currency code of three capital letters, like EUR"
        );
    }

    #[test]
    fn a_span_has_a_start_an_end_and_a_limit() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let check = |start, end| check_span(at(start), at(end), ("start", "end"));
        let day = check("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z").unwrap();
        assert_eq!(day.duration().as_hours(), 24);
        let empty = InvalidQuery::Empty { start: "start", end: "end" };
        assert_eq!(check("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"), Err(empty.clone()));
        assert_eq!(check("2026-11-21T00:00:00Z", "2026-11-20T00:00:00Z"), Err(empty));
        assert!(check("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z").is_ok(), "a leap year");
        let long = check("2024-01-01T00:00:00Z", "2025-01-02T00:00:00Z").unwrap_err();
        assert_eq!(long.to_string(), "end: must be at most 366 days after start");
    }
}
