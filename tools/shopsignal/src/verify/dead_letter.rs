//! The dead-letter queues against the database: every letter must be accounted for.
//!
//! Reading makes a letter invisible until the end, so a concurrent redrive may miss some.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::Error;
use crate::deployment::Deployment;
use crate::dlq::Dlq;
use crate::redrive::dead_letter::DeadLetter;
use crate::redrive::ledger::Ledger;
use crate::redrive::queue::{Destination, Queues};

/// The number of letters read in one queue. The rest is counted as unexplained.
const LOOKED_AT: usize = 20_000;
/// The number of consecutive empty responses after which everything was seen.
const QUIET: usize = 2;

/// The letters of one dead-letter queue, by reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DeadLetterCheck {
    /// Which queue.
    pub queue: String,
    /// Letters whose loss would lose nothing: their effect was applied, or a pending row exists.
    pub explained: BTreeMap<String, usize>,
    /// Letters whose work is recorded nowhere else. Must be none.
    pub unexplained: BTreeMap<String, usize>,
    /// Letters that were not read: too many, or invisible. Must be none.
    pub unseen: usize,
}

impl DeadLetterCheck {
    /// Counts what is not accounted for.
    #[must_use]
    pub fn unaccounted(&self) -> usize {
        self.unexplained.values().sum::<usize>() + self.unseen
    }
}

/// Reads every known dead-letter queue, concurrently.
pub(super) async fn check(deployment: &Deployment) -> Result<Vec<DeadLetterCheck>, Error> {
    let known = Dlq::ALL.into_iter().filter_map(|dlq| Some((dlq, deployment.dlq_url(dlq)?)));
    futures_util::future::try_join_all(known.map(|(dlq, url)| look(deployment, dlq, url))).await
}

async fn look(deployment: &Deployment, dlq: Dlq, url: &str) -> Result<DeadLetterCheck, Error> {
    let ledger = Ledger::open(deployment, dlq).await?;
    // nothing is sent
    let queues = Queues { client: deployment.sqs(), destination: Destination::Queue(url), dlq: url };
    let mut check = DeadLetterCheck { queue: format!("{dlq}-dlq"), ..DeadLetterCheck::default() };
    let mut receipts = HashMap::new();
    let looked = look_at_all(&queues, &ledger, (&mut check, &mut receipts)).await;
    // Even after an error the letters become visible again.
    let released = queues.release(&receipts.into_values().collect::<Vec<_>>()).await;
    looked.and(released).map(|()| check)
}

async fn look_at_all(
    queues: &Queues<'_>,
    ledger: &Ledger,
    (check, receipts): (&mut DeadLetterCheck, &mut HashMap<String, String>),
) -> Result<(), Error> {
    let depth = queues.depth().await?;
    let (mut quiet, needed) = (0, if depth == 0 { 1 } else { QUIET });
    while quiet < needed && receipts.len() < LOOKED_AT {
        let letters = queues.receive().await?;
        quiet = if letters.is_empty() { quiet + 1 } else { 0 };
        // A letter that was seen before has a new receipt handle, and is already counted.
        let new =
            letters.into_iter().filter(|letter| receipts.insert(letter.id.clone(), letter.receipt.clone()).is_none());
        count(ledger, new.collect(), check).await?;
    }
    check.unseen = depth.saturating_sub(receipts.len());
    Ok(())
}

async fn count(ledger: &Ledger, letters: Vec<DeadLetter>, check: &mut DeadLetterCheck) -> Result<(), Error> {
    for assessment in ledger.assess(&letters).await? {
        let counts = if ledger.explains(&assessment) { &mut check.explained } else { &mut check.unexplained };
        *counts.entry(assessment.reason).or_default() += 1;
    }
    Ok(())
}
