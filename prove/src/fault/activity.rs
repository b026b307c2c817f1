//! The activity counted again from the log, apart from the product's SQL.

use std::collections::{BTreeMap, BTreeSet};

use testkit::cap::CappedEvent;

use super::findings::Findings;

/// Seconds of an hour.
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// What is older than this may be folded into days, younger than 35 days.
const FOLDED: i64 = 34 * DAY;

/// What is counted: a reference, the hour of the event time in seconds since 1970, and an event type. `None` is no hour.
type Cell = (String, Option<i64>, String);

/// Counts these events: those that count, those beyond a cap, and those excluded.
fn count(events: &[CappedEvent], counting: &BTreeSet<i64>) -> BTreeMap<Cell, [i64; 3]> {
    let mut cells = BTreeMap::<Cell, [i64; 3]>::new();
    for event in events {
        let hour = event.second.div_euclid(HOUR) * HOUR;
        let cell = cells.entry((event.reference.clone(), Some(hour), event.event_type.clone())).or_default();
        cell[if event.excluded { 2 } else { usize::from(!counting.contains(&event.id)) }] += 1;
    }
    cells
}

/// The cell that is compared: what is old may be folded, all of it or some, so it is compared by the day.
fn coarse((reference, bucket, event_type): Cell, now: i64) -> Cell {
    let day = |second: i64| second.div_euclid(DAY) * DAY;
    (reference, bucket.map(|second| if second < now - FOLDED { day(second) } else { second }), event_type)
}

/// Adds up what is compared together.
fn coarsen(cells: impl IntoIterator<Item = (Cell, [i64; 3])>, now: i64) -> BTreeMap<Cell, [i64; 3]> {
    let mut sums = BTreeMap::<Cell, [i64; 3]>::new();
    for (cell, counts) in cells {
        let sum = sums.entry(coarse(cell, now)).or_default();
        *sum = std::array::from_fn(|place| sum[place] + counts[place]);
    }
    sums
}

/// I1: every count equals a naive count of the log. Nothing in a scenario is old enough for a total.
pub(super) async fn check_activity(
    client: &tokio_postgres::Client,
    (events, counting): (&[CappedEvent], &BTreeSet<i64>),
    findings: &mut Findings,
) {
    let sql = "SELECT reference, CASE WHEN grain <> 'total' THEN extract(epoch FROM bucket)::bigint END, event_type,
                      counted, capped, excluded
               FROM analytic.activity";
    let rows = client.query(sql, &[]).await.unwrap();
    let now = jiff::Timestamp::now().as_second();
    let row = |row: &tokio_postgres::Row| -> (Cell, [i64; 3]) {
        ((row.get(0), row.get(1), row.get(2)), std::array::from_fn(|i| row.get(i + 3)))
    };
    let stored = coarsen(rows.iter().map(row), now);
    let counted = coarsen(count(events, counting), now);
    let cells: BTreeSet<_> = stored.keys().chain(counted.keys()).collect();
    for cell in cells {
        let (stored, counted) = (stored.get(cell), counted.get(cell));
        if stored != counted {
            findings.differences += 1;
            findings.violations.push(format!("I1: {cell:?} is counted as {stored:?}, counted again {counted:?}"));
        }
    }
}
