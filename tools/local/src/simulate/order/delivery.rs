//! The order in which events are sent: mostly as they happened, some late, some repeated.

use jiff::Timestamp;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use super::calendar::after;

const LATE: f64 = 0.03;
const TWICE: f64 = 0.02;
const HOUR_MS: u64 = 3_600_000;

/// An event of the back end.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When it happened, to the millisecond.
    pub occurred_at: Timestamp,
    /// The event as it is sent: an object in one of the two wire formats.
    pub body: Value,
}

/// Collects events until they are sorted by the time of sending.
pub(super) struct Delivery {
    until: Timestamp,
    rng: ChaCha8Rng,
    /// By the time of sending.
    events: Vec<(Timestamp, Event)>,
}

impl Delivery {
    /// Events after `until` have not happened yet and are omitted.
    pub(super) fn new(until: Timestamp, rng: ChaCha8Rng) -> Self {
        Self { until, rng, events: Vec::new() }
    }

    /// Adds an event, which is sent when it happens, or slightly later.
    pub(super) fn add(&mut self, at: Timestamp, body: Value) {
        let late = if self.rng.random_bool(LATE) { self.rng.random_range(0..6 * HOUR_MS) } else { 0 };
        self.add_late(after(at, late), at, body);
    }

    /// Adds an event that is sent at a given time.
    pub(super) fn add_late(&mut self, sent_at: Timestamp, at: Timestamp, body: Value) {
        if at > self.until {
            return;
        }
        if self.rng.random_bool(TWICE) {
            let again = after(sent_at, self.rng.random_range(0..24 * HOUR_MS));
            self.events.push((again, Event { occurred_at: at, body: body.clone() }));
        }
        self.events.push((sent_at, Event { occurred_at: at, body }));
    }

    /// All events in the order of sending.
    pub(super) fn finish(mut self) -> Vec<Event> {
        // A stable sort: what is sent at the same instant keeps its order.
        self.events.sort_by_key(|(sent_at, _)| *sent_at);
        self.events.into_iter().map(|(_, event)| event).collect()
    }
}
