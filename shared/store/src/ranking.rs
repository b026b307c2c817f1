//! Products and categories ranked by sales in a window, with their rank in the preceding window.

use domain::{Currency, RankBy, TimeSpan};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::sales::{SalesFigures, SpanArrays, currency, figures};
use crate::session::Parameter;
use crate::{Database, StoreError};

/// The query of a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    /// The seller; [`WHOLE_SHOP`](crate::sales::WHOLE_SHOP) for all. Categories are only stored for the whole shop.
    pub seller_id: &'a str,
    /// The window, of whole minutes.
    pub window: TimeSpan,
    /// The currency; by default the one with the most paid orders in the window, ties in alphabetical order.
    pub currency: Option<Currency>,
    /// The figure that decides the rank.
    pub by: RankBy,
    /// How many are returned.
    pub limit: u32,
}

/// A product or category that was sold or paid for in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// From 1. Ties are broken by the other figure, then by id.
    pub rank: i64,
    /// The id; for categories empty when unknown.
    pub id: String,
    /// The name of a product, if known.
    pub name: Option<String>,
    /// The figures, of one currency.
    pub figures: SalesFigures,
    /// Rank and deciding figure in the preceding window; `None` when not sold then.
    pub before: Option<(i64, i64)>,
}

/// The top of a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    /// The currency; `None` when none was requested and nothing was sold.
    pub currency: Option<Currency>,
    /// By rank.
    pub rows: Vec<Ranked>,
}

/// Ranks products. The cost depends on the rows of the two windows, not on the age of the shop.
///
/// # Errors
/// See [`StoreError`].
pub async fn rank_products(database: &Database, question: &Question<'_>) -> Result<Ranking, StoreError> {
    let arguments = Arguments::of(question);
    let seller: Parameter<'_> = (&question.seller_id, Type::TEXT);
    let parameters: Vec<_> = std::iter::once(seller).chain(arguments.parameters()).collect();
    let rows = database.query(include_str!("../sql/ranking/rank_products.sql"), &parameters).await?;
    ranking(&rows, question.by)
}

/// Ranks the categories of the whole shop.
///
/// # Errors
/// See [`StoreError`].
pub async fn rank_categories(database: &Database, question: &Question<'_>) -> Result<Ranking, StoreError> {
    let arguments = Arguments::of(question);
    let rows = database.query(include_str!("../sql/ranking/rank_categories.sql"), &arguments.parameters()).await?;
    ranking(&rows, question.by)
}

/// The parameters of both statements.
struct Arguments {
    spans: SpanArrays,
    currency: Option<String>,
    by: &'static str,
    limit: i64,
}

impl Arguments {
    fn of(question: &Question<'_>) -> Self {
        Self {
            spans: SpanArrays::of(&[question.window.before(), question.window]),
            currency: question.currency.map(String::from),
            by: question.by.as_str(),
            limit: question.limit.into(),
        }
    }

    fn parameters(&self) -> [Parameter<'_>; 7] {
        [
            (&self.spans.steps, Type::INT4_ARRAY),
            (&self.spans.grains, Type::TEXT_ARRAY),
            (&self.spans.lower, Type::TIMESTAMPTZ_ARRAY),
            (&self.spans.upper, Type::TIMESTAMPTZ_ARRAY),
            (&self.currency, Type::TEXT),
            (&self.by, Type::TEXT),
            (&self.limit, Type::INT8),
        ]
    }
}

fn ranking(rows: &[Row], by: RankBy) -> Result<Ranking, StoreError> {
    let mut ranking = Ranking { currency: None, rows: Vec::new() };
    for row in rows {
        if row.try_get::<_, Option<&str>>("currency")?.is_some() {
            ranking.currency = Some(currency(row)?);
        }
        // One row of nulls carries the currency when nothing was sold.
        if let Some(rank) = row.try_get("rank")? {
            ranking.rows.push(ranked(row, rank, by)?);
        }
    }
    Ok(ranking)
}

fn ranked(row: &Row, rank: i64, by: RankBy) -> Result<Ranked, StoreError> {
    let figure = match by {
        RankBy::Quantity => "before_items",
        RankBy::Revenue => "before_net_minor",
    };
    let before: Option<i64> = row.try_get("before_rank")?;
    let before = before.map(|rank| Ok::<_, StoreError>((rank, row.try_get(figure)?))).transpose()?;
    Ok(Ranked { rank, id: row.try_get("id")?, name: row.try_get("name")?, figures: figures(row)?, before })
}
