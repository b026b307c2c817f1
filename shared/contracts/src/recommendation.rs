//! Recommendations: what a request asks for, its cursor, and the answer. The rules about them are in [`rule`].

mod cursor;
mod rule;

use domain::ProductId;
use domain::recommendation::Placement;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::activity::read_ids;
use crate::body::{self, Limits};
use crate::{InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, Pagination, Parameters, RequestError, field, item};

pub use cursor::{Asked, RecommendationCursor, SHOWN_MAX};
pub use rule::{RULE_REASON_MAX_CHARS, ShownRule, read_rule};

/// The most products that a request may exclude.
pub const EXCLUDED_MAX: usize = 100;
/// The most products of a cart.
pub const CART_MAX: usize = 20;

const KNOWN: [&str; 4] = ["limit", "cursor", "category_id", "exclude"];

/// What a request asks for, beside the placement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecommendationQuery {
    /// The most products of the answer.
    pub limit: u32,
    /// The only category that is wanted.
    pub category_id: Option<String>,
    /// The products that are not wanted.
    pub excluded: Vec<ProductId>,
    /// The cursor, still unread: whose it must be is known to the route.
    pub cursor: Option<String>,
}

impl RecommendationQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidQuery> {
        Self::of(&Parameters::read(given, &KNOWN)?)
    }

    /// Reads the same with `kind`: what is seen together with a product, or bought.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read_with_kind<'a>(
        given: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<(Placement, Self), InvalidQuery> {
        let parameters = Parameters::read(given, &["kind", "limit", "cursor", "category_id", "exclude"])?;
        let kinds = [Placement::Viewed, Placement::Bought].map(|placement| (placement.as_str(), placement));
        Ok((parameters.choice("kind", &kinds)?, Self::of(&parameters)?))
    }

    fn of(parameters: &Parameters<'_>) -> Result<Self, InvalidQuery> {
        let excluded = parameters.get("exclude").map(|text| read_ids(text, EXCLUDED_MAX).ok_or(InvalidQuery::Exclude));
        Ok(Self {
            limit: parameters.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT)?,
            category_id: parameters.id("category_id")?,
            excluded: excluded.transpose()?.unwrap_or_default(),
            cursor: parameters.get("cursor").map(str::to_owned),
        })
    }

    /// Returns the marks of the products that the pages before have shown; none on the first page.
    ///
    /// # Errors
    /// When the cursor is none, or belongs to another request.
    pub fn shown(&self, asked: Asked<'_>) -> Result<Vec<i64>, InvalidQuery> {
        let Some(text) = &self.cursor else { return Ok(Vec::new()) };
        let cursor = RecommendationCursor::decode(text)?;
        if cursor.asked == asked.digest() { Ok(cursor.shown) } else { Err(InvalidQuery::CursorOfAnotherRequest) }
    }
}

/// Reads a session id in a path.
///
/// # Errors
/// When it is none.
pub fn read_session_id(text: &str) -> Result<&str, InvalidQuery> {
    item::check_session_id(text).map(|()| text).map_err(|_| InvalidQuery::SessionId)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cart<'a> {
    #[serde(borrow)]
    products: &'a RawValue,
}

/// Reads the products of a cart, each once.
///
/// # Errors
/// What is wrong with the body, or with which of the products.
pub fn read_cart(body: &[u8]) -> Result<Vec<ProductId>, RequestError> {
    let cart: Cart<'_> = body::object(body, Limits::LIVE)?;
    let mut products = Vec::new();
    for raw in body::items("products", cart.products, Limits::CART)? {
        let id = field::required_id("products", Some(raw)).map_err(|rejection| wrong(rejection.message))?;
        let id: ProductId = id.parse().map_err(|rule: domain::InvalidId| wrong(format!("products: {rule}")))?;
        if !products.contains(&id) {
            products.push(id);
        }
    }
    Ok(products)
}

fn wrong(reason: String) -> RequestError {
    RequestError::WrongShape { reason }
}

/// An answer of every placement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendations {
    /// The products.
    pub data: RecommendationData,
    /// Where the next page is.
    pub pagination: Pagination,
}

/// The recommended products, and what clicks on them name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecommendationData {
    /// To be sent with the impressions of and clicks on these products, as `metadata.recommendation_id`.
    pub recommendation_id: String,
    /// When they were chosen, RFC 3339.
    pub as_of: Timestamp,
    /// The products, in the order in which to show them.
    pub items: Vec<RecommendedProduct>,
}

/// A recommended product.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecommendedProduct {
    /// The product (SPU), by the shop's id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub product_id: ProductId,
    /// What it is ordered by, comparable with those of the same source only.
    pub score: f64,
    /// `personal`: what the visitor did. `similar`: the products given. `popular`: the trend. `pinned`: a rule.
    pub source: &'static str,
    /// Why; null for what is popular or pinned.
    pub reason: Option<ShownReason>,
    /// Its category by product events; null when unknown.
    pub category_id: Option<String>,
    /// Its seller by product events; null when unknown.
    pub seller_id: Option<String>,
}

/// Why a product is recommended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownReason {
    /// The product that contributed most: one that the visitor met, or one that was given. The product itself when the
    /// visitor has met it before.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub because: ProductId,
    /// The visitor's event; null when the product was given.
    pub event: Option<String>,
}

#[cfg(test)]
mod tests;
