//! The activity counted again from the log, apart from the product's SQL.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Findings;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// What is counted: a reference, the hour of the event time in seconds since 1970, and an event type. `None` is no hour.
type Cell = (String, Option<i64>, String);

/// Counts these events (reference, event time in seconds since 1970, type).
fn count<'a>(events: impl Iterator<Item = (&'a str, i64, &'a str)>) -> BTreeMap<Cell, [i64; 3]> {
    let mut cells = BTreeMap::<Cell, [i64; 3]>::new();
    for (reference, second, event_type) in events {
        let hour = second.div_euclid(HOUR) * HOUR;
        cells.entry((reference.to_owned(), Some(hour), event_type.to_owned())).or_default()[0] += 1;
    }
    cells
}

/// I1: every count equals a naive count of the log. Nothing is folded, because nothing in a scenario is old enough.
pub(super) async fn check_activity<'a>(
    client: &tokio_postgres::Client,
    events: impl Iterator<Item = (&'a str, i64, &'a str)>,
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
    let counted = count(events);
    let cells: BTreeSet<_> = stored.keys().chain(counted.keys()).collect();
    for cell in cells {
        let (stored, counted) = (stored.get(cell), counted.get(cell));
        if stored != counted {
            findings.differences += 1;
            findings.violations.push(format!("I1: {cell:?} is counted as {stored:?}, counted again {counted:?}"));
        }
    }
}
