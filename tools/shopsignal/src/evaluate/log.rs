//! The visits of the shop's own log, as update-catalog learns them.

use std::collections::HashMap;

use domain::ProductId;
use jiff::{SignedDuration, Timestamp};
use store::interaction::Teaching;
use store::learning_gain::{Change, Gain};

use super::sessions::{Row, Sessions, Split, divide};
use crate::Error;
use crate::deployment::Deployment;

/// A pause of more than this ends a visit, as it does for learning.
const PAUSE: SignedDuration = SignedDuration::from_mins(30);
/// The newest events are read, and no more: about a gigabyte of memory.
const EVENTS: u32 = 2_000_000;

/// Reads the visits of the last `days`, each of which is a session to learn from or to predict: events that have a gain.
pub(super) async fn read(
    deployment: &Deployment,
    days: u16,
    split: Split,
    gains: &[Change],
) -> Result<Sessions, Error> {
    let mut types: Vec<_> = gains.iter().map(|change| change.event_type.clone()).collect();
    types.sort_unstable();
    types.dedup();
    let client = deployment.connect().await?;
    let since = Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days));
    let events = store::interaction::list_teaching(&client, &types, since, EVENTS).await;
    let events = events.map_err(|source| Error::Store { what: "read the log", source })?;
    Ok(divide(visits(events), split))
}

/// The changes that give another database the gains of this one.
pub(super) async fn list_gains(deployment: &Deployment) -> Result<Vec<Change>, Error> {
    let gains = store::learning_gain::list(&deployment.database()).await;
    let gains = gains.map_err(|source| Error::Store { what: "read the gains", source })?;
    let change =
        |Gain { event_type, gain }: &Gain| Some(Change { event_type: event_type.parse().ok()?, gain: Some(*gain) });
    Ok(gains.iter().filter_map(change).collect())
}

/// Numbers the visits of each visitor.
fn visits(mut events: Vec<Teaching>) -> Vec<Row> {
    events.sort_by_key(|event| event.at);
    let mut last: HashMap<String, (Timestamp, u32)> = HashMap::new();
    let row = |event: Teaching| {
        let (before, visit) = last.entry(event.visitor.clone()).or_insert((event.at, 0));
        *visit += u32::from(event.at.duration_since(*before) > PAUSE);
        *before = event.at;
        Some(Row {
            session: format!("{visit} {}", event.visitor),
            // As it is stored, both are well formed.
            item: event.product_id.parse::<ProductId>().ok()?.as_str().to_owned(),
            event_type: event.event_type.parse().ok()?,
            at: event.at,
        })
    };
    events.into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_of_more_than_half_an_hour_begins_another_visit() {
        let event = |visitor: &str, minute: i64| Teaching {
            visitor: visitor.to_owned(),
            product_id: "a".to_owned(),
            event_type: "view".to_owned(),
            at: Timestamp::from_second(60 * minute).unwrap(),
        };
        // The newest first, as the log is read.
        let rows = visits(vec![event("s", 62), event("t", 40), event("s", 31), event("s", 30), event("s", 0)]);
        let sessions: Vec<_> = rows.iter().map(|row| &*row.session).collect();
        assert_eq!(sessions, ["0 s", "0 s", "0 s", "0 t", "1 s"]);
    }
}
