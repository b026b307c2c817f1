//! One pass through a dead-letter queue, then through the parked rows that no dead letter stands for.
//!
//! A letter that stays is hidden until the end of the pass, so that the pass meets the others; then it is shown again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use contracts::Hint;
use domain::{InteractionId, Sink};
use store::Database;
use store::pending::{self, State};
use tokio::time::Instant;

use super::filter::{Decision, Filter, Finding};
use super::queue::{BATCH, Letter, Outgoing, Queues};
use super::tally::Tally;
use crate::Error;

/// Empty answers in a row that mean that everything was seen.
const QUIET: usize = 2;
/// Dead letters that may come in while a pass is under way; more end it.
const ARRIVALS: usize = 1_000;
/// Parked rows read at a time.
const PAGE: u32 = 1_000;

/// The limits of a pass.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) dry_run: bool,
    /// Messages a second.
    pub(super) rate: Option<f64>,
    /// The most messages to send.
    pub(super) max: usize,
}

/// A pass under way.
pub(super) struct Pass<'a> {
    database: Database,
    sink: Sink,
    queues: Queues<'a>,
    filter: Filter,
    limits: Limits,
    tally: Tally,
    /// Letters met, with the receipt of those that stay.
    letters: HashMap<String, Option<String>>,
    /// Interactions that letters named.
    named: HashSet<InteractionId>,
    /// Interactions put back.
    put_back: HashSet<InteractionId>,
    sent: usize,
    next_send: Instant,
}

impl<'a> Pass<'a> {
    pub(super) fn new((database, sink): (Database, Sink), queues: Queues<'a>, filter: Filter, limits: Limits) -> Self {
        Self {
            database,
            sink,
            queues,
            filter,
            tally: Tally { dry_run: limits.dry_run, ..Tally::default() },
            limits,
            letters: HashMap::new(),
            named: HashSet::new(),
            put_back: HashSet::new(),
            sent: 0,
            next_send: Instant::now(),
        }
    }

    /// Runs the pass. Also after an error the letters that stay are shown again.
    pub(super) async fn run(mut self) -> Result<Tally, Error> {
        let worked = self.work().await;
        let staying: Vec<String> = self.letters.into_values().flatten().collect();
        let released = self.queues.release(&staying).await;
        worked.and(released).map(|()| self.tally)
    }

    async fn work(&mut self) -> Result<(), Error> {
        let most = self.queues.depth().await?.saturating_mul(2).saturating_add(ARRIVALS);
        let mut quiet = 0;
        while quiet < QUIET && !self.tally.cut_short {
            let letters = self.queues.receive().await?;
            quiet = if letters.is_empty() { quiet + 1 } else { 0 };
            let mut new = Vec::new();
            for letter in letters {
                // A letter seen before came back because the pass is slow; its newest receipt is the valid one.
                match self.letters.get_mut(&letter.id) {
                    Some(receipt) => *receipt = Some(letter.receipt),
                    None => new.push(letter),
                }
            }
            self.handle(new).await?;
            self.tally.cut_short |= self.letters.len() >= most;
        }
        if self.tally.cut_short { Ok(()) } else { self.hint_without_letter().await }
    }

    async fn handle(&mut self, letters: Vec<Letter>) -> Result<(), Error> {
        let (mut finished, mut back) = (Vec::new(), Vec::new());
        for (letter, finding) in self.look_up(letters).await? {
            self.letters.insert(letter.id.clone(), Some(letter.receipt.clone()));
            self.named.extend(finding.id());
            self.tally.of(finding.reason()).seen += 1;
            match self.decide(&finding, back.len()) {
                Decision::Leave => self.tally.of(finding.reason()).left += 1,
                Decision::Delete => finished.push((letter, finding)),
                Decision::PutBack => back.push((letter, finding)),
            }
        }
        let back = self.put_back(back).await?;
        self.delete(finished, |counts| &mut counts.deleted).await?;
        self.delete(back, |counts| &mut counts.put_back).await
    }

    /// Reads each letter and its row.
    async fn look_up(&self, letters: Vec<Letter>) -> Result<Vec<(Letter, Finding)>, Error> {
        let hints: Vec<_> =
            letters.iter().map(|letter| Hint::read(&letter.body).map(|hint| hint.interaction_id)).collect();
        let ids: Vec<_> = hints.iter().filter_map(|hint| hint.as_ref().ok().copied()).collect();
        let states =
            pending::get_states(&self.database, self.sink, &ids).await.map_err(store("look up pending rows"))?;
        let states: HashMap<InteractionId, State> = states.into_iter().map(|state| (state.id, state)).collect();
        let findings = letters.into_iter().zip(hints).map(|(letter, hint)| {
            let finding = match hint {
                Err(_) => Finding::Unreadable { age_seconds: letter.age_seconds },
                Ok(id) => states.get(&id).cloned().map_or(Finding::Done { id }, Finding::Pending),
            };
            (letter, finding)
        });
        Ok(findings.collect())
    }

    fn decide(&mut self, finding: &Finding, about_to_send: usize) -> Decision {
        if let (Finding::Pending(state), true) = (finding, finding.id().is_some_and(|id| self.put_back.contains(&id))) {
            // A second letter of a row that was just put back: superfluous, unless the row is parked once more.
            let parked_again = state.parked_reason.is_some() && !self.limits.dry_run;
            return if parked_again { Decision::Leave } else { Decision::Delete };
        }
        match self.filter.decide(finding) {
            Decision::PutBack if self.sent + about_to_send >= self.limits.max => {
                self.tally.cut_short = true;
                Decision::Leave
            }
            decision => decision,
        }
    }

    /// Un-parks the rows and sends the messages; returns the letters that may be deleted.
    ///
    /// The order makes a crash harmless at every point. After un-parking, resend-pending hints at the row although the
    /// letter is still dead. After sending, the letter is met again by the next redrive, which finds the row done, or
    /// hints once more, which changes nothing. Deleting first could lose the only trace of a row that is still parked.
    async fn put_back(&mut self, letters: Vec<(Letter, Finding)>) -> Result<Vec<(Letter, Finding)>, Error> {
        let ids: Vec<_> = letters.iter().filter_map(|(_, finding)| finding.id()).collect();
        self.put_back.extend(&ids);
        let messages: Vec<_> = letters
            .iter()
            .map(|(letter, _)| Outgoing { body: letter.body.clone(), trace: letter.trace.clone() })
            .collect();
        let taken = self.unpark_and_send(&ids, &messages).await?;
        let mut sent = Vec::new();
        for ((letter, finding), taken) in letters.into_iter().zip(taken) {
            if taken {
                sent.push((letter, finding));
            } else {
                self.tally.of(finding.reason()).failed += 1;
            }
        }
        Ok(sent)
    }

    async fn unpark_and_send(&mut self, ids: &[InteractionId], messages: &[Outgoing]) -> Result<Vec<bool>, Error> {
        self.sent += messages.len();
        if messages.is_empty() || self.limits.dry_run {
            return Ok(vec![true; messages.len()]);
        }
        self.keep_rate(messages.len()).await;
        pending::unpark(&self.database, self.sink, ids).await.map_err(store("un-park rows"))?;
        self.queues.send(messages).await
    }

    async fn delete(
        &mut self,
        letters: Vec<(Letter, Finding)>,
        counter: fn(&mut super::tally::Counts) -> &mut usize,
    ) -> Result<(), Error> {
        let receipts: Vec<String> = letters.iter().map(|(letter, _)| letter.receipt.clone()).collect();
        let gone = match receipts.is_empty() || self.limits.dry_run {
            true => vec![true; receipts.len()],
            false => self.queues.delete(&receipts).await?,
        };
        for ((letter, finding), gone) in letters.iter().zip(gone) {
            let counts = self.tally.of(finding.reason());
            *if gone { counter(counts) } else { &mut counts.failed } += 1;
            if gone && !self.limits.dry_run {
                self.letters.insert(letter.id.clone(), None);
            }
        }
        Ok(())
    }

    /// Un-parks and hints at rows whose letter expired or was purged.
    async fn hint_without_letter(&mut self) -> Result<(), Error> {
        let mut after = InteractionId(0);
        loop {
            let page = pending::list_parked(&self.database, self.sink, after, PAGE).await;
            let page = page.map_err(store("list parked rows"))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            let meant = page.into_iter().filter(|row| self.filter.matches(row) && !self.named.contains(&row.id));
            let meant: Vec<State> = meant.collect();
            for rows in meant.chunks(BATCH) {
                let rows = &rows[..rows.len().min(self.limits.max.saturating_sub(self.sent))];
                if rows.is_empty() {
                    self.tally.cut_short = true;
                    return Ok(());
                }
                self.hint(rows).await?;
            }
        }
    }

    async fn hint(&mut self, rows: &[State]) -> Result<(), Error> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let body = |id: &InteractionId| Outgoing { body: Hint { interaction_id: *id }.body(), trace: None };
        let messages: Vec<_> = ids.iter().map(body).collect();
        let taken = self.unpark_and_send(&ids, &messages).await?;
        let results: BTreeMap<_, _> = ids.into_iter().zip(taken).collect();
        for row in rows {
            let counts = self.tally.of(row.parked_reason.as_deref().unwrap_or_default());
            *if results[&row.id] { &mut counts.hinted } else { &mut counts.failed } += 1;
        }
        Ok(())
    }

    /// Waits until so many messages may be sent.
    async fn keep_rate(&mut self, messages: usize) {
        let Some(rate) = self.limits.rate else { return };
        tokio::time::sleep_until(self.next_send).await;
        let count = u32::try_from(messages).unwrap_or(u32::MAX);
        self.next_send = Instant::now() + Duration::from_secs_f64(f64::from(count) / rate);
    }
}

fn store(what: &'static str) -> impl Fn(store::StoreError) -> Error {
    move |source| Error::Store { what, source }
}
