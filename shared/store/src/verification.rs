//! Proves that nothing was lost or doubled: recounts from the log what the other tables must hold.
//!
//! Everything is read in one snapshot, so the figures are consistent although the system keeps running. It repairs
//! nothing. It reads the whole log: on a large one it takes minutes, during which vacuum cannot remove what is newer
//! than the snapshot.

use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, IsolationLevel, Row, Transaction};
use uuid::Uuid;

use crate::activity::{self, ActivityComparison};
use crate::conservation::{self, Conservation};
use crate::{StoreError, learning_recount, pending, rank_recount, recommendation_recount, recount, table_recount};

/// The number of examples of each kind in a report.
const EXAMPLES: i64 = 10;
/// Interaction ids read at a time.
const PAGE: i64 = 100_000;

/// A score and the counters of a product, or sums of those over all products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// The score in micro-points.
    pub score_micros: i64,
    /// `view_count`.
    pub view_count: i64,
    /// `purchase_count`.
    pub purchase_count: i64,
    /// `favorite_count`.
    pub favorite_count: i64,
    /// `cart_count`.
    pub cart_count: i64,
    /// `review_count`.
    pub review_count: i64,
}

/// A product whose row differs from the recount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The product, or `SKU` and a reference that counts for another product than the log says.
    pub id: String,
    /// The stored values; `None` when it has no row.
    pub stored: Option<Sums>,
    /// The recounted values.
    pub recounted: Sums,
}

/// I1: every score and counter is the sum of the applied interactions; those that name a SKU count for its product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Products with a row or with an applied interaction.
    pub products: i64,
    /// Those that differ.
    pub differences: i64,
    /// The first of them, by id.
    pub examples: Vec<Difference>,
}

/// I2: what is outstanding for one sink, and whether it can be completed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PendingCheck {
    /// The sink.
    pub sink: String,
    /// Rows that wait for their effect.
    pub waiting: i64,
    /// Parked rows, which wait for an operator.
    pub parked: i64,
    /// The age of the oldest waiting row in seconds, 0 when there is none.
    pub oldest_age_seconds: f64,
    /// Rows whose interaction is not in the log. Must be none.
    pub orphans: i64,
    /// Rows that name another product, event or time than the log. Must be none.
    pub contradictions: i64,
    /// Parked rows by reason, the most frequent first.
    pub parked_by_reason: Vec<(String, i64)>,
}

/// I3: the log and the memory of event ids agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyCheck {
    /// Rows in the log.
    pub logged: i64,
    /// Those within the key horizon.
    pub recent: i64,
    /// Keys.
    pub keys: i64,
    /// Keys without their row in the log. Must be none.
    pub keys_without_row: i64,
    /// Rows within the horizon without their key. Must be none.
    pub rows_without_key: i64,
    /// Event ids that are in the log more than once with the same origin, within the horizon. Must be none.
    pub repeated: i64,
    /// Keys without the digest of their content, although nobody in it was erased: every retry would be a duplicate. Must
    /// be none.
    pub keys_without_digest: i64,
    /// The first event ids concerned.
    pub examples: Vec<Uuid>,
}

/// I7: applied + uncounted + pending = ingested, as sums over all products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// What the products hold.
    pub applied: Sums,
    /// What was applied and does not count: beyond a cap, or of someone excluded.
    pub uncounted: Sums,
    /// What the pending rows will add, caps aside.
    pub pending: Sums,
    /// What the log holds.
    pub ingested: Sums,
}

/// The figures of all invariants, from one snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// I1.
    pub popularity: Comparison,
    /// I1: the counts that the scores follow from.
    pub activity: ActivityComparison,
    /// I2, popularity first.
    pub pending: Vec<PendingCheck>,
    /// I3.
    pub keys: KeyCheck,
    /// I7.
    pub balance: Balance,
    /// I7 as numbers of events.
    pub conservation: Conservation,
    /// I10.
    pub sales: recount::SalesComparison,
    /// I11.
    pub ranks: rank_recount::RankComparison,
    /// I12.
    pub learning: learning_recount::LearningComparison,
    /// I13.
    pub recommendations: recommendation_recount::ResultComparison,
    /// Tables behind I1, I10, I12 and I13 that are compared row by row.
    pub tables: Vec<table_recount::TableComparison>,
}

impl Sums {
    /// The values in the order of the columns of `product_popularity`.
    #[must_use]
    pub fn values(self) -> [i64; 6] {
        [
            self.score_micros,
            self.view_count,
            self.purchase_count,
            self.favorite_count,
            self.cart_count,
            self.review_count,
        ]
    }
}

impl From<[i64; 6]> for Sums {
    fn from([score_micros, view_count, purchase_count, favorite_count, cart_count, review_count]: [i64; 6]) -> Self {
        Self { score_micros, view_count, purchase_count, favorite_count, cart_count, review_count }
    }
}

impl Balance {
    /// applied + uncounted + pending - ingested, value by value. Must be zeros.
    #[must_use]
    pub fn difference(&self) -> Sums {
        let parts = [self.applied, self.uncounted, self.pending].map(Sums::values);
        let ingested = self.ingested.values();
        std::array::from_fn(|i| parts.iter().map(|part| part[i]).sum::<i64>() - ingested[i]).into()
    }
}

impl Report {
    /// Counts all violations. Zero means that every invariant holds.
    #[must_use]
    pub fn differences(&self) -> i64 {
        let unbalanced: i64 = self.balance.difference().values().iter().map(|value| i64::from(*value != 0)).sum();
        let pending: i64 = self.pending.iter().map(|check| check.orphans + check.contradictions).sum();
        let missing = self.keys.keys_without_row + self.keys.rows_without_key + self.keys.keys_without_digest;
        let keys = missing + self.keys.repeated;
        let lost = i64::from(self.conservation.difference() != 0);
        let sums = self.popularity.differences + self.activity.differences + unbalanced + lost;
        let learned = self.learning.differences + self.recommendations.differences;
        let tables: i64 = self.tables.iter().map(|table| table.differences).sum();
        sums + self.ranks.differences + learned + pending + keys + self.sales.differences + tables
    }
}

/// One snapshot of the database. Everything read through it is from the same instant.
pub struct Snapshot<'c> {
    transaction: Transaction<'c>,
}

impl<'c> Snapshot<'c> {
    /// Opens a read-only transaction with one snapshot. It ends when the snapshot is dropped.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open(client: &'c mut Client) -> Result<Self, StoreError> {
        let transaction = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        Ok(Self { transaction: transaction.start().await? })
    }

    /// Checks every invariant. `key_retention_days` is the setting of maintain-partitions: log rows older than that no
    /// longer have keys.
    ///
    /// # Errors
    /// See [`StoreError`]; a difference is no error.
    pub async fn report(&self, key_retention_days: u16) -> Result<Report, StoreError> {
        Ok(Report {
            popularity: self.compare_popularity().await?,
            activity: activity::compare(&self.transaction, EXAMPLES).await?,
            pending: self.check_pending().await?,
            keys: self.check_keys(key_retention_days).await?,
            balance: self.get_balance().await?,
            conservation: conservation::count(&self.transaction).await?,
            sales: recount::compare(&self.transaction, EXAMPLES).await?,
            ranks: rank_recount::compare(&self.transaction, EXAMPLES).await?,
            learning: learning_recount::compare(&self.transaction).await?,
            recommendations: recommendation_recount::compare(&self.transaction).await?,
            tables: table_recount::compare(&self.transaction, EXAMPLES).await?,
        })
    }

    async fn compare_popularity(&self) -> Result<Comparison, StoreError> {
        let statement = include_str!("../sql/verification/compare_popularity.sql");
        let rows = self.transaction.query_typed(statement, &[(&EXAMPLES, Type::INT8)]).await?;
        let first = rows.first().expect("the statement returns a row even when nothing differs");
        let (products, differences) = (first.try_get("products")?, first.try_get("differences")?);
        let examples = rows.iter().filter_map(|row| difference(row).transpose()).collect::<Result<_, _>>()?;
        Ok(Comparison { products, differences, examples })
    }

    async fn check_pending(&self) -> Result<Vec<PendingCheck>, StoreError> {
        let statement = include_str!("../sql/verification/check_pending.sql");
        let mut checks = Vec::new();
        for row in self.transaction.query_typed(statement, &[(&pending::sinks(), Type::TEXT_ARRAY)]).await? {
            checks.push(PendingCheck {
                sink: row.try_get("sink")?,
                waiting: row.try_get("waiting")?,
                parked: row.try_get("parked")?,
                oldest_age_seconds: row.try_get("oldest_age_seconds")?,
                orphans: row.try_get("orphans")?,
                contradictions: row.try_get("contradictions")?,
                parked_by_reason: Vec::new(),
            });
        }
        self.count_parked(&mut checks).await?;
        Ok(checks)
    }

    async fn count_parked(&self, checks: &mut [PendingCheck]) -> Result<(), StoreError> {
        let statement = include_str!("../sql/verification/count_parked.sql");
        for row in self.transaction.query_typed(statement, &[]).await? {
            let sink: &str = row.try_get("sink")?;
            if let Some(check) = checks.iter_mut().find(|check| check.sink == sink) {
                check.parked_by_reason.push((row.try_get("parked_reason")?, row.try_get("rows")?));
            }
        }
        Ok(())
    }

    async fn check_keys(&self, retention_days: u16) -> Result<KeyCheck, StoreError> {
        let days = i32::from(retention_days);
        let statement = include_str!("../sql/verification/check_keys.sql");
        let parameters: [crate::session::Parameter<'_>; 2] = [(&days, Type::INT4), (&EXAMPLES, Type::INT8)];
        let rows = self.transaction.query_typed(statement, &parameters).await?;
        let row = rows.first().expect("a SELECT of scalars returns a row");
        Ok(KeyCheck {
            logged: row.try_get("logged")?,
            recent: row.try_get("recent")?,
            keys: row.try_get("keys")?,
            keys_without_row: row.try_get("keys_without_row")?,
            rows_without_key: row.try_get("rows_without_key")?,
            repeated: row.try_get("repeated")?,
            keys_without_digest: row.try_get("keys_without_digest")?,
            examples: row.try_get("examples")?,
        })
    }

    async fn get_balance(&self) -> Result<Balance, StoreError> {
        let rows = self.transaction.query_typed(include_str!("../sql/verification/get_balance.sql"), &[]).await?;
        let [applied, uncounted, pending, ingested] =
            [0, 1, 2, 3].map(|i| rows.get(i).map_or(Ok(None), |row| sums(row, "sums")));
        let part = |part: Option<Sums>| part.expect("the statement returns four rows");
        Ok(Balance {
            applied: part(applied?),
            uncounted: part(uncounted?),
            pending: part(pending?),
            ingested: part(ingested?),
        })
    }

    /// Counts the interactions that an outside catalog confirmed within the last `days`: no feed need hold them.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn count_elsewhere(&self, days: u16) -> Result<i64, StoreError> {
        let statement = include_str!("../sql/verification/count_elsewhere.sql");
        let rows = self.transaction.query_typed(statement, &[(&i32::from(days), Type::INT4)]).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
    }

    /// Lists the interactions whose catalog effect is confirmed and that arrived within the last `days`, by id, without
    /// those that an outside catalog confirmed. That is what the feed must hold.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn list_delivered(&self, days: u16) -> Result<Vec<i64>, StoreError> {
        let (statement, days) = (include_str!("../sql/verification/list_delivered.sql"), i32::from(days));
        let mut all: Vec<i64> = Vec::new();
        loop {
            let after = all.last().copied().unwrap_or_default();
            let parameters: [crate::session::Parameter<'_>; 3] =
                [(&after, Type::INT8), (&days, Type::INT4), (&PAGE, Type::INT8)];
            let rows = self.transaction.query_typed(statement, &parameters).await?;
            let page: Vec<i64> = rows.first().map_or(Ok(Vec::new()), |row| row.try_get(0))?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

fn difference(row: &Row) -> Result<Option<Difference>, tokio_postgres::Error> {
    let Some(id) = row.try_get("id")? else { return Ok(None) };
    let recounted = sums(row, "recounted")?.expect("a recount is never null");
    Ok(Some(Difference { id, stored: sums(row, "stored")?, recounted }))
}

fn sums(row: &Row, column: &str) -> Result<Option<Sums>, tokio_postgres::Error> {
    let values: Option<Vec<i64>> = row.try_get(column)?;
    Ok(values.and_then(|values| <[i64; 6]>::try_from(values).ok()).map(Sums::from))
}
