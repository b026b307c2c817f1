//! What the database says about a dead letter, for each queue: whether its work is done, pending, or stuck.

use std::collections::{HashMap, HashSet};

use contracts::{AddressKey, AlertHint, Hint, Intake, peek_sealed_event, read_shop_event};
use domain::fraud::FindingId;
use domain::{InteractionId, ShopEvent, Sink};
use jiff::Timestamp;
use store::shop_event::Logged;
use store::{Database, StoreError, pending, pending_alert, shop_event};
use uuid::Uuid;

use super::assessment::{Assessment, CONFLICT, DONE, FAILED_RUN, Key, Parked, Standing, UNREADABLE, WAITING};
use super::dead_letter::DeadLetter;
use super::failed_run::FailedRun;
use crate::Error;
use crate::deployment::Deployment;
use crate::dlq::Dlq;

/// The settings for parsing events; without the address key, their content cannot be compared.
#[derive(Debug, Clone)]
struct EventReader {
    intake: Intake,
    knows_key: bool,
}

/// The database behind a queue.
pub(crate) struct Ledger {
    dlq: Dlq,
    database: Database,
    reader: EventReader,
}

impl Ledger {
    /// Opens the ledger of a queue.
    ///
    /// # Errors
    /// `Usage` when the currency cannot be right, `Secret` when the key of the deployment cannot be had.
    pub(crate) async fn open(deployment: &Deployment, dlq: Dlq) -> Result<Self, Error> {
        let known = if dlq == Dlq::OrderEvents { deployment.intake().await? } else { None };
        let knows_key = known.is_some();
        let currency = deployment.default_currency()?;
        let intake = known.unwrap_or_else(|| Intake { currency, address_key: AddressKey::unknown() });
        Ok(Self { dlq, database: deployment.database(), reader: EventReader { intake, knows_key } })
    }

    /// Classifies letters, in order.
    pub(crate) async fn assess(&self, letters: &[DeadLetter]) -> Result<Vec<Assessment>, Error> {
        let assessed = match self.dlq {
            Dlq::Sink(sink) => self.assess_hints(sink, letters).await,
            Dlq::Alerts => self.assess_alerts(letters).await,
            Dlq::OrderEvents => self.assess_events(letters).await,
            Dlq::Maintenance => Ok(assess_runs(letters)),
        };
        assessed.map_err(failed("look up dead letters"))
    }

    async fn assess_hints(&self, sink: Sink, letters: &[DeadLetter]) -> Result<Vec<Assessment>, StoreError> {
        let keys: Vec<_> =
            letters.iter().map(|letter| Hint::read(&letter.body).ok().map(|hint| hint.interaction_id)).collect();
        let ids: Vec<_> = keys.iter().flatten().copied().collect();
        let states = pending::get_states(&self.database, sink, &ids).await?.into_iter();
        let states: HashMap<_, _> =
            states.map(|row| (Key::Interaction(row.id), (row.parked_reason, row.age_seconds))).collect();
        Ok(by_row(letters, keys.into_iter().map(|id| id.map(Key::Interaction)), &states))
    }

    async fn assess_alerts(&self, letters: &[DeadLetter]) -> Result<Vec<Assessment>, StoreError> {
        use contracts::Pointer as _;
        let keys: Vec<_> =
            letters.iter().map(|letter| AlertHint::read(&letter.body).ok().map(|hint| hint.finding_id)).collect();
        let ids: Vec<_> = keys.iter().flatten().copied().collect();
        let states = pending_alert::get_states(&self.database, &ids).await?.into_iter();
        let states: HashMap<_, _> =
            states.map(|row| (Key::Alert(row.id), (row.parked_reason, row.age_seconds))).collect();
        Ok(by_row(letters, keys.into_iter().map(|id| id.map(Key::Alert)), &states))
    }

    /// Parses events as project-orders does, and checks whether they are in the log.
    async fn assess_events(&self, letters: &[DeadLetter]) -> Result<Vec<Assessment>, StoreError> {
        let now = Timestamp::now();
        let read = |letter: &DeadLetter| {
            let event = read_shop_event(&letter.body, &self.reader.intake, now).ok();
            // A seal can only be verified with the key.
            event.or_else(|| peek_sealed_event(&letter.body).filter(|_| !self.reader.knows_key))
        };
        let events: Vec<Option<ShopEvent>> = letters.iter().map(read).collect();
        let readable: Vec<_> = events.iter().flatten().cloned().collect();
        let mut logged = shop_event::compare(&self.database, &readable).await?.into_iter();
        let assessment = |(letter, event): (&DeadLetter, &Option<ShopEvent>)| {
            let (standing, reason, key) = match event {
                None => (Standing::Stuck, UNREADABLE, None),
                Some(event) => {
                    let (standing, reason) = match logged.next() {
                        // An earlier conflict remains one: only the erasure of its person hides the difference.
                        Some(Logged::Duplicate) if letter.reason.as_deref() == Some(CONFLICT) => {
                            (Standing::Stuck, CONFLICT)
                        }
                        Some(Logged::Duplicate) => (Standing::Done, DONE),
                        // The content holds hashed addresses: without their key only the ids can be compared.
                        Some(Logged::Conflict)
                            if !self.reader.knows_key && letter.reason.as_deref() != Some(CONFLICT) =>
                        {
                            (Standing::Done, DONE)
                        }
                        Some(Logged::Conflict) => (Standing::Stuck, CONFLICT),
                        // Refused by Postgres, or its attempts ran out in an outage: it would be retried now.
                        Some(Logged::New) | None => (Standing::Owed, letter.reason.as_deref().unwrap_or(WAITING)),
                    };
                    (standing, reason, Some(Key::Event(event.id)))
                }
            };
            Assessment { standing, reason: reason.to_owned(), age_seconds: letter.age_seconds, key }
        };
        Ok(letters.iter().zip(&events).map(assessment).collect())
    }

    /// Says whether losing this letter would lose nothing. A pending row is hinted at again, or is parked; an event
    /// that is not in the log exists nowhere else.
    pub(crate) fn explains(&self, assessment: &Assessment) -> bool {
        match assessment.standing {
            Standing::Done => true,
            Standing::Owed => !matches!(self.dlq, Dlq::OrderEvents | Dlq::Maintenance),
            Standing::Stuck => false,
        }
    }

    /// Unparks rows. Events and scheduled runs have none.
    pub(crate) async fn unpark(&self, keys: &[Key]) -> Result<(), Error> {
        let unparked = match self.dlq {
            Dlq::Sink(sink) => pending::unpark(&self.database, sink, &interactions(keys)).await.map(drop),
            Dlq::Alerts => pending_alert::unpark(&self.database, &alerts(keys)).await.map(drop),
            Dlq::OrderEvents | Dlq::Maintenance => Ok(()),
        };
        unparked.map_err(failed("un-park rows"))
    }

    /// Lists up to `limit` parked rows after a key, by key.
    pub(crate) async fn list_parked(&self, after: Option<Key>, limit: u32) -> Result<Vec<Parked>, Error> {
        let listed = match (self.dlq, after) {
            (Dlq::Sink(sink), after) => {
                let after = interactions(after.as_slice()).first().copied().unwrap_or(InteractionId(0));
                pending::list_parked(&self.database, sink, after, limit).await.map(|rows| {
                    rows.into_iter()
                        .map(|row| parked(Key::Interaction(row.id), row.parked_reason, row.age_seconds))
                        .collect()
                })
            }
            (Dlq::Alerts, after) => {
                let after = alerts(after.as_slice()).first().copied().unwrap_or(FindingId(Uuid::nil()));
                pending_alert::list_parked(&self.database, after, limit).await.map(|rows| {
                    rows.into_iter().map(|row| parked(Key::Alert(row.id), row.parked_reason, row.age_seconds)).collect()
                })
            }
            (Dlq::OrderEvents | Dlq::Maintenance, _) => Ok(Vec::new()),
        };
        listed.map_err(failed("list parked rows"))
    }
}

/// Writes the hint at a row; nothing else can be written from its key.
pub(crate) fn hint(key: Key) -> Option<String> {
    match key {
        Key::Interaction(interaction_id) => Some(Hint { interaction_id }.body()),
        Key::Alert(finding_id) => Some(AlertHint { finding_id }.body()),
        Key::Event(_) | Key::Run(_) => None,
    }
}

/// Classifies hints by their rows: parked with a reason, waiting, or missing, which means done.
fn by_row(
    letters: &[DeadLetter],
    keys: impl Iterator<Item = Option<Key>>,
    states: &HashMap<Key, (Option<String>, f64)>,
) -> Vec<Assessment> {
    let assessment = |(letter, key): (&DeadLetter, Option<Key>)| {
        let (standing, reason, age_seconds) = match key.map(|key| states.get(&key)) {
            None => (Standing::Stuck, UNREADABLE, letter.age_seconds),
            Some(None) => (Standing::Done, DONE, letter.age_seconds),
            Some(Some((parked_reason, age))) => (Standing::Owed, parked_reason.as_deref().unwrap_or(WAITING), *age),
        };
        Assessment { standing, reason: reason.to_owned(), age_seconds, key }
    };
    letters.iter().zip(keys).map(assessment).collect()
}

fn assess_runs(letters: &[DeadLetter]) -> Vec<Assessment> {
    let assessment = |letter: &DeadLetter| {
        let key = FailedRun::read(letter).map(|run| Key::Run(run.function));
        let (standing, reason) =
            if key.is_some() { (Standing::Owed, FAILED_RUN) } else { (Standing::Stuck, UNREADABLE) };
        Assessment { standing, reason: reason.to_owned(), age_seconds: letter.age_seconds, key }
    };
    letters.iter().map(assessment).collect()
}

fn parked(key: Key, reason: Option<String>, age_seconds: f64) -> Parked {
    Parked { key, reason: reason.unwrap_or_default(), age_seconds }
}

fn interactions(keys: &[Key]) -> Vec<InteractionId> {
    let ids: HashSet<_> =
        keys.iter().filter_map(|key| if let Key::Interaction(id) = key { Some(*id) } else { None }).collect();
    ids.into_iter().collect()
}

fn alerts(keys: &[Key]) -> Vec<FindingId> {
    let ids: HashSet<_> =
        keys.iter().filter_map(|key| if let Key::Alert(id) = key { Some(*id) } else { None }).collect();
    ids.into_iter().collect()
}

fn failed(what: &'static str) -> impl Fn(StoreError) -> Error {
    move |source| Error::Store { what, source }
}
