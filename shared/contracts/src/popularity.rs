//! A product's popularity as readers see it, and the query of the top list.

use domain::ProductId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cursor, InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, PAGED_ROWS_MAX, Parameters, ProductRanks, RankQuery};

/// Score and counters of one product. Both are moved by events within the daily caps only; counters never decrease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Popularity {
    /// The product (SPU), by the shop's id; a UUID is in lower case with hyphens.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// The sum of the weights of its events, in points.
    pub score: f64,
    /// `view` and `view_bounce` events.
    pub view_count: i64,
    /// `purchase` events.
    pub purchase_count: i64,
    /// `add_to_favorites` events.
    pub favorite_count: i64,
    /// `add_to_cart` and `remove_from_cart` events.
    pub cart_count: i64,
    /// `write_review` and `rating_*` events.
    pub review_count: i64,
    /// The last change, RFC 3339.
    pub date_updated: Timestamp,
}

/// The popularity of one product, and what the rank lists say of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductPopularity {
    /// True to the second.
    #[serde(flatten)]
    pub popularity: Popularity,
    /// Up to a minute old; null until rank-products has seen the product.
    pub ranks: Option<ProductRanks>,
}

/// Which list a page belongs to, and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageStart {
    /// Of the live list, by number, from 1.
    Page(u32),
    /// Of the live list, right after an earlier page.
    After(Cursor),
    /// Of a rank list.
    Ranked(RankQuery),
}

/// A validated query for the top list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopQuery {
    /// Rows of a page.
    pub limit: u32,
    /// Where it starts.
    pub position: PageStart,
}

impl TopQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["limit", "page", "cursor", "rank", "category_id", "seller_id"])?;
        let limit = parameters.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT)?;
        if let Some(ranked) = RankQuery::read(&parameters)? {
            return Ok(Self { limit, position: PageStart::Ranked(ranked) });
        }
        let position = match (parameters.get("page"), parameters.get("cursor")) {
            (Some(_), Some(_)) => return Err(InvalidQuery::PageAndCursor),
            (None, Some(text)) => PageStart::After(Cursor::decode(text)?),
            _ => PageStart::Page(parameters.number("page", 1..=PAGED_ROWS_MAX, 1)?),
        };
        match position {
            PageStart::Page(page) if page.saturating_mul(limit) > PAGED_ROWS_MAX => Err(InvalidQuery::TooDeep),
            _ => Ok(Self { limit, position }),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Micros;

    use super::*;
    use crate::InvalidCursor;

    fn read(query: &[(&str, &str)]) -> Result<TopQuery, InvalidQuery> {
        TopQuery::read(query.iter().copied())
    }

    #[test]
    fn an_empty_query_is_the_first_ten() {
        assert_eq!(read(&[]), Ok(TopQuery { limit: 10, position: PageStart::Page(1) }));
    }

    #[test]
    fn a_cursor_sets_the_position() {
        let cursor = Cursor { score: Micros(-5), id: "gid://shop/3".parse().unwrap() };
        let query = read(&[("cursor", &cursor.encode()), ("limit", "100")]);
        assert_eq!(query, Ok(TopQuery { limit: 100, position: PageStart::After(cursor) }));
    }

    #[test]
    fn odd_values_are_refused_by_name() {
        for bad in ["0", "101", "-1", "+1", "1.0", "", "a", "99999999999"] {
            let refused = read(&[("limit", bad)]).unwrap_err().to_string();
            assert_eq!(refused, "limit: must be a whole number from 1 to 100", "{bad}");
        }
        for bad in ["0", "-1", "x", "", "1001"] {
            let refused = read(&[("page", bad)]).unwrap_err().to_string();
            assert_eq!(refused, "page: must be a whole number from 1 to 1000", "{bad}");
        }
        assert_eq!(read(&[("page", "101"), ("limit", "10")]), Err(InvalidQuery::TooDeep));
        assert!(read(&[("page", "10"), ("limit", "100")]).is_ok());
        assert_eq!(read(&[("cursor", "x")]), Err(InvalidQuery::Cursor(InvalidCursor)));
        assert_eq!(read(&[("page", "1"), ("cursor", "x")]), Err(InvalidQuery::PageAndCursor));
        assert_eq!(read(&[("page", "1"), ("page", "2")]), Err(InvalidQuery::Repeated("page")));
    }
}
