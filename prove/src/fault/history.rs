//! What was sent and answered: the outside view, against which the tables are checked.

use std::collections::HashMap;
use std::sync::Mutex;

use uuid::Uuid;

/// What identifies events: the origin as stored, and the event id.
pub(super) type EventKey = (Uuid, Uuid);

/// An event that a client sent, possibly more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its type.
    pub event_type: &'static str,
    /// Its reference.
    pub ref_id: String,
    /// Whether the catalog refuses it permanently.
    pub poison: bool,
    /// The interaction id of the 2xx, once there was one.
    pub acknowledged: Option<i64>,
    /// Whether it must be stored although no 2xx named it, because its cause was acknowledged.
    pub owed: bool,
}

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Different events sent.
    pub sent: usize,
    /// Those of them that a 2xx named.
    pub acknowledged: usize,
    /// Requests sent, including retries.
    pub requests: usize,
    /// Requests answered by 503.
    pub unavailable: usize,
    /// Requests without any response.
    pub unanswered: usize,
}

/// Everything that clients sent and received.
#[derive(Debug, Default)]
pub struct History(Mutex<(HashMap<EventKey, Sent>, Counts)>);

impl History {
    /// Records an event that is about to be sent. May be repeated.
    pub fn note_sent(&self, key: EventKey, sent: Sent) {
        self.0.lock().unwrap().0.entry(key).or_insert(sent);
    }

    /// Records the end of a request.
    pub fn count_request(&self, change: impl FnOnce(&mut Counts)) {
        let mut inner = self.0.lock().unwrap();
        inner.1.requests += 1;
        change(&mut inner.1);
    }

    /// Records that a 2xx named an event; fails when an earlier 2xx gave it another id.
    ///
    /// # Errors
    /// The contradiction.
    pub fn acknowledge(&self, key: EventKey, id: i64) -> Result<(), String> {
        let mut inner = self.0.lock().unwrap();
        let sent = inner.0.get_mut(&key).ok_or_else(|| format!("{key:?} was never sent"))?;
        match sent.acknowledged.replace(id) {
            Some(before) if before != id => Err(format!("{key:?} was acknowledged as {before} and as {id}")),
            _ => Ok(()),
        }
    }

    /// Returns every event.
    #[must_use]
    pub fn events(&self) -> HashMap<EventKey, Sent> {
        self.0.lock().unwrap().0.clone()
    }

    /// Returns the counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let inner = self.0.lock().unwrap();
        let acknowledged = inner.0.values().filter(|sent| sent.acknowledged.is_some() || sent.owed).count();
        Counts { sent: inner.0.len(), acknowledged, ..inner.1 }
    }
}
