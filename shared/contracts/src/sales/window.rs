//! Sales per time window.

use domain::{Currency, Step, TimeSpan, Zone, align, split};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::CurrencySales;
use crate::{InvalidQuery, Parameters, check_span};

/// The default number of windows.
pub const WINDOWS_DEFAULT: i32 = 60;
/// The most windows of a response: the minutes of a day.
pub const WINDOWS_MAX: usize = 1_440;

/// The size of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WindowSize {
    /// A minute.
    #[serde(rename = "1m")]
    Minute,
    /// Five minutes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// A day.
    #[serde(rename = "1d")]
    Day,
}

impl WindowSize {
    /// All sizes with their names; the first is used when none is given.
    pub const ALL: [(&str, Self); 4] =
        [("1m", Self::Minute), ("5m", Self::FiveMinutes), ("1h", Self::Hour), ("1d", Self::Day)];

    /// Returns the step into which a span is split.
    #[must_use]
    pub fn step(self) -> Step {
        match self {
            Self::Minute => Step::Minute,
            Self::FiveMinutes => Step::FiveMinutes,
            Self::Hour => Step::Hour,
            Self::Day => Step::Day,
        }
    }

    /// Returns the length; for a day, 24 hours.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        match self {
            Self::Minute => SignedDuration::from_mins(1),
            Self::FiveMinutes => SignedDuration::from_mins(5),
            Self::Hour => SignedDuration::from_hours(1),
            Self::Day => SignedDuration::from_hours(24),
        }
    }
}

/// A validated query for windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowsQuery {
    /// The size of each window.
    pub size: WindowSize,
    /// From the start of the first window to the end of the last.
    pub range: TimeSpan,
    /// The time zone of the days.
    pub zone: Zone,
    /// The currency of the amounts.
    pub currency: Option<Currency>,
    /// The seller.
    pub seller_id: Option<String>,
    /// The product; its windows are hours or days.
    pub product_id: Option<String>,
}

impl WindowsQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let parameters =
            Parameters::read(given, &["size", "start", "end", "tz", "currency", "seller_id", "product_id"])?;
        let (size, zone) = (parameters.choice("size", &WindowSize::ALL)?, parameters.zone()?);
        let product_id = parameters.id("product_id")?;
        if product_id.is_some() && size.duration() < WindowSize::Hour.duration() {
            return Err(InvalidQuery::SizeOfProduct);
        }
        let end = parameters.instant("end")?.unwrap_or(now);
        let start = parameters.instant("start")?;
        if let Some(start) = start {
            check_span(start, end, ("start", "end"))?;
        }
        let range = range(size.step(), start, end, &zone);
        let too_many = InvalidQuery::TooMany { size: "size", max: WINDOWS_MAX };
        // Days are up to 26 hours long where a zone changes. Checked first, because splitting a year takes long.
        let longest = i64::try_from(WINDOWS_MAX).unwrap_or(i64::MAX) * size.duration().as_secs() / 24 * 26;
        if range.duration().as_secs() > longest || split(range, size.step(), &zone).len() > WINDOWS_MAX {
            return Err(too_many);
        }
        let (currency, seller_id) = (parameters.currency()?, parameters.id("seller_id")?);
        Ok(Self { size, range, zone, currency, seller_id, product_id })
    }

    /// Returns the windows, preceded by the one with which the first is compared.
    #[must_use]
    pub fn steps(&self) -> Vec<TimeSpan> {
        let step = self.size.step();
        let before = step.start(self.range.start - SignedDuration::from_secs(1), &self.zone);
        let windows = split(self.range, step, &self.zone);
        let first = TimeSpan { start: before, end: self.range.start };
        std::iter::once(first).chain(windows.into_iter().map(|(_, window)| window)).collect()
    }
}

/// Aligns to whole windows; without a start, the last ones up to the end.
fn range(step: Step, start: Option<Timestamp>, end: Timestamp, zone: &Zone) -> TimeSpan {
    // Any start will do for the end: the range ends with the window that contains the last instant.
    let last = align(TimeSpan { start: end - SignedDuration::from_nanos(1), end }, step, zone);
    let start = match start {
        Some(start) => step.start(start, zone),
        None => step.start_after(last.start, 1 - WINDOWS_DEFAULT, zone),
    };
    TimeSpan { start, end: last.end }
}

/// Sales by window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SalesWindows {
    /// The size of each window.
    pub size: WindowSize,
    /// The evaluated range, in whole windows.
    pub range: SalesRange,
    /// The currency of the amounts; null when nothing was sold.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Every window, including those without sales.
    pub windows: Vec<SalesWindow>,
    /// Totals of the whole range, by currency.
    pub currencies: Vec<CurrencySales>,
}

/// A half-open range of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SalesRange {
    /// Start (inclusive), RFC 3339.
    pub start: Timestamp,
    /// End (exclusive), RFC 3339.
    pub end: Timestamp,
    /// The time zone of the days, IANA name.
    pub tz: String,
}

/// The sales of one window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SalesWindow {
    /// Start (inclusive), RFC 3339.
    pub start: Timestamp,
    /// End (exclusive), RFC 3339.
    pub end: Timestamp,
    /// Paid orders, counted at their first payment.
    pub orders: i64,
    /// Net revenue (payments minus refunds).
    pub revenue: i64,
    /// Gross revenue (payments).
    pub gross_revenue: i64,
    /// Refunds and chargebacks.
    pub refunds: i64,
    /// Shipping charges of the paid orders; for the whole shop only.
    pub shipping: i64,
    /// Tax of the paid orders, included in the line prices or added; for the whole shop only.
    pub tax: i64,
    /// Fees of the paid orders; for the whole shop only.
    pub fees: i64,
    /// Average gross revenue per order, rounded half up; null without orders.
    pub average_order_value: Option<i64>,
    /// Changes from the previous window.
    pub trend: Trend,
}

/// Changes in percent, with two decimals; null where the previous value was 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trend {
    /// Change of the number of orders.
    pub orders_change: Option<f64>,
    /// Change of net revenue.
    pub revenue_change: Option<f64>,
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;
    use utoipa::openapi::path::Parameter;
    use utoipa::openapi::schema::{ObjectBuilder, Type};

    use super::{SalesWindows, WINDOWS_DEFAULT, WINDOWS_MAX, WindowSize};
    use crate::openapi::description::Description;
    use crate::openapi::route::query;
    use crate::openapi::sales::{currency, instant, secured, seller, zone};
    use crate::{SHOP_TEXT_MAX_CHARS, SPAN_MAX_DAYS};

    pub(crate) fn windows() -> Description {
        let window = json!({ "start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z", "orders": 2, "revenue": 4480,
                             "gross_revenue": 4980, "refunds": 500, "shipping": 490, "tax": 0, "fees": 0, "average_order_value": 2490,
                             "trend": { "orders_change": 100.0, "revenue_change": null } });
        let sales = json!({ "currency": "EUR", "revenue": 4480, "gross_revenue": 4980, "refunds": 500, "orders": 2, "items_sold": 3 });
        let range = json!({ "start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z", "tz": "UTC" });
        let example =
            json!({ "size": "1h", "range": range, "currency": "EUR", "windows": [window], "currencies": [sales] });
        let product =
            ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(SHOP_TEXT_MAX_CHARS));
        let refusal = format!("size: the range must hold at most {WINDOWS_MAX} of them");
        secured::<SalesWindows>(("listSalesWindows", "Shows sales by window"), example, &refusal)
            .description("For sellers, their own figures; for admins, those of the whole shop or of one seller.")
            .parameter(size("size", "The size of each window. Days are those of `tz`."))
            .parameter(instant(
                "start",
                &format!("Rounded down to a whole window. Absent: {WINDOWS_DEFAULT} windows before the end."),
            ))
            .parameter(instant(
                "end",
                &format!("Rounded up to a whole window, at most {SPAN_MAX_DAYS} days after `start`. Absent: now."),
            ))
            .parameter(zone())
            .parameter(currency())
            .parameter(seller())
            .parameter(query(
                "product_id",
                product,
                "Only sales of this product, in windows of `1h` or `1d`; a SKU stands for its product.",
            ))
    }

    /// A parameter that names a size.
    pub(crate) fn size(name: &str, description: &str) -> Parameter {
        let names = WindowSize::ALL.map(|(name, _)| name);
        let size =
            ObjectBuilder::new().schema_type(Type::String).default(Some(names[0].into())).enum_values(Some(names));
        query(name, size, description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-20T10:07:30Z";

    fn read(given: &[(&str, &str)]) -> Result<WindowsQuery, InvalidQuery> {
        WindowsQuery::read(given.iter().copied(), NOW.parse().unwrap())
    }

    fn range(given: &[(&str, &str)]) -> String {
        let range = read(given).unwrap().range;
        format!("{}..{}", range.start, range.end)
    }

    #[test]
    fn without_a_range_the_last_sixty_windows_are_meant_with_the_current_one() {
        for (size, expected) in [
            ("1m", "2026-11-20T09:08:00Z..2026-11-20T10:08:00Z"),
            ("5m", "2026-11-20T05:10:00Z..2026-11-20T10:10:00Z"),
            ("1h", "2026-11-17T23:00:00Z..2026-11-20T11:00:00Z"),
            ("1d", "2026-09-22T00:00:00Z..2026-11-21T00:00:00Z"),
        ] {
            assert_eq!(range(&[("size", size)]), expected);
            assert_eq!(read(&[("size", size)]).unwrap().steps().len(), 61, "and the one before");
        }
        let whole = [("size", "1h"), ("end", "2026-11-20T10:00:00Z")];
        assert_eq!(range(&whole), "2026-11-17T22:00:00Z..2026-11-20T10:00:00Z");
    }

    #[test]
    fn ranges_are_aligned_to_whole_windows() {
        let given = |size, start, end| [("size", size), ("start", start), ("end", end), ("tz", "Asia/Ho_Chi_Minh")];
        assert_eq!(
            range(&given("5m", "2026-11-20T09:59:59Z", "2026-11-20T10:00:01Z")),
            "2026-11-20T09:55:00Z..2026-11-20T10:05:00Z"
        );
        assert_eq!(
            range(&given("1d", "2026-11-19T16:59:59Z", "2026-11-20T17:00:00Z")),
            "2026-11-18T17:00:00Z..2026-11-20T17:00:00Z",
            "days of the zone"
        );
        assert_eq!(
            range(&given("1h", "2026-11-19T16:59:59Z", "2026-11-19T17:00:00Z")),
            "2026-11-19T16:00:00Z..2026-11-19T17:00:00Z"
        );
    }

    #[test]
    fn so_many_windows_and_no_more() {
        let day = |end| read(&[("start", "2026-11-19T00:00:00Z"), ("end", end)]);
        assert_eq!(day("2026-11-20T00:00:00Z").unwrap().steps().len(), WINDOWS_MAX + 1);
        let refused = day("2026-11-20T00:00:00.1Z").unwrap_err().to_string();
        assert_eq!(refused, "size: the range must hold at most 1440 of them");
        let year = [("start", "2024-01-01T00:00:00Z"), ("end", "2025-01-01T00:00:00Z")];
        assert_eq!(read(&year), Err(InvalidQuery::TooMany { size: "size", max: WINDOWS_MAX }));
    }

    #[test]
    fn a_range_is_at_most_a_leap_year_whatever_the_size_and_zone() {
        let too_long = Err(InvalidQuery::TooLong { start: "start", end: "end" });
        for tz in ["UTC", "Asia/Kathmandu", "Pacific/Apia"] {
            let days = |end| read(&[("size", "1d"), ("tz", tz), ("start", "2024-01-01T00:00:00Z"), ("end", end)]);
            assert!(days("2025-01-01T00:00:00Z").unwrap().steps().len() <= 369, "{tz}");
            assert_eq!(days("2025-01-02T00:00:00Z"), too_long, "{tz}");
        }
        for (size, _) in WindowSize::ALL {
            let ages = [("size", size), ("start", "2000-01-01T00:00:00Z"), ("end", "2199-01-01T00:00:00Z")];
            assert_eq!(read(&ages), too_long, "{size}");
        }
        assert_eq!(read(&[("size", "1d"), ("start", "2020-01-01T00:00:00Z")]), too_long, "up to now");
    }

    #[test]
    fn odd_parameters_are_refused_by_name() {
        for (given, refused) in [
            (("size", "2m"), "size: must be one of 1m, 5m, 1h, 1d"),
            (("start", NOW), "end: must be after start"),
            (("start", "2026-11-20T10:07:31Z"), "end: must be after start"),
            (("tz", "Mars"), "tz: must be a time zone of the IANA database, like Asia/Ho_Chi_Minh"),
            (("seller_id", ""), "seller_id: must have 1 to 128 characters"),
        ] {
            assert_eq!(read(&[given]).unwrap_err().to_string(), refused);
        }
    }

    #[test]
    fn the_window_before_is_as_long_as_its_day() {
        // Clocks went forward on the 29th, so that day had 23 hours.
        let steps = read(&[
            ("size", "1d"),
            ("tz", "Europe/Berlin"),
            ("start", "2026-03-29T22:00:00Z"),
            ("end", "2026-03-30T22:00:00Z"),
        ]);
        let hours: Vec<_> = steps.unwrap().steps().iter().map(|step| step.duration().as_hours()).collect();
        assert_eq!(hours, [23, 24]);
    }
}
