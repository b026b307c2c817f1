//! One pass through a dead-letter queue, then through the parked rows without a dead letter.
//!
//! A letter that stays is invisible until the end of the pass, so that the pass sees the others; then it becomes
//! visible again.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::assessment::{Assessment, FAILED_RUN, Key, Parked, Standing, WAITING};
use super::dead_letter::DeadLetter;
use super::failed_run::FailedRun;
use super::filter::{Decision, Filter};
use super::ledger::{Ledger, hint};
use super::queue::{BATCH, Outgoing, Queues};
use super::tally::Tally;
use crate::Error;

/// The number of consecutive empty responses after which everything was seen; one is enough when as many letters were seen as
/// SQS had counted.
const QUIET: usize = 2;
/// Dead letters that may arrive during a pass; more end it.
const ARRIVALS: usize = 1_000;
/// Parked rows read at a time.
const PAGE: u32 = 1_000;

/// The limits of a pass.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) dry_run: bool,
    /// Messages a second.
    pub(super) rate: Option<f64>,
    /// The maximum number of messages to send.
    pub(super) max: usize,
}

/// A pass in progress.
pub(super) struct Pass<'a> {
    ledger: Ledger,
    queues: Queues<'a>,
    filter: Filter,
    limits: Limits,
    tally: Tally,
    /// Letters seen, with the receipt handle of those that stay.
    letters: HashMap<String, Option<String>>,
    /// What letters named.
    named: HashSet<Key>,
    /// What was redriven.
    put_back: HashSet<Key>,
    sent: usize,
    next_send: Instant,
}

impl<'a> Pass<'a> {
    pub(super) fn new(ledger: Ledger, queues: Queues<'a>, filter: Filter, limits: Limits) -> Self {
        Self {
            ledger,
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

    /// Runs the pass. Even after an error the letters that stay become visible again.
    pub(super) async fn run(mut self) -> Result<Tally, Error> {
        let worked = self.work().await;
        let staying: Vec<String> = self.letters.into_values().flatten().collect();
        let released = self.queues.release(&staying).await;
        worked.and(released).map(|()| self.tally)
    }

    async fn work(&mut self) -> Result<(), Error> {
        let depth = self.queues.depth().await?;
        let most = depth.saturating_mul(2).saturating_add(ARRIVALS);
        let mut quiet = 0;
        while quiet < (if self.letters.len() < depth { QUIET } else { 1 }) && !self.tally.cut_short {
            let letters = self.queues.receive().await?;
            quiet = if letters.is_empty() { quiet + 1 } else { 0 };
            let mut new = Vec::new();
            for letter in letters {
                // A letter was received again because the pass is slow; its newest receipt handle is the valid one.
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

    async fn handle(&mut self, letters: Vec<DeadLetter>) -> Result<(), Error> {
        let (mut finished, mut back) = (Vec::new(), Vec::new());
        let assessments = self.ledger.assess(&letters).await?;
        for (letter, assessment) in letters.into_iter().zip(assessments) {
            self.letters.insert(letter.id.clone(), Some(letter.receipt.clone()));
            self.named.extend(assessment.key);
            self.tally.of(&assessment.reason).seen += 1;
            match self.decide(&assessment, back.len()) {
                Decision::Leave => self.tally.of(&assessment.reason).left += 1,
                Decision::Delete => finished.push((letter, assessment)),
                Decision::PutBack => back.push((letter, assessment)),
            }
        }
        let back = self.put_back(back).await?;
        self.delete(finished, |counts| &mut counts.deleted).await?;
        self.delete(back, |counts| &mut counts.put_back).await
    }

    fn decide(&mut self, assessment: &Assessment, about_to_send: usize) -> Decision {
        if assessment.standing == Standing::Owed && assessment.key.is_some_and(|key| self.put_back.contains(&key)) {
            // A second letter of what was just redriven: superfluous, unless it failed once more.
            let again = ![WAITING, FAILED_RUN].contains(&&*assessment.reason) && !self.limits.dry_run;
            return if again { Decision::Leave } else { Decision::Delete };
        }
        match self.filter.decide(assessment) {
            Decision::PutBack if self.sent + about_to_send >= self.limits.max => {
                self.tally.cut_short = true;
                Decision::Leave
            }
            decision => decision,
        }
    }

    /// Unparks the rows and sends the messages; returns the letters that may be deleted.
    ///
    /// The order makes a crash harmless at every point. After unparking, resend-pending hints at the row even if the
    /// letter stays in the DLQ. After sending, the next redrive sees the letter again and finds its work done, or sends
    /// it once more, which changes nothing. Deleting first could lose the only copy of an event.
    async fn put_back(
        &mut self,
        letters: Vec<(DeadLetter, Assessment)>,
    ) -> Result<Vec<(DeadLetter, Assessment)>, Error> {
        let keys: Vec<_> = letters.iter().filter_map(|(_, assessment)| assessment.key).collect();
        self.put_back.extend(&keys);
        let messages: Vec<_> = letters
            .iter()
            .map(|(letter, assessment)| Outgoing {
                body: letter.body.clone(),
                trace: letter.trace.clone(),
                run: FailedRun::read(letter).filter(|_| assessment.standing == Standing::Owed),
            })
            .collect();
        let taken = self.unpark_and_send(&keys, &messages).await?;
        let mut sent = Vec::new();
        for ((letter, assessment), taken) in letters.into_iter().zip(taken) {
            if taken {
                sent.push((letter, assessment));
            } else {
                self.tally.of(&assessment.reason).failed += 1;
            }
        }
        Ok(sent)
    }

    async fn unpark_and_send(&mut self, keys: &[Key], messages: &[Outgoing]) -> Result<Vec<bool>, Error> {
        self.sent += messages.len();
        if messages.is_empty() || self.limits.dry_run {
            return Ok(vec![true; messages.len()]);
        }
        self.keep_rate(messages.len()).await;
        self.ledger.unpark(keys).await?;
        self.queues.send(messages).await
    }

    async fn delete(
        &mut self,
        letters: Vec<(DeadLetter, Assessment)>,
        counter: fn(&mut super::tally::Counts) -> &mut usize,
    ) -> Result<(), Error> {
        let receipts: Vec<String> = letters.iter().map(|(letter, _)| letter.receipt.clone()).collect();
        let gone = match receipts.is_empty() || self.limits.dry_run {
            true => vec![true; receipts.len()],
            false => self.queues.delete(&receipts).await?,
        };
        for ((letter, assessment), gone) in letters.iter().zip(gone) {
            let counts = self.tally.of(&assessment.reason);
            *if gone { counter(counts) } else { &mut counts.failed } += 1;
            if gone && !self.limits.dry_run {
                self.letters.insert(letter.id.clone(), None);
            }
        }
        Ok(())
    }

    /// Unparks and hints at rows whose letter expired or was purged.
    async fn hint_without_letter(&mut self) -> Result<(), Error> {
        let mut after = None;
        loop {
            let page = self.ledger.list_parked(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key);
            let meant = page.into_iter().filter(|row| self.filter.means(row) && !self.named.contains(&row.key));
            let meant: Vec<Parked> = meant.collect();
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

    async fn hint(&mut self, rows: &[Parked]) -> Result<(), Error> {
        let keys: Vec<_> = rows.iter().map(|row| row.key).collect();
        let body = |key: &Key| Some(Outgoing { body: hint(*key)?, trace: None, run: None });
        let messages: Vec<_> = keys.iter().filter_map(body).collect();
        let taken = self.unpark_and_send(&keys, &messages).await?;
        for (row, taken) in rows.iter().zip(taken) {
            let counts = self.tally.of(&row.reason);
            *if taken { &mut counts.hinted } else { &mut counts.failed } += 1;
        }
        Ok(())
    }

    /// Waits until the given number of messages may be sent.
    async fn keep_rate(&mut self, messages: usize) {
        let Some(rate) = self.limits.rate else { return };
        tokio::time::sleep_until(self.next_send).await;
        let count = u32::try_from(messages).unwrap_or(u32::MAX);
        self.next_send = Instant::now() + Duration::from_secs_f64(f64::from(count) / rate);
    }
}
