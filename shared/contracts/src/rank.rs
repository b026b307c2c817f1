//! The rank lists as readers see them, and their cursor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ProductId, RankList, RankScope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{InvalidCursor, InvalidQuery, Pagination, Parameters};

/// The first byte of a cursor of these lists, so that a cursor of another list is rejected.
const KIND: u8 = 4;
/// Kind, list, scope, generation, position, value, length of the scope's id. That id and the product follow.
const HEAD_BYTES: usize = 1 + 1 + 1 + 8 + 4 + 8 + 2;

/// The last row of a page. The list stands still while its generation lives, so the rows that follow are exactly the
/// rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankCursor {
    /// Which list.
    pub list: RankList,
    /// Whose products it holds.
    pub scope: RankScope,
    /// The generation.
    pub generation: i64,
    /// The position of the row, from 1.
    pub position: u32,
    /// What the list is ordered by.
    pub value: i64,
    /// The product.
    pub id: ProductId,
}

impl RankCursor {
    /// Writes the cursor as an opaque, URL-safe string.
    #[must_use]
    pub fn encode(&self) -> String {
        let (scope, scope_id) = match &self.scope {
            RankScope::Shop => (0, ""),
            RankScope::Category(id) => (1, id.as_str()),
            RankScope::Seller(id) => (2, id.as_str()),
        };
        let list = RankList::ALL.iter().zip(0..).find(|(list, _)| **list == self.list).map_or(0, |(_, place)| place);
        let mut bytes = vec![KIND, list, scope];
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.position.to_be_bytes());
        bytes.extend(self.value.to_be_bytes());
        // An id has 128 characters at most.
        bytes.extend(u16::try_from(scope_id.len()).unwrap_or_default().to_be_bytes());
        bytes.extend(scope_id.bytes());
        bytes.extend(self.id.as_str().bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the string was not written by [`RankCursor::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let cursor = Self::of_bytes(&bytes).ok_or(InvalidCursor)?;
        // Another spelling of an id, or an id where none belongs, was not written here.
        (cursor.encode() == text).then_some(cursor).ok_or(InvalidCursor)
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let ([KIND, list, scope, numbers @ ..], ids) = bytes.split_first_chunk::<HEAD_BYTES>()? else { return None };
        let (generation, numbers) = numbers.split_first_chunk::<8>()?;
        let (position, numbers) = numbers.split_first_chunk::<4>()?;
        let (value, length) = numbers.split_first_chunk::<8>()?;
        let (scope_id, id) = ids.split_at_checked(u16::from_be_bytes(length.try_into().ok()?).into())?;
        let scope_id = str::from_utf8(scope_id).ok()?.to_owned();
        let scope = match scope {
            0 => RankScope::Shop,
            1 => RankScope::Category(scope_id),
            2 => RankScope::Seller(scope_id),
            _ => return None,
        };
        Some(Self {
            list: *RankList::ALL.get(usize::from(*list))?,
            scope,
            generation: i64::from_be_bytes(*generation),
            position: u32::from_be_bytes(*position),
            value: i64::from_be_bytes(*value),
            id: str::from_utf8(id).ok()?.parse().ok()?,
        })
    }
}

/// Which rank list is read, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankQuery {
    /// Which list.
    pub list: RankList,
    /// Whose products it holds.
    pub scope: RankScope,
    /// The cursor of the previous page.
    pub after: Option<RankCursor>,
}

impl RankQuery {
    /// Reads `rank`, `category_id`, `seller_id` and `cursor`; `None` when neither a list nor whose products is named:
    /// that is the live list.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub(crate) fn read(parameters: &Parameters<'_>) -> Result<Option<Self>, InvalidQuery> {
        let scope = match (parameters.id("category_id")?, parameters.id("seller_id")?) {
            (Some(_), Some(_)) => return Err(InvalidQuery::CategoryAndSeller),
            (Some(category), None) => RankScope::Category(category),
            (None, Some(seller)) => RankScope::Seller(seller),
            (None, None) if parameters.get("rank").is_none() => return Ok(None),
            (None, None) => RankScope::Shop,
        };
        let list = parameters.choice("rank", &RankList::ALL.map(|list| (list.as_str(), list)))?;
        if parameters.get("page").is_some() {
            return Err(InvalidQuery::PageOfRanks);
        }
        let after = parameters.get("cursor").map(RankCursor::decode).transpose()?;
        match after {
            Some(cursor) if (cursor.list, &cursor.scope) != (list, &scope) => Err(InvalidQuery::CursorOfAnotherList),
            after => Ok(Some(Self { list, scope, after })),
        }
    }
}

/// A value for each window of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowPoints {
    /// Of this hour (UTC) so far and the full hour before.
    #[serde(rename = "1h")]
    pub hour: f64,
    /// Of this hour so far and the 24 before.
    #[serde(rename = "24h")]
    pub day: f64,
    /// Of this hour so far and the 168 before.
    #[serde(rename = "7d")]
    pub week: f64,
    /// Of this hour so far and the 720 before.
    #[serde(rename = "30d")]
    pub month: f64,
}

/// The position of a product in each list of the whole shop, from 1; null beyond 1,000, and when the list does not hold
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Positions {
    /// By score.
    pub alltime: Option<i32>,
    /// By trend.
    pub trending: Option<i32>,
    /// By points of the last hour.
    #[serde(rename = "1h")]
    pub hour: Option<i32>,
    /// By points of the last 24 hours.
    #[serde(rename = "24h")]
    pub day: Option<i32>,
    /// By points of the last 7 days.
    #[serde(rename = "7d")]
    pub week: Option<i32>,
    /// By points of the last 30 days.
    #[serde(rename = "30d")]
    pub month: Option<i32>,
    /// By growth.
    pub rising: Option<i32>,
}

/// What the lists say of one product.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductRanks {
    /// The time up to which it is correct, RFC 3339.
    pub as_of: Timestamp,
    /// Points by window.
    pub points: WindowPoints,
    /// Points of the last 30 days, worth half after each half-life; null when that is not positive.
    pub trending: Option<f64>,
    /// (c + 10) / (p + 10), with c the events of the last 24 hours that add to the score and p those of the 24 hours
    /// before; null unless c is at least 10 and greater than p.
    pub rising: Option<f64>,
    /// Its positions.
    pub positions: Positions,
}

/// A row of a rank list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedEntry {
    /// From 1.
    pub position: u32,
    /// The product (SPU), by the shop's id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// Its category by product events; null when unknown.
    pub category_id: Option<String>,
    /// Its seller by product events; null when unknown.
    pub seller_id: Option<String>,
    /// The sum of the weights of its events, in points, as of the list.
    pub score: f64,
    /// Points by window.
    pub points: WindowPoints,
    /// As in the response for one product.
    pub trending: Option<f64>,
    /// As in the response for one product.
    pub rising: Option<f64>,
}

/// A page of a rank list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RankedEntries {
    /// The rows.
    pub data: Vec<RankedEntry>,
    /// Where the next page is.
    pub pagination: Pagination,
    /// The time up to which the list is correct, RFC 3339; null before rank-products has run for the first time.
    pub as_of: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Cursor, PageStart, TopQuery};

    fn cursor() -> RankCursor {
        RankCursor {
            list: RankList::Week,
            scope: RankScope::Category("shoes".to_owned()),
            generation: 7,
            position: 10,
            value: 1_500_000,
            id: "gid://shop/3".parse().unwrap(),
        }
    }

    fn read(query: &[(&str, &str)]) -> Result<Option<RankQuery>, InvalidQuery> {
        TopQuery::read(query.iter().copied()).map(|query| match query.position {
            PageStart::Ranked(ranked) => Some(ranked),
            _ => None,
        })
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back(
            list in 0..RankList::ALL.len(), scope in 0..3_usize, scope_id in "\\PC{0,128}", generation: i64, position: u32, value: i64,
            id in "\\PC{1,128}",
        ) {
            let Ok(id) = id.parse() else { return Ok(()) };
            let scope = match scope {
                0 => RankScope::Shop,
                1 => RankScope::Category(scope_id),
                _ => RankScope::Seller(scope_id),
            };
            let cursor = RankCursor { list: RankList::ALL[list], scope, generation, position, value, id };
            prop_assert_eq!(RankCursor::decode(&cursor.encode()), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(bytes: Vec<u8>) {
            let text = URL_SAFE_NO_PAD.encode(bytes);
            if let Ok(cursor) = RankCursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }

    #[test]
    fn a_list_or_whose_products_it_holds_makes_a_rank_list() {
        let ranked = |list, scope| Ok(Some(RankQuery { list, scope, after: None }));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("rank", "alltime")]), ranked(RankList::Alltime, RankScope::Shop));
        assert_eq!(read(&[("rank", "7d")]), ranked(RankList::Week, RankScope::Shop));
        assert_eq!(read(&[("seller_id", "s")]), ranked(RankList::Alltime, RankScope::Seller("s".to_owned())));
        let category = RankScope::Category("0192e4a0-0000-7000-8000-000000000001".to_owned());
        let query = [("category_id", "0192E4A0-0000-7000-8000-000000000001"), ("rank", "rising")];
        assert_eq!(read(&query), ranked(RankList::Rising, category));
    }

    #[test]
    fn what_is_no_rank_list_is_refused_by_name() {
        let refused = |query: &[(&str, &str)]| read(query).unwrap_err().to_string();
        let choices = "rank: must be one of alltime, trending, 1h, 24h, 7d, 30d, rising";
        for odd in ["", "Trending", "2h", "all"] {
            assert_eq!(refused(&[("rank", odd)]), choices, "{odd}");
        }
        assert_eq!(
            refused(&[("seller_id", "s"), ("category_id", "c")]),
            "seller_id: must not be given together with category_id"
        );
        assert_eq!(refused(&[("category_id", "")]), "category_id: must have 1 to 128 characters");
        assert_eq!(
            refused(&[("rank", "7d"), ("page", "1")]),
            "page: rank lists are read by cursor; follow next_cursor with cursor"
        );
    }

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let text = cursor().encode();
        let own = [("rank", "7d"), ("category_id", "shoes"), ("cursor", &text)];
        assert_eq!(read(&own).unwrap().unwrap().after, Some(cursor()));
        for other in [
            &[("rank", "30d"), ("category_id", "shoes"), ("cursor", &*text)][..],
            &[("rank", "7d"), ("category_id", "hats"), ("cursor", &text)],
            &[("rank", "7d"), ("seller_id", "shoes"), ("cursor", &text)],
            &[("rank", "7d"), ("cursor", &text)],
        ] {
            assert_eq!(read(other), Err(InvalidQuery::CursorOfAnotherList), "{other:?}");
        }
        // Nor does a cursor of the live list fit, nor this one the live list.
        assert_eq!(read(&[("cursor", &text)]), Err(InvalidQuery::Cursor(InvalidCursor)));
        let live = Cursor { score: domain::Micros(1), id: "1".parse().unwrap() }.encode();
        assert_eq!(read(&[("rank", "7d"), ("cursor", &live)]), Err(InvalidQuery::Cursor(InvalidCursor)));
    }

    #[test]
    fn an_id_where_none_belongs_is_no_cursor() {
        let mut bytes = URL_SAFE_NO_PAD.decode(cursor().encode()).unwrap();
        bytes[2] = 0;
        assert_eq!(RankCursor::decode(&URL_SAFE_NO_PAD.encode(&bytes)), Err(InvalidCursor));
        bytes[2] = 3;
        assert_eq!(RankCursor::decode(&URL_SAFE_NO_PAD.encode(&bytes)), Err(InvalidCursor));
    }
}
