//! Best sellers in a time window.

use domain::{Currency, RankBy, TimeSpan};
use jiff::Timestamp;
use serde::Serialize;

use super::WindowSize;
use crate::{InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, Parameters};

/// A validated query for a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankingQuery {
    /// The length of the window.
    pub size: WindowSize,
    /// The window.
    pub window: TimeSpan,
    /// The figure by which the ranking is sorted.
    pub by: RankBy,
    /// The maximum number of entries.
    pub limit: u32,
    /// The currency of the amounts and units.
    pub currency: Option<Currency>,
    /// The seller of the products.
    pub seller_id: Option<String>,
}

impl RankingQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["window", "by", "limit", "end", "currency", "seller_id"])?;
        Ok(Self { seller_id: parameters.id("seller_id")?, ..Self::take(&parameters, now)? })
    }

    /// Reads the query of a ranking for the whole shop only.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read_of_shop<'a>(
        given: impl Iterator<Item = (&'a str, &'a str)>,
        now: Timestamp,
    ) -> Result<Self, InvalidQuery> {
        Self::take(&Parameters::read(given, &["window", "by", "limit", "end", "currency"])?, now)
    }

    fn take(parameters: &Parameters<'_>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let size = parameters.choice("window", &WindowSize::ALL)?;
        let end = parameters.instant("end")?.unwrap_or(now);
        let end = TimeSpan::of_minutes(end, end).end;
        Ok(Self {
            size,
            window: TimeSpan { start: end - size.duration(), end },
            by: parameters.choice("by", &RankBy::ALL.map(|by| (by.as_str(), by)))?,
            limit: parameters.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT)?,
            currency: parameters.currency()?,
            seller_id: None,
        })
    }
}

/// The half-open time window of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedWindow {
    /// Its length; a day has 24 hours here.
    pub size: WindowSize,
    /// Start (inclusive), RFC 3339.
    pub start: Timestamp,
    /// End (exclusive), RFC 3339.
    pub end: Timestamp,
}

/// The best-selling products.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopProducts {
    /// The time window.
    pub window: RankedWindow,
    /// `quantity` or `revenue`.
    pub by: &'static str,
    /// The currency of the payments; null when nothing was sold.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Sorted by rank, starting at 1.
    pub products: Vec<RankedProduct>,
}

/// A product and its rank.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedProduct {
    /// The rank from 1; unique.
    pub rank: i64,
    /// The product (SPU), or the id in the order while the product is unknown.
    pub product_id: String,
    /// Its name, if known from a product event.
    pub name: Option<String>,
    /// Units sold; in thousandths here, as a number on the wire.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub items: i64,
    /// Paid orders that contain it.
    pub orders: i64,
    /// Net revenue (payments minus refunds).
    pub revenue: i64,
    /// Gross revenue (payments).
    pub gross_revenue: i64,
    /// Refunds and chargebacks.
    pub refunds: i64,
    /// The rank among all products in the previous window; null when it was not sold then.
    pub previous_rank: Option<i64>,
    /// Change of the ranking figure in percent, with two decimals; null when the previous value was 0 or missing.
    pub change: Option<f64>,
}

/// The best-selling categories.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopCategories {
    /// The time window.
    pub window: RankedWindow,
    /// `quantity` or `revenue`.
    pub by: &'static str,
    /// The currency of the payments; null when nothing was sold.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// Sorted by rank, starting at 1.
    pub categories: Vec<RankedCategory>,
}

/// A category and its rank.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedCategory {
    /// The rank from 1; unique.
    pub rank: i64,
    /// The category; null for lines whose category is unknown.
    pub category_id: Option<String>,
    /// Units sold; in thousandths here, as a number on the wire.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub items: i64,
    /// Paid orders that contain it.
    pub orders: i64,
    /// Net revenue (payments minus refunds).
    pub revenue: i64,
    /// Gross revenue (payments).
    pub gross_revenue: i64,
    /// Refunds and chargebacks.
    pub refunds: i64,
    /// The rank among all categories in the previous window; null when it was not sold then.
    pub previous_rank: Option<i64>,
    /// Change of the ranking figure in percent, with two decimals; null when the previous value was 0 or missing.
    pub change: Option<f64>,
}

/// The routes in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use domain::RankBy;
    use serde_json::{Value, json};
    use utoipa::openapi::schema::{ObjectBuilder, Type};

    use super::{TopCategories, TopProducts};
    use crate::openapi::description::Description;
    use crate::openapi::route::{number, query};
    use crate::openapi::sales::{currency, instant, secured, seller};
    use crate::sales::window::describe::size;
    use crate::{LIMIT_DEFAULT, LIMIT_MAX};

    pub(crate) fn top_products() -> Description {
        let row = ranked(json!({ "product_id": "0192e4a0-0000-7000-8000-000000000001", "name": "Trail shoe" }));
        let refusal = "by: must be one of quantity, revenue";
        let operation = secured::<TopProducts>(
            ("listTopProducts", "Lists the best-selling products of a window"),
            ranking("products", row),
            refusal,
        );
        ranking_parameters(operation)
            .description(
                "For sellers, their own products; for admins, those of the shop or of one seller. All in one currency.",
            )
            .parameter(seller())
    }

    pub(crate) fn categories() -> Description {
        let row = ranked(json!({ "category_id": "shoes" }));
        let refusal = "window: must be one of 1m, 5m, 1h, 1d";
        let operation = secured::<TopCategories>(
            ("listTopCategories", "Lists the best-selling categories of a window"),
            ranking("categories", row),
            refusal,
        );
        ranking_parameters(operation).description("For admins. All in one currency.")
    }

    fn ranked(subject: Value) -> Value {
        let mut row = json!({ "rank": 1, "items": 3, "orders": 2, "revenue": 4480, "gross_revenue": 4980, "refunds": 500,
                              "previous_rank": 4, "change": 50.0 });
        if let (Some(row), Value::Object(subject)) = (row.as_object_mut(), subject) {
            row.extend(subject);
        }
        row
    }

    fn ranking(what: &str, row: Value) -> Value {
        let window = json!({ "size": "1h", "start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z" });
        let mut answer = json!({ "window": window, "by": "quantity", "currency": "EUR" });
        answer[what] = json!([row]);
        answer
    }

    fn ranking_parameters(operation: Description) -> Description {
        let by = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(RankBy::ALL.map(RankBy::as_str)))
            .default(Some(RankBy::Quantity.as_str().into()));
        operation
            .parameter(size("window", "Length of the window; a day has 24 hours."))
            .parameter(query("by", by, "The figure that determines the rank. Ties: the other figure, then the id."))
            .parameter(query("limit", number(LIMIT_DEFAULT, LIMIT_MAX), "The maximum number of entries."))
            .parameter(instant("end", "End of the window, rounded up to the minute. Absent: now."))
            .parameter(currency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<RankingQuery, InvalidQuery> {
        RankingQuery::read(given.iter().copied(), "2026-11-20T10:07:30Z".parse().unwrap())
    }

    #[test]
    fn the_window_ends_with_the_minute_of_its_end() {
        let window = |given: &[(&str, &str)]| {
            let window = read(given).unwrap().window;
            format!("{}..{}", window.start, window.end)
        };
        assert_eq!(window(&[]), "2026-11-20T10:07:00Z..2026-11-20T10:08:00Z");
        assert_eq!(window(&[("window", "1d")]), "2026-11-19T10:08:00Z..2026-11-20T10:08:00Z");
        let whole = [("window", "5m"), ("end", "2026-11-20T10:00:00Z")];
        assert_eq!(window(&whole), "2026-11-20T09:55:00Z..2026-11-20T10:00:00Z");
    }

    #[test]
    fn odd_parameters_are_refused_by_name() {
        for (given, refused) in [
            (("window", "1w"), "window: must be one of 1m, 5m, 1h, 1d"),
            (("by", "orders"), "by: must be one of quantity, revenue"),
            (("limit", "101"), "limit: must be a whole number from 1 to 100"),
            (("currency", "EURO"), "currency: must be a currency code of three capital letters, like EUR"),
        ] {
            assert_eq!(read(&[given]).unwrap_err().to_string(), refused);
        }
        let read = read(&[("by", "revenue"), ("limit", "100"), ("seller_id", "s-1")]).unwrap();
        assert_eq!((read.by, read.limit, read.seller_id.as_deref()), (RankBy::Revenue, 100, Some("s-1")));
    }
}
