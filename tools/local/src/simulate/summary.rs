//! The result of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::api::{Answer, Unanswered};
use super::shop::ShopSummary;

/// The figures of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The seed of everything random.
    pub seed: u64,
    /// The name of the run; the same seed and name again store nothing new.
    pub run: String,
    /// Items sent.
    pub interactions: usize,
    /// Stored by this run.
    pub accepted: usize,
    /// Stored before.
    pub duplicate: usize,
    /// Rejected, including conflicts.
    pub rejected: usize,
    /// Rejected items by code.
    pub rejected_by_code: BTreeMap<String, usize>,
    /// Items of requests without a usable response.
    pub failed: usize,
    /// The first such request's reason.
    pub first_failure: Option<String>,
    /// Whether the run ended early, because no request at all was answered.
    pub aborted: bool,
    /// Requests sent, without repetitions.
    pub requests: usize,
    /// Repetitions.
    pub retries: usize,
    /// From the first request to the last response.
    pub seconds: f64,
    /// Items a second.
    pub rate: f64,
    /// How long requests took including retries, from when they were due.
    pub latency_ms: Latency,
    /// The products of each taste: what must be found to go together.
    pub tastes: Vec<Vec<String>>,
    /// The orders, if any were sent.
    pub shop: Option<ShopSummary>,
}

/// Percentiles in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    /// Half of the requests took at most this.
    pub p50: f64,
    /// 90 of 100.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
}

impl Summary {
    /// Whether every item is stored, and every back-end event accepted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let shop = self.shop.as_ref().is_none_or(ShopSummary::is_complete);
        self.rejected == 0 && self.failed == 0 && !self.aborted && shop
    }
}

/// Counts during a run.
pub(super) struct Tally {
    summary: Summary,
    /// Microseconds.
    latency: Histogram<u64>,
}

impl Tally {
    pub(super) fn new(seed: u64, run: String) -> Self {
        // Up to an hour, to three digits.
        let latency = Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("the bounds are in order");
        let none = Latency { p50: 0.0, p90: 0.0, p99: 0.0, max: 0.0 };
        let summary = Summary {
            seed,
            run,
            interactions: 0,
            accepted: 0,
            duplicate: 0,
            rejected: 0,
            rejected_by_code: BTreeMap::new(),
            failed: 0,
            first_failure: None,
            aborted: false,
            requests: 0,
            retries: 0,
            seconds: 0.0,
            rate: 0.0,
            latency_ms: none,
            tastes: Vec::new(),
            shop: None,
        };
        Self { summary, latency }
    }

    /// Counts a request of `items` with its result.
    pub(super) fn add(&mut self, items: usize, result: Result<Answer, Unanswered>, took: Duration) {
        let summary = &mut self.summary;
        summary.requests += 1;
        summary.interactions += items;
        self.latency.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        match result {
            Ok(answer) => {
                summary.accepted += answer.accepted;
                summary.duplicate += answer.duplicate;
                for (code, count) in answer.rejected {
                    summary.rejected += count;
                    *summary.rejected_by_code.entry(code).or_default() += count;
                }
            }
            Err(unanswered) => {
                summary.failed += items;
                summary.first_failure.get_or_insert(unanswered.chain());
            }
        }
    }

    pub(super) fn add_retries(&mut self, retries: usize) {
        self.summary.retries += retries;
    }

    /// Says whether none of the first requests was answered.
    pub(super) fn is_hopeless(&mut self, requests: usize) -> bool {
        let Summary { interactions, failed, .. } = self.summary;
        self.summary.aborted = self.summary.requests >= requests && failed == interactions;
        self.summary.aborted
    }

    /// One line for the progress bar.
    pub(super) fn line(&self) -> String {
        let Summary { accepted, duplicate, rejected, failed, retries, .. } = self.summary;
        format!("accepted {accepted}  duplicate {duplicate}  rejected {rejected}  failed {failed}  retries {retries}")
    }

    /// Finishes the counts after a run of the given duration.
    #[expect(clippy::cast_precision_loss, reason = "counts and microseconds of a run are far below 2^52")]
    pub(super) fn finish(mut self, took: Duration) -> Summary {
        let at = |quantile| self.latency.value_at_quantile(quantile) as f64 / 1_000.0;
        self.summary.latency_ms = Latency { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1.0) };
        self.summary.seconds = took.as_secs_f64();
        self.summary.rate = self.summary.interactions as f64 / took.as_secs_f64().max(f64::EPSILON);
        self.summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_complete_when_everything_is_stored() {
        let mut tally = Tally::new(1, "a".to_owned());
        let stored = Answer { accepted: 3, duplicate: 1, rejected: BTreeMap::new() };
        tally.add(4, Ok(stored), Duration::from_millis(10));
        let summary = tally.finish(Duration::from_secs(2));
        assert!(summary.is_complete());
        assert_eq!((summary.interactions, summary.rate), (4, 2.0));
        assert!((summary.latency_ms.p50 - 10.0).abs() < 0.1, "{:?}", summary.latency_ms);

        let mut tally = Tally::new(1, "a".to_owned());
        let refused = Answer { rejected: BTreeMap::from([("too_old".to_owned(), 2)]), ..Answer::default() };
        tally.add(2, Ok(refused), Duration::from_millis(10));
        let summary = tally.finish(Duration::from_secs(1));
        assert!(!summary.is_complete());
        assert_eq!(summary.rejected_by_code["too_old"], 2);
    }
}
