//! The figures of an import.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::send::Sent;

/// The number of lines reported for each reason.
const NAMED_LINES: usize = 5;

/// What was rejected for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The number of events, of products of a line, or of lines without an event.
    pub count: u64,
    /// The first lines, each with its error.
    pub first: Vec<(u64, String)>,
}

/// The outcome of the lines so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    lines: u64,
    skipped: u64,
    accepted: u64,
    duplicate: u64,
    rejected: BTreeMap<String, Rejected>,
    requests: u64,
    retries: u64,
}

impl Tally {
    pub(super) fn add(&mut self, batch: &Batch, sent: Sent) {
        self.lines += batch.lines;
        self.skipped += batch.skipped;
        self.accepted += sent.accepted;
        self.duplicate += sent.duplicate;
        self.requests += sent.requests;
        self.retries += sent.retries;
        let faults = batch.faults.iter().map(|(line, fault)| (*line, fault.code.to_owned(), fault.message.clone()));
        let mut rejected: Vec<_> = faults.chain(sent.refused).collect();
        rejected.sort();
        for (line, code, message) in rejected {
            let known = self.rejected.entry(code).or_default();
            known.count += 1;
            if known.first.len() < NAMED_LINES {
                known.first.push((line, message));
            }
        }
    }

    fn rejected(&self) -> u64 {
        self.rejected.values().map(|rejected| rejected.count).sum()
    }

    /// The figures in a line, for the progress bar.
    pub(super) fn line(&self) -> String {
        format!("accepted {}, duplicate {}, rejected {}", self.accepted, self.duplicate, self.rejected())
    }
}

/// The figures of a file, over all runs if earlier ones were interrupted.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Lines that were read, without the header and empty ones.
    pub lines: u64,
    /// Lines that are not about a product.
    pub skipped: u64,
    /// Events that this import added to the log, or to the queue of back-end events.
    pub accepted: u64,
    /// Events that were there before.
    pub duplicate: u64,
    /// Events that were rejected, and lines and products of lines that cannot be read.
    pub rejected: u64,
    /// The same by their code.
    pub rejected_by_code: BTreeMap<String, Rejected>,
    /// Requests, including retries.
    pub requests: u64,
    /// Repetitions.
    pub retries: u64,
    /// The line after which this run began; 0 for the start of the file.
    pub resumed_after: u64,
    /// The last line that is completely decided.
    pub last_line: u64,
    /// How long this run took.
    pub seconds: f64,
    /// Why this run stopped before the end of the file.
    pub failure: Option<String>,
}

impl Summary {
    pub(super) fn new(
        tally: Tally,
        (resumed_after, last_line): (u64, u64),
        took: Duration,
        failure: Option<String>,
    ) -> Self {
        Self {
            lines: tally.lines,
            skipped: tally.skipped,
            accepted: tally.accepted,
            duplicate: tally.duplicate,
            rejected: tally.rejected(),
            rejected_by_code: tally.rejected,
            requests: tally.requests,
            retries: tally.retries,
            resumed_after,
            last_line,
            seconds: took.as_secs_f64(),
            failure,
        }
    }

    /// Says whether the whole file was read and everything in it is decided.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failure.is_none()
    }
}
