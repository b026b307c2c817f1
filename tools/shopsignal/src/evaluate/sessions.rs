//! Sessions, of a file or of visits of the log, split into those to learn from and those to predict.

use std::collections::HashMap;
use std::path::Path;
use std::str::FromStr;

use domain::{EventType, ProductId};
use jiff::Timestamp;

use crate::Error;
use crate::import::table;

/// The names of the columns session, item and time; the last ones are those of Serenade's sample.
const COLUMNS: [&[&str]; 3] =
    [&["session", "session_id", "SessionId"], &["item", "item_id", "ItemId"], &["time", "Time"]];

/// An item, by its place in [`Sessions::items`].
pub(super) type Item = u32;

/// An event of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) session: u32,
    pub(super) item: Item,
    /// What happened, by its place in [`Sessions::types`].
    pub(super) event_type: usize,
    pub(super) at: Timestamp,
}

/// Where the sessions to predict begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Split {
    /// The last sessions: a share of all.
    Share(f64),
    /// Sessions that begin then or later.
    At(Timestamp),
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        let share = text.parse().ok().filter(|share| *share > 0.0 && *share < 1.0);
        let rule = || "must be a share between 0 and 1, or a time such as 2026-11-30T00:00:00Z".to_owned();
        Ok(Self::Share(share.ok_or_else(rule)?))
    }
}

/// What is learned, in the order of time, and what is predicted.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// The ids of the items that are learned.
    pub(super) items: Vec<String>,
    pub(super) types: Vec<EventType>,
    pub(super) train: Vec<Event>,
    /// Sessions of at least two events on items that are learned, without immediate repetitions.
    pub(super) test: Vec<Vec<Event>>,
}

/// Reads the columns session, item and time, by name (CSV or TSV, times in seconds or RFC 3339).
///
/// Every event of a file is a view. Without a file of its own the test part is split off, by when sessions began.
pub(super) fn read(train: &Path, test: Option<&Path>, split: Split) -> Result<Sessions, Error> {
    let learned = read_file(train)?;
    match test {
        Some(path) => Ok(prepare(learned, read_file(path)?)),
        None => Ok(divide(learned, split)),
    }
}

/// Splits events by when their sessions began.
pub(super) fn divide(rows: Vec<Row>, by: Split) -> Sessions {
    let (learned, asked) = split(rows, by);
    prepare(learned, asked)
}

/// An event as its source names it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) session: String,
    pub(super) item: String,
    pub(super) event_type: EventType,
    pub(super) at: Timestamp,
}

fn read_file(path: &Path) -> Result<Vec<Row>, Error> {
    table::read(path, COLUMNS, row)
}

fn row([session, item, time]: [&str; 3]) -> Result<Row, String> {
    let at = time.parse().ok().or_else(|| seconds(time));
    let at = at.ok_or_else(|| format!("{time} is neither a time (RFC 3339) nor a number of seconds"))?;
    // As it is stored: the id that comes back in a recommendation.
    let item: ProductId = item.parse().map_err(|rule| format!("{item} is not a product id: {rule}"))?;
    let event_type = "view".parse().expect("view is an event type");
    Ok(Row { session: session.to_owned(), item: item.as_str().to_owned(), event_type, at })
}

fn seconds(text: &str) -> Option<Timestamp> {
    let seconds: f64 = text.parse().ok()?;
    jiff::SignedDuration::try_from_secs_f64(seconds).ok().and_then(|since| Timestamp::from_duration(since).ok())
}

/// Splits by when a session began, so that nothing is learned from later than what is predicted.
fn split(rows: Vec<Row>, by: Split) -> (Vec<Row>, Vec<Row>) {
    let mut began: HashMap<&str, Timestamp> = HashMap::new();
    for row in &rows {
        began.entry(&row.session).and_modify(|at| *at = row.at.min(*at)).or_insert(row.at);
    }
    let border = match by {
        Split::At(border) => Some(border),
        Split::Share(share) => nth_from_end(began.values().copied().collect(), share),
    };
    let Some(border) = border else { return (rows, Vec::new()) };
    let late: Vec<bool> = rows.iter().map(|row| began[&*row.session] >= border).collect();
    let (test, train): (Vec<_>, Vec<_>) = rows.into_iter().zip(late).partition(|(_, late)| *late);
    let plain = |rows: Vec<(Row, bool)>| rows.into_iter().map(|(row, _)| row).collect();
    (plain(train), plain(test))
}

/// The earliest of the last share of these times.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count"
)]
fn nth_from_end(mut times: Vec<Timestamp>, share: f64) -> Option<Timestamp> {
    times.sort_unstable();
    times.get((times.len() as f64 * (1.0 - share)) as usize).copied()
}

fn prepare(learned: Vec<Row>, asked: Vec<Row>) -> Sessions {
    let mut names: HashMap<String, Item> = HashMap::new();
    let mut sessions = Sessions::default();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut number = |name: String| {
        let next = u32::try_from(numbers.len()).expect("fewer than four billion sessions");
        *numbers.entry(name).or_insert(next)
    };
    let mut types = Vec::new();
    for row in learned {
        let event_type = place(&mut types, row.event_type);
        let next = Item::try_from(names.len()).expect("fewer than four billion items");
        let item = *names.entry(row.item.clone()).or_insert(next);
        if item == next {
            sessions.items.push(row.item);
        }
        let session = number(format!("train {}", row.session));
        sessions.train.push(Event { session, item, event_type, at: row.at });
    }
    sessions.train.sort_by_key(|event| event.at);
    let mut of_session: HashMap<u32, Vec<Event>> = HashMap::new();
    for row in asked {
        // What is not learned cannot be recommended, by any method.
        let Some(item) = names.get(&row.item) else { continue };
        let session = number(format!("test {}", row.session));
        let event_type = place(&mut types, row.event_type);
        of_session.entry(session).or_default().push(Event { session, item: *item, event_type, at: row.at });
    }
    sessions.test = of_session.into_values().map(in_order).filter(|events| events.len() > 1).collect();
    sessions.test.sort_by_key(|events| (events[0].at, events[0].session));
    sessions.types = types;
    sessions
}

/// The place of an event type in a short list, to which it is added when it is new.
fn place(types: &mut Vec<EventType>, event_type: EventType) -> usize {
    types.iter().position(|known| *known == event_type).unwrap_or_else(|| {
        types.push(event_type);
        types.len() - 1
    })
}

fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| event.at);
    events.dedup_by_key(|event| event.item);
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[(&str, &str, i64)]) -> Vec<Row> {
        let row = |(session, item, second): &(&str, &str, i64)| Row {
            session: (*session).to_owned(),
            item: (*item).to_owned(),
            event_type: "view".parse().unwrap(),
            at: Timestamp::from_second(*second).unwrap(),
        };
        lines.iter().map(row).collect()
    }

    #[test]
    fn repetitions_unknown_items_and_single_events_are_no_case() {
        let train = rows(&[("1", "b", 20), ("1", "a", 10)]);
        let test =
            rows(&[("1", "a", 30), ("1", "a", 31), ("1", "new", 32), ("1", "b", 33), ("2", "a", 34), ("2", "new", 35)]);
        let sessions = prepare(train, test);
        assert_eq!(sessions.items, ["b", "a"]);
        assert_eq!(sessions.train.iter().map(|event| event.item).collect::<Vec<_>>(), [1, 0], "in the order of time");
        let cases: Vec<Vec<_>> =
            sessions.test.iter().map(|session| session.iter().map(|event| event.item).collect()).collect();
        assert_eq!(cases, [[1, 0]]);
        assert_ne!(sessions.test[0][0].session, sessions.train[0].session, "another file, another session");
    }

    #[test]
    fn a_split_is_by_when_a_session_began() {
        let all = &[("early", "a", 1), ("late", "a", 5), ("early", "b", 9), ("late", "b", 10)];
        for by in ["0.5", "1970-01-01T00:00:02Z"] {
            let (train, test) = split(rows(all), by.parse().unwrap());
            assert_eq!(train.iter().map(|row| &*row.session).collect::<Vec<_>>(), ["early", "early"]);
            assert_eq!(test.iter().map(|row| &*row.session).collect::<Vec<_>>(), ["late", "late"]);
        }
        assert!(["0", "1", "-0.1", "NaN", "yesterday"].iter().all(|bad| bad.parse::<Split>().is_err()));
    }

    #[test]
    fn an_item_is_a_product_id_in_its_stored_form() {
        let read = |item: &str| row(["s", item, "1"]).map(|row| row.item);
        let upper = "5B0B0000-0000-4000-8000-00000000000A";
        assert_eq!(read(upper), Ok(upper.to_lowercase()));
        assert!(read(&"x".repeat(129)).unwrap_err().contains("is not a product id"));
    }

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        let read = |time: &str| row(["s", "i", time]).map(|row| row.at.as_second());
        assert_eq!((read("1590884413.0"), read("2020-05-31T00:20:13Z")), (Ok(1_590_884_413), Ok(1_590_884_413)));
        assert!(read("yesterday").unwrap_err().contains("yesterday is neither"));
    }
}
