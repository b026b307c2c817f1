//! What recommendations are compared with: what is popular, and neighbours of items by the sessions that they share.

use std::collections::HashMap;

use jiff::Timestamp;

use super::measure::LENGTH;
use super::sessions::{Event, Item};

/// The most popular items, with forward decay.
#[derive(Debug, Default)]
pub(super) struct Popularity {
    weights: HashMap<Item, f64>,
}

impl Popularity {
    /// Counts events, each half as much for every half-life that it is older.
    pub(super) fn of(events: &[Event], half_life_days: u16) -> Self {
        let mut weights = HashMap::new();
        let epoch = events.last().map_or(Timestamp::UNIX_EPOCH, |event| event.at);
        for event in events {
            let days = event.at.duration_since(epoch).as_secs_f64() / 86_400.0;
            *weights.entry(event.item).or_default() += (days / f64::from(half_life_days)).exp2();
        }
        Self { weights }
    }

    /// Returns the best items other than the current one.
    pub(super) fn recommend(&self, session: &[Item]) -> Vec<Item> {
        best(self.weights.clone(), session.last().copied())
    }
}

/// Neighbours of items: the cosine of the sets of sessions in which two items occur.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    similar: HashMap<Item, Vec<(Item, f64)>>,
}

/// Neighbours that are kept of an item.
const NEIGHBOURS: usize = 100;

impl Neighbours {
    /// Compares all items that share a session.
    pub(super) fn of(events: &[Event]) -> Self {
        let mut sessions: HashMap<u32, Vec<Item>> = HashMap::new();
        events.iter().for_each(|event| sessions.entry(event.session).or_default().push(event.item));
        let mut counts: HashMap<Item, f64> = HashMap::new();
        let mut together: HashMap<(Item, Item), f64> = HashMap::new();
        for mut items in sessions.into_values() {
            items.sort_unstable();
            items.dedup();
            for (place, item) in items.iter().enumerate() {
                *counts.entry(*item).or_default() += 1.0;
                for other in &items[place + 1..] {
                    *together.entry((*item, *other)).or_default() += 1.0;
                }
            }
        }
        let mut similar: HashMap<Item, Vec<(Item, f64)>> = HashMap::new();
        for ((item, other), shared) in together {
            let cosine = shared / (counts[&item] * counts[&other]).sqrt();
            similar.entry(item).or_default().push((other, cosine));
            similar.entry(other).or_default().push((item, cosine));
        }
        for neighbours in similar.values_mut() {
            neighbours.sort_by(by_score);
            neighbours.truncate(NEIGHBOURS);
        }
        Self { similar }
    }

    /// Returns the items that are nearest to the session's last ten, the newer the more, other than the current one.
    pub(super) fn recommend(&self, session: &[Item]) -> Vec<Item> {
        let mut scores: HashMap<Item, f64> = HashMap::new();
        for (place, item) in (1_u32..=10).zip(session.iter().rev()) {
            for (other, cosine) in self.similar.get(item).into_iter().flatten() {
                *scores.entry(*other).or_default() += cosine / f64::from(place);
            }
        }
        best(scores, session.last().copied())
    }
}

fn best(mut scores: HashMap<Item, f64>, current: Option<Item>) -> Vec<Item> {
    if let Some(current) = current {
        scores.remove(&current);
    }
    let mut scores: Vec<_> = scores.into_iter().collect();
    scores.sort_by(by_score);
    scores.into_iter().take(LENGTH).map(|(item, _)| item).collect()
}

fn by_score(one: &(Item, f64), other: &(Item, f64)) -> std::cmp::Ordering {
    other.1.total_cmp(&one.1).then(one.0.cmp(&other.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(sessions: &[&[Item]]) -> Vec<Event> {
        let at = |second: usize| Timestamp::from_second(i64::try_from(second).unwrap()).unwrap();
        let of_session = |(number, items): (usize, &&[Item])| -> Vec<Event> {
            let session = u32::try_from(number).unwrap();
            items.iter().map(|item| Event { session, item: *item, event_type: 0, at: at(number) }).collect()
        };
        sessions.iter().enumerate().flat_map(of_session).collect()
    }

    #[test]
    fn what_was_met_more_often_or_later_is_more_popular() {
        let popularity = Popularity::of(&events(&[&[1, 2], &[2, 3]]), 1);
        assert_eq!(popularity.recommend(&[]), [2, 3, 1]);
        assert_eq!(popularity.recommend(&[2]), [3, 1]);
    }

    #[test]
    fn neighbours_share_sessions_and_rare_items_are_nearer() {
        let neighbours = Neighbours::of(&events(&[&[1, 2, 3], &[1, 2], &[2, 4], &[2, 5]]));
        assert_eq!(neighbours.recommend(&[1]), [2, 3], "two of two sessions are closer than one of one");
        assert!(neighbours.recommend(&[9]).is_empty());
    }
}
