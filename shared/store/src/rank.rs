//! Rank lists: tables `rank_change`, `rank_due`, `rank_state`, `rank_generation`, `product_rank` and `rank_position`.
//!
//! A run of rank-products collects what is due, computes it in chunks and makes the result the current generation. Each
//! step is a transaction that first locks the one row of `rank_state`, and what is left to do is in the database: a run
//! may be killed anywhere, and runs may overlap, without any change to the lists. Readers see whole generations.

use std::time::Duration;

use domain::fraud::{ActorKind, ActorPoints, ProductDay, PushLimits};
use domain::{AnnouncedOnly, HalfLife, Micros, ProductId, RankList, RankScope, TrendKey};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::popularity::{Popularity, popularity, product_id};
use crate::{Database, StoreError, Transaction};

/// How long a generation can be read after it was replaced.
pub const KEPT: Duration = Duration::from_secs(600);
/// How deep positions are known.
pub const POSITIONS: u32 = 1_000;
/// Changes that one statement takes.
const CHANGES: i64 = 100_000;
/// Products that one statement computes: a fraction of a second, in which a withdrawn product's score is locked.
const PRODUCTS: i64 = 1_000;

/// What all lists are computed with. Other values than those of the last generation make every product due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The half-life of trending.
    pub half_life: HalfLife,
    /// Whether lists hold announced products only.
    pub announced_only: AnnouncedOnly,
}

/// Notes that every product has to be ranked again, in the transaction that changes the weights.
///
/// Statements that change single products note those themselves.
pub(crate) async fn mark_all(transaction: &tokio_postgres::Transaction<'_>) -> Result<(), tokio_postgres::Error> {
    transaction.query_typed(include_str!("../sql/rank/mark_all.sql"), &[]).await.map(|_| ())
}

/// Makes those products due that changed, and once an hour those of which an hour leaves a window. Returns whether all
/// changes were taken; otherwise call it again.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn collect(database: &Database, now: Timestamp, basis: Basis) -> Result<bool, StoreError> {
    let parameters: [crate::session::Parameter<'_>; 4] = [
        (&now, Type::TIMESTAMPTZ),
        (&i32::from(basis.half_life.hours()), Type::INT4),
        (&basis.announced_only.as_str(), Type::TEXT),
        (&CHANGES, Type::INT8),
    ];
    let rows = database.call("collect_ranks", &parameters).await?;
    let taken: i64 = only(&rows).try_get("taken")?;
    Ok(taken < CHANGES)
}

/// What one chunk did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Products that were due. None: there is nothing left.
    pub computed: usize,
    /// Those that are not as they were.
    pub written: usize,
}

/// Reads where the points of a day came from, of products that [`compute`] computes next in this transaction.
///
/// They have at least the points of a push, and a quarter more than when they were last looked at.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub async fn list_product_days(
    transaction: &mut Transaction<'_>,
    limits: &PushLimits,
) -> Result<Vec<ProductDay>, StoreError> {
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&PRODUCTS, Type::INT8), (&limits.least.0, Type::INT8), (&i32::from(limits.actors), Type::INT4)];
    let rows = transaction.call("list_product_days", &parameters).await?;
    rows.iter().map(product_day).collect()
}

fn product_day(row: &Row) -> Result<ProductDay, StoreError> {
    let (networks, held): (Vec<bool>, Vec<i64>) = (row.try_get("networks")?, row.try_get("held_micros")?);
    let kind = |is_network: bool| if is_network { ActorKind::Network } else { ActorKind::Shopper };
    let strongest = networks.into_iter().zip(held);
    Ok(ProductDay {
        product_id: product_id(row, "product_id")?,
        from: row.try_get("from_time")?,
        to: row.try_get("to_time")?,
        points: Micros(row.try_get("raised_micros")?),
        actor_count: count(row.try_get("actor_count")?),
        strongest: strongest
            .map(|(network, points)| ActorPoints { kind: kind(network), points: Micros(points) })
            .collect(),
    })
}

/// Computes the next products that are due.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub async fn compute(transaction: &mut Transaction<'_>) -> Result<Chunk, StoreError> {
    let rows = transaction.call("compute_ranks", &[(&PRODUCTS, Type::INT8)]).await?;
    let (computed, written): (i64, i64) = (only(&rows).try_get("taken")?, only(&rows).try_get("written")?);
    Ok(Chunk { computed: count(computed), written: count(written) })
}

/// Makes what was computed the current generation and returns its number; `None` when a product is still due. When
/// nothing has changed, the current generation stays, and is correct up to now.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn publish(database: &Database) -> Result<Option<i64>, StoreError> {
    let rows = database.call("publish_ranks", &[]).await?;
    Ok(rows.first().map(|row| row.try_get("generation")).transpose()?)
}

/// Reads the time up to which the lists that readers see are correct; `None` before the first generation.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_correct_to(database: &Database) -> Result<Option<Timestamp>, StoreError> {
    let rows = database.query(include_str!("../sql/rank/get_correct_to.sql"), &[]).await?;
    Ok(rows.first().map(|row| row.try_get("as_of")).transpose()?)
}

/// What [`prune`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Versions of products that were removed.
    pub removed: usize,
    /// Whether there are no more; otherwise call it again.
    pub complete: bool,
}

/// Removes generations that were replaced longer than [`KEPT`] ago, and the versions of one of them.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune(database: &Database, now: Timestamp) -> Result<Pruned, StoreError> {
    let rows = database.call("prune_ranks", &[(&(now - KEPT), Type::TIMESTAMPTZ)]).await?;
    let removed: i64 = only(&rows).try_get("removed")?;
    Ok(Pruned { removed: count(removed), complete: only(&rows).try_get("complete")? })
}

/// A generation, as readers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// Its number.
    pub id: i64,
    /// The time up to which it is correct.
    pub as_of: Timestamp,
    /// The half-life of its trend.
    pub half_life: HalfLife,
}

/// What a product is ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The trend; `None` when it is not positive.
    pub trend: Option<TrendKey>,
    /// Points of 1, 24, 168 and 720 hours, and of the current one.
    pub points: [Micros; 4],
    /// Millionths of the growth; `None` when it does not rise.
    pub rising: Option<Micros>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked {
    /// The product.
    pub id: ProductId,
    /// What the list is ordered by.
    pub value: i64,
    /// Its category; `None` when unknown.
    pub category_id: Option<String>,
    /// Its seller; `None` when unknown.
    pub seller_id: Option<String>,
    /// Its score.
    pub score: Micros,
    /// What it is ranked by.
    pub standing: Standing,
}

/// Where a page begins: after the row with this value and id, in this generation.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// The generation.
    pub generation: i64,
    /// What the list is ordered by.
    pub value: i64,
    /// The product.
    pub id: &'a ProductId,
}

/// Reads `limit` rows of a list, from its top in the current generation or after a row of another one.
///
/// `None` when there is no such generation: it was replaced longer than [`KEPT`] ago, or there never was one.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    database: &Database,
    (list, scope): (RankList, &RankScope),
    after: Option<After<'_>>,
    limit: u32,
) -> Result<Option<(Generation, Vec<Ranked>)>, StoreError> {
    let (kind, id) = match scope {
        RankScope::Shop => ("shop", None),
        RankScope::Category(id) => ("category", Some(id)),
        RankScope::Seller(id) => ("seller", Some(id)),
    };
    let generation = after.map(|last| last.generation);
    // From the top: below the greatest number.
    let (value, product) = after.map_or((i64::MAX, ""), |last| (last.value, last.id.as_str()));
    let parameters: [crate::session::Parameter<'_>; 7] = [
        (&list.as_str(), Type::TEXT),
        (&kind, Type::TEXT),
        (&id, Type::TEXT),
        (&generation, Type::INT8),
        (&value, Type::INT8),
        (&product, Type::TEXT),
        (&i64::from(limit), Type::INT8),
    ];
    let rows = database.call("list_ranks", &parameters).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let shown = generation_of(first)?.expect("a row has a generation");
    let shown = Generation { id: first.try_get("generation")?, ..shown };
    Ok(Some((shown, rows.iter().filter_map(|row| ranked(row).transpose()).collect::<Result<_, _>>()?)))
}

/// A product's popularity, and what the current generation says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedPopularity {
    /// True to the second.
    pub popularity: Popularity,
    /// `None` before the first generation that knows it.
    pub ranks: Option<Ranks>,
}

/// What a generation says of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// The time up to which it is correct.
    pub as_of: Timestamp,
    /// The half-life of the trend.
    pub half_life: HalfLife,
    /// What it is ranked by.
    pub standing: Standing,
    /// Its position in each list of the whole shop, in the order of [`RankList::ALL`]; `None` beyond [`POSITIONS`].
    pub positions: [Option<i32>; 7],
}

/// Reads one product, also by one of its SKUs; `None` when nothing was ever scored for it.
///
/// # Errors
/// See [`StoreError`].
pub async fn get(database: &Database, id: &ProductId) -> Result<Option<RankedPopularity>, StoreError> {
    let rows = database.call("get_ranked_popularity", &[(&id.as_str(), Type::TEXT)]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(RankedPopularity { popularity: popularity(row)?, ranks: ranks(row)? }))
}

fn ranks(row: &Row) -> Result<Option<Ranks>, StoreError> {
    let (Some(shown), Some(standing)) = (generation_of(row)?, standing(row)?) else { return Ok(None) };
    let positions: Vec<Option<i32>> = row.try_get("positions")?;
    let positions = <[_; RankList::ALL.len()]>::try_from(positions).expect("a position for each list");
    Ok(Some(Ranks { as_of: shown.as_of, half_life: shown.half_life, standing, positions }))
}

/// Reads the columns that say which generation it is, without its number.
fn generation_of(row: &Row) -> Result<Option<Generation>, StoreError> {
    let (as_of, hours): (Option<Timestamp>, Option<i32>) = (row.try_get("as_of")?, row.try_get("half_life_hours")?);
    let (Some(as_of), Some(hours)) = (as_of, hours) else { return Ok(None) };
    let half_life = u16::try_from(hours).ok().and_then(|hours| HalfLife::of_hours(hours).ok());
    Ok(Some(Generation { id: 0, as_of, half_life: half_life.expect("only half-lives are stored as such") }))
}

fn ranked(row: &Row) -> Result<Option<Ranked>, StoreError> {
    let Some(standing) = standing(row)? else { return Ok(None) };
    Ok(Some(Ranked {
        id: product_id(row, "product_id")?,
        value: row.try_get("value")?,
        category_id: row.try_get("category_id")?,
        seller_id: row.try_get("seller_id")?,
        score: Micros(row.try_get("alltime_micros")?),
        standing,
    }))
}

fn standing(row: &Row) -> Result<Option<Standing>, StoreError> {
    let mut points = [Micros(0); 4];
    for (points, column) in points.iter_mut().zip(["hour_micros", "day_micros", "week_micros", "month_micros"]) {
        let Some(micros) = row.try_get(column)? else { return Ok(None) };
        *points = Micros(micros);
    }
    let (trend, rising): (Option<i64>, Option<i64>) = (row.try_get("trend_key")?, row.try_get("rising_micros")?);
    Ok(Some(Standing { trend: trend.map(TrendKey), points, rising: rising.map(Micros) }))
}

fn only(rows: &[Row]) -> &Row {
    rows.first().expect("the function returns a row")
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
