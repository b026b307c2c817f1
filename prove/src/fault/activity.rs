//! The activity counted again from the log, apart from the product's SQL.

use std::collections::{BTreeMap, BTreeSet};

use testkit::cap::CappedEvent;

use super::findings::Findings;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

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

/// I1: every count equals a naive count of the log. Nothing is folded, because nothing in a scenario is old enough.
pub(super) async fn check_activity(
    client: &tokio_postgres::Client,
    (events, counting): (&[CappedEvent], &BTreeSet<i64>),
    findings: &mut Findings,
) {
    let sql = "SELECT reference, CASE grain WHEN 'hour' THEN extract(epoch FROM bucket)::bigint END, event_type,
                      counted, capped, excluded
               FROM analytic.activity";
    let rows = client.query(sql, &[]).await.unwrap();
    let stored: BTreeMap<Cell, [i64; 3]> = rows
        .iter()
        .map(|row| ((row.get(0), row.get(1), row.get(2)), std::array::from_fn(|i| row.get(i + 3))))
        .collect();
    let counted = count(events, counting);
    let cells: BTreeSet<_> = stored.keys().chain(counted.keys()).collect();
    for cell in cells {
        let (stored, counted) = (stored.get(cell), counted.get(cell));
        if stored != counted {
            findings.differences += 1;
            findings.violations.push(format!("I1: {cell:?} is counted as {stored:?}, counted again {counted:?}"));
        }
    }
}
