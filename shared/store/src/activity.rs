//! The counts from which popularity follows: table `activity`.
//!
//! The scoring statement adds to the hours ([`crate::popularity::apply`]). Here hours are folded into days and days into
//! totals, so that the table grows with the products and not with time, and the counts are read and compared with the log.

use domain::{Micros, ProductId, TimeSpan};
use jiff::Timestamp;
use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::popularity::product_id;
use crate::{Database, StoreError};

/// How many whole UTC days before today stay hours.
pub const HOUR_DAYS: u16 = 35;
/// How many whole UTC days before today stay days.
pub const DAY_DAYS: u16 = 800;

/// References that one statement looks at.
const REFERENCES: i64 = 1_000;
/// Rows that one statement folds, which bounds its time after a large import.
const ROWS: i64 = 10_000;

/// What is folded into what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Hours older than [`HOUR_DAYS`] into days.
    HoursIntoDays,
    /// Days older than [`DAY_DAYS`] into the total.
    DaysIntoTotal,
}

impl Fold {
    /// In the order in which they are to run: what is old enough becomes a day and then part of the total.
    pub const ALL: [Self; 2] = [Self::HoursIntoDays, Self::DaysIntoTotal];

    /// Returns the grain that is taken, the one that is added to, and the age in days.
    fn steps(self) -> (&'static str, &'static str, i32) {
        match self {
            Self::HoursIntoDays => ("hour", "day", i32::from(HOUR_DAYS)),
            Self::DaysIntoTotal => ("day", "total", i32::from(DAY_DAYS)),
        }
    }
}

/// Where a pass over the references has got to, and what it did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pass {
    /// The references up to this one are done.
    reached: String,
    /// Rows that were folded.
    pub folded: usize,
    /// Whether all references are done.
    pub complete: bool,
}

/// Folds the next rows of a pass, as one transaction. Start with a default [`Pass`] and repeat until it is complete.
///
/// Sums stay the same, so scorers and readers may go on meanwhile. A pass may be abandoned at any time, and passes may run
/// concurrently. An event that comes late makes an old hour again; the next pass folds it.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn fold(database: &Database, fold: Fold, pass: &mut Pass) -> Result<(), StoreError> {
    let (from, into, days) = fold.steps();
    let parameters: [crate::session::Parameter<'_>; 6] = [
        (&pass.reached, Type::TEXT),
        (&REFERENCES, Type::INT8),
        (&ROWS, Type::INT8),
        (&from, Type::TEXT),
        (&into, Type::TEXT),
        (&days, Type::INT4),
    ];
    let rows = database.query(include_str!("../sql/activity/fold.sql"), &parameters).await?;
    let row = rows.first().expect("a SELECT of scalars returns a row");
    let (found, folded): (i64, i64) = (row.try_get("found")?, row.try_get("folded")?);
    pass.folded += usize::try_from(folded).unwrap_or_default();
    match row.try_get("reached")? {
        // There may be more of these references.
        Some(_) if found == ROWS => {}
        Some(reached) => pass.reached = reached,
        None => pass.complete = true,
    }
    Ok(())
}

/// The three counts of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Events that count for the score.
    pub counted: i64,
    /// Events beyond a limit.
    pub capped: i64,
    /// Events of excluded senders.
    pub excluded: i64,
}

impl From<[i64; 3]> for Counts {
    fn from([counted, capped, excluded]: [i64; 3]) -> Self {
        Self { counted, capped, excluded }
    }
}

/// A cell that differs from the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityDifference {
    /// What the events name: a product or a SKU.
    pub reference: String,
    /// The hour, the day or the total.
    pub span: String,
    /// The event.
    pub event_type: String,
    /// The stored counts; `None` when it has no row.
    pub stored: Option<Counts>,
    /// The recounted ones; `None` when the log has no such event.
    pub recounted: Option<Counts>,
}

/// Part of I1: the activity is what a count of the applied interactions yields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityComparison {
    /// Cells (reference, hour or day or total, event type) that are stored or should be stored.
    pub cells: i64,
    /// Those that differ.
    pub differences: i64,
    /// The first of them.
    pub examples: Vec<ActivityDifference>,
}

/// Compares the activity with the log: hours as long as they are not folded, then days, then totals.
pub(crate) async fn compare(transaction: &Transaction<'_>, examples: i64) -> Result<ActivityComparison, StoreError> {
    let statement = include_str!("../sql/activity/compare.sql");
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&i32::from(HOUR_DAYS), Type::INT4), (&i32::from(DAY_DAYS), Type::INT4), (&examples, Type::INT8)];
    let rows = transaction.query_typed(statement, &parameters).await?;
    let first = rows.first().expect("the statement returns a row even when nothing differs");
    Ok(ActivityComparison {
        cells: first.try_get("cells")?,
        differences: first.try_get("differences")?,
        examples: rows.iter().filter_map(|row| difference(row).transpose()).collect::<Result<_, _>>()?,
    })
}

fn difference(row: &Row) -> Result<Option<ActivityDifference>, tokio_postgres::Error> {
    let Some(reference) = row.try_get("reference")? else { return Ok(None) };
    let (span, event_type) = (row.try_get("span")?, row.try_get("event_type")?);
    let (stored, recounted) = (counts(row, "stored")?, counts(row, "recounted")?);
    Ok(Some(ActivityDifference { reference, span, event_type, stored, recounted }))
}

fn counts(row: &Row, column: &str) -> Result<Option<Counts>, tokio_postgres::Error> {
    let values: Option<Vec<i64>> = row.try_get(column)?;
    Ok(values.and_then(|values| <[i64; 3]>::try_from(values).ok()).map(Counts::from))
}

/// The events of one type behind a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The event.
    pub event_type: String,
    /// How many there were.
    pub counts: Counts,
    /// What one of them adds; `None` when the event has no weight.
    pub weight: Option<Micros>,
}

/// What a score is the sum of, from one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The product.
    pub id: ProductId,
    /// Everything that was applied before this moment is included.
    pub as_of: Timestamp,
    /// The score: the sum of counts times weights.
    pub score: Micros,
    /// By event type, what moves the score most first.
    pub events: Vec<Explained>,
}

/// Explains the score of one product, also by one of its SKUs; `None` when nothing is known of it.
///
/// # Errors
/// See [`StoreError`].
pub async fn explain(database: &Database, id: &ProductId) -> Result<Option<Explanation>, StoreError> {
    let rows = database.call("explain_popularity", &[(&id.as_str(), Type::TEXT)]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    Ok(Some(Explanation {
        id: product_id(first, "id")?,
        as_of: first.try_get("as_of")?,
        score: Micros(first.try_get("score_micros")?),
        events: rows.iter().filter_map(|row| explained(row).transpose()).collect::<Result<_, _>>()?,
    }))
}

fn explained(row: &Row) -> Result<Option<Explained>, tokio_postgres::Error> {
    let Some(event_type) = row.try_get("event_type")? else { return Ok(None) };
    let weight: Option<i64> = row.try_get("weight_micros")?;
    Ok(Some(Explained { event_type, counts: columns(row)?, weight: weight.map(Micros) }))
}

fn columns(row: &Row) -> Result<Counts, tokio_postgres::Error> {
    let (counted, capped, excluded) = (row.try_get("counted")?, row.try_get("capped")?, row.try_get("excluded")?);
    Ok(Counts { counted, capped, excluded })
}

/// What happened in one step of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// The events.
    pub counts: Counts,
    /// What they add to the score, with the weights of now.
    pub points: Micros,
}

/// Reads what happened to one product, also by one of its SKUs, in each of these adjacent steps; `None` when nothing is
/// known of it.
///
/// Steps begin at full hours, and what is folded is found only in steps of whole UTC days: with `days` it is read, without
/// only hours are.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    database: &Database,
    id: &ProductId,
    steps: &[TimeSpan],
    days: bool,
) -> Result<Option<(ProductId, Vec<Step>)>, StoreError> {
    let starts: Vec<Timestamp> = steps.iter().map(|step| step.start).collect();
    let end = steps.last().map(|step| step.end);
    let grains: &[&str] = if days { &["hour", "day"] } else { &["hour"] };
    let parameters: [crate::session::Parameter<'_>; 4] = [
        (&id.as_str(), Type::TEXT),
        (&grains, Type::TEXT_ARRAY),
        (&starts, Type::TIMESTAMPTZ_ARRAY),
        (&end, Type::TIMESTAMPTZ),
    ];
    let rows = database.call("list_activity", &parameters).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut found = vec![Step::default(); steps.len()];
    for row in &rows {
        // Steps are numbered from 1.
        let Some(step) = row.try_get::<_, Option<i32>>("step")? else { continue };
        let place = usize::try_from(step - 1).ok().and_then(|place| found.get_mut(place));
        *place.expect("every row is inside the range") =
            Step { counts: columns(row)?, points: Micros(row.try_get("points_micros")?) };
    }
    Ok(Some((product_id(first, "id")?, found)))
}
