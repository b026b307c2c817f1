//! Best sellers in a time window.

use domain::{Currency, RankBy, TimeSpan};
use jiff::Timestamp;
use serde::Serialize;

use super::WindowSize;
use crate::{InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, Parameters};

/// A checked query for a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankingQuery {
    /// The length of the window.
    pub size: WindowSize,
    /// The window.
    pub window: TimeSpan,
    /// What decides.
    pub by: RankBy,
    /// How many are shown.
    pub limit: u32,
    /// Whose amounts and pieces.
    pub currency: Option<Currency>,
    /// Whose products.
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

/// The window of a ranking, half-open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedWindow {
    /// Its length; a day has 24 hours here.
    pub size: WindowSize,
    /// The first instant in it, RFC 3339.
    pub start: Timestamp,
    /// The first instant behind it, RFC 3339.
    pub end: Timestamp,
}

/// The products that sold best.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopProducts {
    /// When.
    pub window: RankedWindow,
    /// `quantity` or `revenue`.
    pub by: &'static str,
    /// The currency that was paid in; null when nothing was sold.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// From rank 1 on.
    pub products: Vec<RankedProduct>,
}

/// A product at its rank.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedProduct {
    /// From 1; no two products share one.
    pub rank: i64,
    /// The product (SPU), or the id in the order as long as that is unknown.
    pub product_id: String,
    /// Its name, where a product event told it.
    pub name: Option<String>,
    /// Pieces sold, in thousandths here and as a number on the wire.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub items: i64,
    /// Orders paid with it in them.
    pub orders: i64,
    /// Net of refunds.
    pub revenue: i64,
    /// Money that came.
    pub gross_revenue: i64,
    /// Money that went back.
    pub refunds: i64,
    /// The rank among all products of the window before; null when it was not sold in it.
    pub previous_rank: Option<i64>,
    /// Change of the ranking figure in percent with two decimals; null when that was 0 or there was none.
    pub change: Option<f64>,
}

/// The categories that sold best.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopCategories {
    /// When.
    pub window: RankedWindow,
    /// `quantity` or `revenue`.
    pub by: &'static str,
    /// The currency that was paid in; null when nothing was sold.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// From rank 1 on.
    pub categories: Vec<RankedCategory>,
}

/// A category at its rank.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedCategory {
    /// From 1; no two categories share one.
    pub rank: i64,
    /// The category; null for lines whose category nobody told.
    pub category_id: Option<String>,
    /// Pieces sold, in thousandths here and as a number on the wire.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub items: i64,
    /// Orders paid with it in them.
    pub orders: i64,
    /// Net of refunds.
    pub revenue: i64,
    /// Money that came.
    pub gross_revenue: i64,
    /// Money that went back.
    pub refunds: i64,
    /// The rank among all categories of the window before; null when it was not sold in it.
    pub previous_rank: Option<i64>,
    /// Change of the ranking figure in percent with two decimals; null when that was 0 or there was none.
    pub change: Option<f64>,
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
