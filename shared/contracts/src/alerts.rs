//! The list of findings that admins read: its query, its cursor, its rows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::fraud::{FindingId, Rule};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::query::is_plausible;
use crate::{InvalidCursor, InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, Parameters};

/// The first byte of a cursor of this list, so that a cursor of another list is rejected.
const KIND: u8 = 2;
/// Kind, time, id.
const BYTES: usize = 1 + 8 + 16;

/// The last row of a page. The following rows were found earlier, or at the same instant with a smaller id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertCursor {
    /// When it was found, to the microsecond.
    pub date_created: Timestamp,
    /// The finding.
    pub id: FindingId,
}

impl AlertCursor {
    /// Writes the cursor as an opaque, URL-safe string.
    #[must_use]
    pub fn encode(self) -> String {
        let mut bytes = [KIND; BYTES];
        bytes[1..9].copy_from_slice(&self.date_created.as_microsecond().to_be_bytes());
        bytes[9..].copy_from_slice(self.id.0.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the string was not written by [`AlertCursor::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (Some(&KIND), BYTES) = (bytes.first(), bytes.len()) else { return Err(InvalidCursor) };
        let microsecond = i64::from_be_bytes(bytes[1..9].try_into().map_err(|_| InvalidCursor)?);
        let date_created = Timestamp::from_microsecond(microsecond).map_err(|_| InvalidCursor)?;
        let id = Uuid::from_slice(&bytes[9..]).map_err(|_| InvalidCursor)?;
        is_plausible(date_created).then_some(Self { date_created, id: FindingId(id) }).ok_or(InvalidCursor)
    }
}

/// A validated query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertsQuery {
    /// Rows of a page.
    pub limit: u32,
    /// The rule to which the list is restricted.
    pub rule: Option<Rule>,
    /// The only finding that is wanted.
    pub id: Option<FindingId>,
    /// The cursor of the previous page.
    pub after: Option<AlertCursor>,
}

impl AlertsQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["limit", "rule", "id", "cursor"])?;
        let rule = Rule::ALL.map(|rule| (rule.as_str(), Some(rule)));
        let rule = if parameters.get("rule").is_some() { parameters.choice("rule", &rule)? } else { None };
        let id = parameters.get("id").map(|id| Uuid::try_parse(id).map_err(|_| InvalidQuery::FindingId)).transpose()?;
        let after = parameters.get("cursor").map(AlertCursor::decode).transpose()?;
        let limit = parameters.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT)?;
        Ok(Self { limit, rule, id: id.map(FindingId), after })
    }
}

/// A finding as admins see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Finding))]
pub struct ListedFinding {
    /// The id: a digest of rule, subject and window.
    pub id: Uuid,
    /// The rule that found it: a value of the parameter `rule`.
    pub rule: &'static str,
    /// The subject: `customer:<key>`, `order:<id>`, `account:<id>` or `product:<id>`.
    pub subject: String,
    /// The hour (UTC) in which the suspicious period ends, `order:<id>` for a single order, or the day (UTC) of a product.
    pub window: String,
    /// The evidence: orders with amounts in minor units, products, or points and who they came from. Grows when late events arrive.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub evidence: Value,
    /// Whether all evidence was more than a day old when it was reported; no alert was sent then.
    pub historical: bool,
    /// When it was found, RFC 3339.
    pub date_created: Timestamp,
    /// When its evidence last grew, RFC 3339.
    pub date_updated: Timestamp,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Cursor;

    fn read(query: &[(&str, &str)]) -> Result<AlertsQuery, InvalidQuery> {
        AlertsQuery::read(query.iter().copied())
    }

    #[test]
    fn a_query_is_read_or_refused_by_name() {
        assert_eq!(read(&[]), Ok(AlertsQuery { limit: 10, rule: None, id: None, after: None }));
        assert_eq!(read(&[("rule", "large_order")]).unwrap().rule, Some(Rule::LargeOrder));
        let id = "2a54a6c8-353d-8c3e-8c87-d0ee30a9094c";
        assert_eq!(read(&[("id", id)]).unwrap().id, Some(FindingId(id.parse().unwrap())));
        assert_eq!(read(&[("id", "o-1")]).unwrap_err().to_string(), "id: must be the id of a finding, a UUID");
        for bad in ["0", "101", "-1", "+1", "1.0", "", "a", "99999999999"] {
            let refused = read(&[("limit", bad)]).unwrap_err().to_string();
            assert_eq!(refused, "limit: must be a whole number from 1 to 100", "{bad}");
        }
        let refused = read(&[("rule", "fraud")]).unwrap_err().to_string();
        assert_eq!(
            refused,
            "rule: must be one of order_burst, large_order, similar_orders, abandoned_cart, popularity_push"
        );
        assert_eq!(read(&[("limit", "1"), ("limit", "1")]), Err(InvalidQuery::Repeated("limit")));
        let foreign = Cursor { score: domain::Micros(1), id: Uuid::from_u128(1).to_string().parse().unwrap() }.encode();
        assert_eq!(read(&[("cursor", &foreign)]), Err(InvalidQuery::Cursor(InvalidCursor)));
    }

    #[test]
    fn a_cursor_has_a_plausible_time() {
        let read = |at: &str| {
            let cursor = AlertCursor { date_created: at.parse().unwrap(), id: FindingId(Uuid::from_u128(1)) };
            AlertCursor::decode(&cursor.encode()).map(|read| read == cursor)
        };
        for far in ["-005000-01-01T00:00:00Z", "1999-12-31T23:59:59.999999Z", "2200-01-01T00:00:00Z"] {
            assert_eq!(read(far), Err(InvalidCursor), "{far}");
        }
        for near in ["2000-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"] {
            assert_eq!(read(near), Ok(true), "{near}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back(microsecond in 946_684_800_000_000_i64..7_258_118_400_000_000, id: u128) {
            let date_created = Timestamp::from_microsecond(microsecond).unwrap();
            let cursor = AlertCursor { date_created, id: FindingId(Uuid::from_u128(id)) };
            prop_assert_eq!(AlertCursor::decode(&cursor.encode()), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text: String) {
            if let Ok(cursor) = AlertCursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }
}
