//! The daily caps, restated for tests and counted naively: independent of the seeded table and of any SQL.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// How many events of one actor count per reference and day. What is not listed has no cap.
pub const CAPS: [(&str, usize); 15] = [
    ("add_to_favorites", 1),
    ("dislike", 1),
    ("not_interested", 1),
    ("hide_item", 1),
    ("report_product", 1),
    ("add_to_cart", 3),
    ("remove_from_cart", 3),
    ("view", 5),
    ("view_bounce", 5),
    ("ask_question", 5),
    ("click_from_search", 5),
    ("click_from_recommendation", 5),
    ("click_from_category", 5),
    ("view_similar_products", 5),
    ("product_impression", 10),
];
/// How many times as many events of all guests of one network count.
const NETWORK: usize = 10;

/// Returns the caps of an event by default: of one actor, and of the guests of a network.
#[must_use]
pub fn default_caps(event_type: &str, _day: i64) -> Option<(usize, usize)> {
    CAPS.iter().find(|(name, _)| *name == event_type).map(|(_, cap)| (*cap, cap * NETWORK))
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// What arrives this many seconds after its time is history and has no cap.
const HISTORY: i64 = 7 * DAY + HOUR;

/// An applied event, as far as caps are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CappedEvent {
    /// The interaction.
    pub id: i64,
    /// What was done.
    pub event_type: String,
    /// With what.
    pub reference: String,
    /// The event time, in seconds since 1970.
    pub second: i64,
    /// How many seconds later it arrived.
    pub delay: i64,
    /// Who did it.
    pub actor: Option<Uuid>,
    /// Where from, for guests.
    pub network: Option<Uuid>,
    /// Whether a bot or somebody excluded sent it.
    pub excluded: bool,
}

/// Returns the ids of the events that count.
///
/// Of each actor those are the earliest of a day, and of guests then the earliest of their network, by the hour and then by
/// the id. The caps are those of a type on a day, counted since 1970.
#[must_use]
pub fn counting(events: &[CappedEvent], caps: impl Fn(&str, i64) -> Option<(usize, usize)>) -> BTreeSet<i64> {
    let cap = |event: &CappedEvent| {
        let cap = caps(&event.event_type, event.second.div_euclid(DAY));
        cap.filter(|_| event.actor.is_some() && event.delay <= HISTORY)
    };
    let admitted = events.iter().filter(|event| !event.excluded);
    let (limited, free): (Vec<_>, Vec<_>) = admitted.partition(|event| cap(event).is_some());
    let kept = earliest(limited, |event| (cap(event).unwrap_or_default().0, event.actor));
    let (guests, others): (Vec<_>, Vec<_>) = kept.into_iter().partition(|event| event.network.is_some());
    let guests = earliest(guests, |event| (cap(event).unwrap_or_default().1, None));
    free.into_iter().chain(others).chain(guests).map(|event| event.id).collect()
}

/// The earliest of each group, as many as the cap.
fn earliest(
    events: Vec<&CappedEvent>,
    cap_and_actor: impl Fn(&CappedEvent) -> (usize, Option<Uuid>),
) -> Vec<&CappedEvent> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for event in events {
        let (cap, actor) = cap_and_actor(event);
        let day = event.second.div_euclid(DAY);
        groups.entry((&event.reference, &event.event_type, day, event.network, actor, cap)).or_default().push(event);
    }
    let groups = groups.into_iter().flat_map(|((.., cap), mut group)| {
        group.sort_by_key(|event| (event.second.div_euclid(HOUR), event.id));
        group.truncate(cap);
        group
    });
    groups.collect()
}
