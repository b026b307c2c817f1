//! The recommendations of Shopsignal itself: recorded, learned and asked for by the statements of the functions.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::recommendation::Placement;
use domain::{Caller, InteractionId, Learning, NewInteraction, Origin, RefType, Reference, Sink};
use indicatif::ProgressBar;
use jiff::SignedDuration;
use store::interaction::{Recorded, Submission};
use store::learning::PendingRow;
use store::recommendation::{Question, Scoring, Subject};
use store::{Database, StoreError};
use uuid::Uuid;

use super::measure::{LENGTH, Measure};
use super::sessions::{Event, Item, Sessions};

/// Events of one batch, as update-catalog gets them.
const BATCH: usize = 100;

/// A recommender with its own database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Learned<'a> {
    pub(super) database: &'a Database,
    pub(super) sessions: &'a Sessions,
    pub(super) learning: Learning,
    pub(super) scoring: Scoring,
}

impl Learned<'_> {
    /// Learns everything in the order of time, and returns how long it took without recording.
    pub(super) async fn train(&self, bar: &ProgressBar) -> Result<Duration, StoreError> {
        let mut took = Duration::ZERO;
        for events in self.sessions.train.chunks(BATCH) {
            let ids = self.record(events).await?;
            let started = Instant::now();
            store::learning::learn(self.database, &ids, PendingRow::Remove, self.learning).await?;
            took += started.elapsed();
            bar.inc(u64::try_from(events.len()).unwrap_or_default());
        }
        Ok(took)
    }

    /// Asks before every event of the test sessions but the first, and then learns from it or only notes it.
    pub(super) async fn judge(&self, learns: bool, bar: &ProgressBar) -> Result<Measure, StoreError> {
        let numbers: HashMap<&str, Item> =
            (0..).zip(&self.sessions.items).map(|(item, name)| (&**name, item)).collect();
        let mut measure = Measure::default();
        for session in &self.sessions.test {
            let mut noted = Vec::new();
            for (place, event) in session.iter().enumerate() {
                if place > 0 {
                    let started = Instant::now();
                    let list = self.recommend(event.session, &numbers).await?;
                    measure.add(&list, event.item, started.elapsed());
                }
                let ids = self.record(&[*event]).await?;
                if learns {
                    store::learning::learn(self.database, &ids, PendingRow::Remove, self.learning).await?;
                } else {
                    noted.extend(ids);
                }
            }
            // What is not learned is read from what is pending; the next session must not find it.
            store::pending::remove(self.database, Sink::Catalog, &noted).await?;
            bar.inc(1);
        }
        Ok(measure)
    }

    async fn recommend(&self, session: u32, numbers: &HashMap<&str, Item>) -> Result<Vec<Item>, StoreError> {
        let session = session_id(session);
        let question = Question {
            placement: Placement::Session,
            subject: Subject::Session(&session),
            hidden: &[],
            shown: &[],
            category_id: None,
            size: u32::try_from(LENGTH).unwrap_or(u32::MAX),
            popular_only: false,
        };
        let candidates = store::recommendation::recommend(self.database, question, self.scoring).await?;
        Ok(candidates.iter().filter_map(|candidate| numbers.get(candidate.product_id.as_str()).copied()).collect())
    }

    async fn record(&self, events: &[Event]) -> Result<Vec<InteractionId>, StoreError> {
        let items: Vec<_> = events.iter().map(|event| self.interaction(event)).collect();
        let submission = Submission {
            caller: Caller::Trusted,
            user_agent: None,
            ip_address: None,
            is_bot: false,
            guest_events_per_minute: None,
        };
        let recorded = store::interaction::record(self.database, &items, &submission).await?;
        let ids = recorded.into_iter().filter_map(|item| match item.recorded {
            Recorded::New(id) => Some(id),
            _ => None,
        });
        Ok(ids.collect())
    }

    /// An interaction, whose time is the event's: it is stored as history is.
    fn interaction(&self, event: &Event) -> NewInteraction {
        let item = &self.sessions.items[usize::try_from(event.item).expect("an item is a place in a list")];
        NewInteraction {
            origin: Origin::TRUSTED,
            event_id: Uuid::now_v7(),
            account_id: None,
            event_type: self.sessions.types[event.event_type].clone(),
            reference: Reference::new(RefType::Product, item).expect("the ids were checked when they were read"),
            session_id: Some(session_id(event.session)),
            metadata: "{}".to_owned(),
            occurred_at: Some(event.at),
            clock_error: SignedDuration::ZERO,
        }
    }
}

fn session_id(session: u32) -> String {
    format!("evaluate-{session}")
}
