//! Random requests of shoppers from a seed, with event ids so that a retry is recognized.

use domain::Origin;
use jiff::Timestamp;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::weight::{TRUSTED, WEIGHTS};
use testkit::{HttpEvent, HttpReply, Invoked};
use uuid::Uuid;

use super::environment::{CANARIES, Environment, Notes};
use super::history::{History, Sent};
use super::rig::Rig;

/// The senders of the default traffic.
pub(super) const SHOPPER: Uuid = Uuid::from_u128((0x5b0b_0000 << 96) | 99);
/// The products; every second event is about the first one.
pub(super) const PRODUCTS: u128 = 20;
/// The sessions of the shopper.
const SESSIONS: u8 = 24;

/// Generates requests.
#[derive(Debug)]
pub struct Traffic {
    random: ChaCha8Rng,
    /// The percentage of events that the catalog refuses permanently.
    poison_percent: u32,
    /// The maximum number of items of a request.
    most_items: usize,
    /// What a shopper may send.
    event_types: Vec<&'static str>,
}

/// A request that can be retried unchanged.
#[derive(Debug, Clone)]
pub struct Request {
    items: Vec<(Uuid, Sent)>,
    origin: Origin,
    event: Value,
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A 2xx: everything is stored.
    Acknowledged,
    /// A 503: retry.
    Unavailable,
    /// No response at all.
    Unanswered,
}

impl Traffic {
    /// Starts a stream of requests.
    #[must_use]
    pub fn new(seed: u64, poison_percent: u32, most_items: usize) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), poison_percent, most_items, event_types: untrusted() }
    }

    /// Draws the next request.
    pub fn draw(&mut self) -> Request {
        let count = self.random.random_range(1..=self.most_items);
        let mut items: Vec<_> = (0..count).map(|_| self.item()).collect();
        // At least one effect for both sinks.
        items[0].1.poison = false;
        items[0].1.ref_id = product_id(0).to_string();
        Request::of_account(SHOPPER, items)
    }

    /// Sends a number of requests while nothing is broken, so that each must be acknowledged.
    ///
    /// # Errors
    /// When one was not.
    pub async fn record(&mut self, rig: &Rig, requests: u32) -> Result<(), String> {
        let mut recorder = rig.environment("record-interactions", &[]);
        for _ in 0..requests {
            let outcome = self.draw().send(&mut recorder, &rig.history, &rig.notes).await;
            if outcome != Outcome::Acknowledged {
                return Err(format!("without a fault a request was {outcome:?}"));
            }
        }
        recorder.end().await;
        Ok(())
    }

    fn item(&mut self) -> (Uuid, Sent) {
        let random = &mut self.random;
        let event_id = uuid::Builder::from_random_bytes(random.random()).into_uuid();
        let event_type =
            if random.random_ratio(1, 20) { "page_scrolled" } else { self.event_types.choose(random).unwrap() };
        let poison = random.random_ratio(self.poison_percent, 100);
        let product = if random.random() { 0 } else { random.random_range(1..PRODUCTS) };
        let ref_id = match random.random_ratio(1, 20) {
            true => "shoes".to_owned(),
            false => product_id(product).to_string(),
        };
        (event_id, Sent { event_type, ref_id, poison, acknowledged: None, owed: false })
    }
}

/// What a shopper may send. Views are twice as likely as the others, as they are in a shop.
fn untrusted() -> Vec<&'static str> {
    let events = WEIGHTS.iter().map(|(event, ..)| *event).filter(|event| !TRUSTED.contains(event));
    events.chain(["view"]).collect()
}

/// A product with a readable id.
pub(super) fn product_id(number: u128) -> Uuid {
    Uuid::from_u128((0x5b0b_0000 << 96) | number)
}

/// One of a few sessions: several requests share a visit, and yet each visit is short enough to be recounted as a whole.
fn session(items: &[(Uuid, Sent)]) -> String {
    let number = items.first().map_or(0, |(event_id, _)| event_id.as_bytes()[0] % SESSIONS);
    format!("{}-{number}", CANARIES[1])
}

/// The body of a request with these items.
fn body(items: &[(Uuid, Sent)], session: &str) -> String {
    let note = CANARIES[2];
    let items: Vec<_> = items
        .iter()
        .map(|(event_id, sent)| {
            let ref_type = if Uuid::try_parse(&sent.ref_id).is_ok() { "Product" } else { "Category" };
            json!({
                "event_id": event_id, "event_type": sent.event_type, "ref_type": ref_type, "ref_id": sent.ref_id,
                "session_id": session, "metadata": {"note": note, "poison": sent.poison},
            })
        })
        .collect();
    json!({ "interactions": items }).to_string()
}

impl Request {
    /// A request of a signed-in shopper.
    #[must_use]
    pub fn of_account(account: Uuid, items: Vec<(Uuid, Sent)>) -> Self {
        let session = session(&items);
        Self::in_session(account, &session, items)
    }

    /// A request of a signed-in shopper in this session.
    #[must_use]
    pub fn in_session(account: Uuid, session: &str, items: Vec<(Uuid, Sent)>) -> Self {
        let request = HttpEvent::new("POST", "/api/v1/analytic/interaction").account(account);
        let event = request.header("user-agent", CANARIES[0]).body(body(&items, session)).event();
        Self { items, origin: Origin::of_account(account), event }
    }

    /// A request of a guest.
    #[must_use]
    pub fn of_guest(session: &str, items: Vec<(Uuid, Sent)>) -> Self {
        let request = HttpEvent::new("POST", "/api/v1/analytic/guest/interaction");
        let event = request.header("user-agent", CANARIES[0]).body(body(&items, session)).event();
        Self { items, origin: Origin::of_session(session), event }
    }

    /// A request of the shop's services with history: events with their times.
    #[must_use]
    pub fn of_history(items: &[(Uuid, Sent, Timestamp)]) -> Self {
        let item = |(event_id, sent, at): &(Uuid, Sent, Timestamp)| {
            json!({
                "event_id": event_id, "event_type": sent.event_type, "ref_type": "Product", "ref_id": sent.ref_id,
                "occurred_at": at,
            })
        };
        let body = json!({ "interactions": items.iter().map(item).collect::<Vec<_>>() });
        let request = HttpEvent::new("POST", "/api/v1/analytic/import/interaction").account(SHOPPER).trusted();
        let items = items.iter().map(|(event_id, sent, _)| (*event_id, sent.clone())).collect();
        Self { items, origin: Origin::TRUSTED, event: request.body(body.to_string()).event() }
    }

    /// Sends the request, and records what was sent and received.
    ///
    /// # Panics
    /// When the response is not one of ours.
    pub async fn send(&self, recorder: &mut Environment, history: &History, notes: &Notes) -> Outcome {
        self.note_sent(history);
        let said = recorder.invoke(&self.event).await;
        self.note_answer(said, history, notes)
    }

    /// Records the events as sent.
    pub fn note_sent(&self, history: &History) {
        for (event_id, sent) in &self.items {
            history.note_sent((self.origin.as_uuid(), *event_id), sent.clone());
        }
    }

    fn note_answer(&self, said: Invoked, history: &History, notes: &Notes) -> Outcome {
        let reply = match said {
            Invoked::Answered(answer) => HttpReply::of(&answer),
            Invoked::Failed(error) => {
                notes.add(format!("recording reported an error to Lambda: {error}"));
                history.count_request(|counts| counts.unanswered += 1);
                return Outcome::Unanswered;
            }
            Invoked::Died => {
                history.count_request(|counts| counts.unanswered += 1);
                return Outcome::Unanswered;
            }
        };
        match reply.status {
            200 => {
                history.count_request(|_| {});
                self.acknowledge(&reply.json(), history, notes);
                Outcome::Acknowledged
            }
            503 => {
                history.count_request(|counts| counts.unavailable += 1);
                Outcome::Unavailable
            }
            status => {
                notes.add(format!("a good request was answered by {status}: {}", reply.body));
                history.count_request(|_| {});
                Outcome::Unanswered
            }
        }
    }

    fn acknowledge(&self, body: &Value, history: &History, notes: &Notes) {
        let results = body["data"]["results"].as_array().cloned().unwrap_or_default();
        if results.len() != self.items.len() {
            notes.add(format!("{} results for {} items", results.len(), self.items.len()));
        }
        for ((event_id, _), result) in self.items.iter().zip(&results) {
            let named = result["event_id"].as_str() == Some(&event_id.to_string());
            let stored = matches!(result["status"].as_str(), Some("accepted" | "duplicate"));
            match result["id"].as_i64() {
                Some(id) if named && stored => {
                    if let Err(contradiction) = history.acknowledge((self.origin.as_uuid(), *event_id), id) {
                        notes.add(contradiction);
                    }
                }
                _ => notes.add(format!("a good item was not stored: {result}")),
            }
        }
    }

    /// Returns how many items it has.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a request has at least one item")]
    pub fn len(&self) -> usize {
        self.items.len()
    }
}
