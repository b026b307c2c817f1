//! The orders behind the figures: query, cursor and response.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Currency, OrderStatus, TimeSpan};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::query::is_plausible;
use crate::{
    InvalidCursor, InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, Parameters, SHOP_TEXT_MAX_CHARS, SPAN_DEFAULT_DAYS,
    check_span,
};

/// The most lines that are listed of an order.
pub const LISTED_LINES_MAX: u32 = 20;
/// The first byte of a cursor of this list, so that a cursor of another list is rejected.
const KIND: u8 = 6;
/// Kind and time; the id follows.
const HEAD_BYTES: usize = 1 + 8;

/// By which instant orders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrdersBy {
    /// Their first payment, at which figures count them.
    Paid,
    /// When they were placed.
    Placed,
}

impl OrdersBy {
    /// Both with their names; the first is used when none is given.
    pub const ALL: [(&str, Self); 2] = [("paid", Self::Paid), ("placed", Self::Placed)];
}

/// A position in the list. The following orders are older, or as old with a smaller id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCursor {
    /// The instant, to the microsecond.
    pub at: Timestamp,
    /// The order; empty before all orders of an instant.
    pub order_id: String,
}

impl OrderCursor {
    /// Writes the cursor as an opaque, URL-safe string.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut bytes = vec![KIND];
        bytes.extend(self.at.as_microsecond().to_be_bytes());
        bytes.extend(self.order_id.bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// When the string was not written by [`OrderCursor::encode`].
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let ([KIND, at @ ..], id) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(InvalidCursor)? else {
            return Err(InvalidCursor);
        };
        let at = Timestamp::from_microsecond(i64::from_be_bytes(*at)).map_err(|_| InvalidCursor)?;
        let order_id = str::from_utf8(id).map_err(|_| InvalidCursor)?.to_owned();
        let fits = order_id.chars().count() <= SHOP_TEXT_MAX_CHARS && !order_id.contains('\0');
        (fits && is_plausible(at)).then_some(Self { at, order_id }).ok_or(InvalidCursor)
    }
}

/// A validated query for orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersQuery {
    /// The span, of whole minutes.
    pub span: TimeSpan,
    /// By which instant.
    pub by: OrdersBy,
    /// Only orders that are in this status now.
    pub status: Option<OrderStatus>,
    /// Only orders in this currency.
    pub currency: Option<Currency>,
    /// The seller.
    pub seller_id: Option<String>,
    /// Rows of a page.
    pub limit: u32,
    /// The cursor of the previous page.
    pub after: Option<OrderCursor>,
}

impl OrdersQuery {
    /// Reads decoded query parameters; absent times default relative to the given instant.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let known = ["start", "end", "by", "status", "currency", "seller_id", "limit", "cursor"];
        let parameters = Parameters::read(given, &known)?;
        let end = parameters.instant("end")?.unwrap_or(now);
        let start = parameters.instant("start")?;
        let start = start.unwrap_or_else(|| end - SignedDuration::from_hours(24 * SPAN_DEFAULT_DAYS));
        let statuses = OrderStatus::ALL.map(|status| (status.as_str(), Some(status)));
        let asked = parameters.get("status").is_some();
        Ok(Self {
            span: check_span(start, end, ("start", "end"))?,
            by: parameters.choice("by", &OrdersBy::ALL)?,
            status: if asked { parameters.choice("status", &statuses)? } else { None },
            currency: parameters.currency()?,
            seller_id: parameters.id("seller_id")?,
            limit: parameters.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT)?,
            after: parameters.get("cursor").map(OrderCursor::decode).transpose()?,
        })
    }
}

/// An order. Amounts are in minor units of its currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedOrder {
    /// The id in the shop.
    pub order_id: String,
    /// Its current status: `unknown`, `created`, `confirmed`, `reserved`, `paid`, `shipped`, `delivered`, `rejected`, `cancelled` or
    /// `returned`.
    pub status: String,
    /// Its currency; null when no event names one.
    pub currency: Option<String>,
    /// When it was placed, RFC 3339; null as long as only later events are known.
    pub placed_at: Option<Timestamp>,
    /// When it was first paid, RFC 3339.
    pub paid_at: Option<Timestamp>,
    /// The total of the order; for a seller that of the seller's lines. Null when unknown.
    pub total: Option<i64>,
    /// Payments; null for a seller, as are the other fields about the order as a whole.
    pub paid: Option<i64>,
    /// Refunds and chargebacks, whenever they were made.
    pub refunds: Option<i64>,
    /// Shipping.
    pub shipping: Option<i64>,
    /// Tax, included in the line prices or added.
    pub tax: Option<i64>,
    /// Fees.
    pub fees: Option<i64>,
    /// The payment method; null when unknown.
    pub payment_method: Option<String>,
    /// How many lines the order has; for a seller, of the seller.
    pub line_count: i64,
    /// The first 20 of them.
    pub lines: Vec<ListedLine>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedLine {
    /// The product (SPU), or the id in the order while the product is unknown.
    pub product_id: String,
    /// Its name, if known from a product event.
    pub name: Option<String>,
    /// The seller; null when unknown.
    pub seller_id: Option<String>,
    /// Units; in thousandths here, as a number on the wire.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub quantity: i64,
    /// The unit price, rounded.
    pub price: i64,
    /// What the line costs.
    pub total: i64,
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use domain::OrderStatus;
    use serde_json::json;
    use utoipa::openapi::schema::{ObjectBuilder, Type};

    use super::{LISTED_LINES_MAX, ListedOrder, OrdersBy};
    use crate::openapi::description::Description;
    use crate::openapi::route::{number, query};
    use crate::openapi::sales::{instant, listed, seller};
    use crate::{LIMIT_DEFAULT, LIMIT_MAX, SPAN_DEFAULT_DAYS, SPAN_MAX_DAYS};

    /// In URL-safe base64: the kind 6, a time whose second byte is from 3 to 25 (from 1996 to 2201), an id.
    const CURSOR: &str = "^BgA[D-Z][A-Za-z0-9_-]{8,}$";

    pub(crate) fn orders() -> Description {
        let line = json!({ "product_id": "p-1", "name": "Boots", "seller_id": "s-1", "quantity": 2, "price": 995, "total": 1990 });
        let example = json!({
            "order_id": "o-1", "status": "paid", "currency": "EUR", "placed_at": "2026-11-20T10:00:00Z",
            "paid_at": "2026-11-20T10:01:00Z", "total": 2480, "paid": 2480, "refunds": 0, "shipping": 490, "tax": 0, "fees": 0,
            "payment_method": "card", "line_count": 1, "lines": [line],
        });
        let choice = |names: Vec<&'static str>| ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        let by = choice(OrdersBy::ALL.map(|(name, _)| name).into()).default(Some(OrdersBy::ALL[0].0.into()));
        let code = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$"));
        let cursor = ObjectBuilder::new().schema_type(Type::String).pattern(Some(CURSOR));
        let refusal = "end: must be after start";
        listed::<ListedOrder>(("listOrders", "Lists the orders behind a figure"), example, refusal)
            .description(&format!(
                "Newest first. For sellers, orders with their own lines, of which nothing else is shown; for admins, those of \
                 the whole shop or of one seller. At most {LISTED_LINES_MAX} lines of an order. A page may be shorter than \
                 `limit`, even empty: the list ends where `next_cursor` is null."
            ))
            .parameter(instant(
                "start",
                &format!("Rounded down to the minute. Absent: {SPAN_DEFAULT_DAYS} days before the end."),
            ))
            .parameter(instant(
                "end",
                &format!("Rounded up to the minute, at most {SPAN_MAX_DAYS} days after `start`. Absent: now."),
            ))
            .parameter(query("by", by, "Which instant lies in the range: that of the first payment, or of the order."))
            .parameter(query(
                "status",
                choice(OrderStatus::ALL.map(OrderStatus::as_str).into()),
                "Only orders that are in this status now.",
            ))
            .parameter(query("currency", code, "Only orders in this currency."))
            .parameter(seller())
            .parameter(query("limit", number(LIMIT_DEFAULT, LIMIT_MAX), "Rows of a page."))
            .parameter(query("cursor", cursor, "A `next_cursor` of an earlier response, unchanged."))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: &str = "2026-11-20T10:07:30Z";

    fn read(query: &[(&str, &str)]) -> Result<OrdersQuery, InvalidQuery> {
        OrdersQuery::read(query.iter().copied(), NOW.parse().unwrap())
    }

    #[test]
    fn an_empty_query_lists_what_was_paid_in_thirty_days() {
        let query = read(&[]).unwrap();
        let span = (query.span.start.to_string(), query.span.end.to_string());
        assert_eq!(span, ("2026-10-21T10:07:00Z".to_owned(), "2026-11-20T10:08:00Z".to_owned()));
        assert_eq!((query.by, query.status, query.limit, query.after), (OrdersBy::Paid, None, 10, None));
        assert_eq!(read(&[("status", "shipped")]).unwrap().status, Some(OrderStatus::Shipped));
    }

    #[test]
    fn odd_values_are_refused_by_name() {
        let text = |query: &[(&str, &str)]| read(query).unwrap_err().to_string();
        assert_eq!(text(&[("by", "refunded")]), "by: must be one of paid, placed");
        let statuses = "unknown, created, confirmed, reserved, paid, shipped, delivered, rejected, cancelled, returned";
        assert_eq!(text(&[("status", "PAID")]), format!("status: must be one of {statuses}"));
        let foreign = crate::Cursor { score: domain::Micros(1), id: "p-1".parse().unwrap() }.encode();
        for odd in ["", "x", "Bg", foreign.as_str()] {
            assert_eq!(read(&[("cursor", odd)]), Err(InvalidQuery::Cursor(InvalidCursor)), "{odd}");
        }
    }

    #[test]
    fn a_cursor_has_a_plausible_time() {
        let read = |at: &str| {
            let cursor = OrderCursor { at: at.parse().unwrap(), order_id: "o-1".to_owned() };
            OrderCursor::decode(&cursor.encode()).map(|read| read == cursor)
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
        fn a_cursor_reads_back(microsecond in 946_684_800_000_000_i64..7_258_118_400_000_000, order_id in "[^\0]{0,128}") {
            let cursor = OrderCursor { at: Timestamp::from_microsecond(microsecond).unwrap(), order_id };
            prop_assert_eq!(OrderCursor::decode(&cursor.encode()), Ok(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text: String) {
            if let Ok(cursor) = OrderCursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }
}
