//! How good lists of recommendations are.

use std::collections::HashSet;
use std::time::Duration;

use super::sessions::Item;

/// How many recommendations are judged.
pub(super) const LENGTH: usize = 20;

/// The results of one method over all cases.
#[derive(Debug, Default)]
pub(super) struct Measure {
    cases: u32,
    found: u32,
    empty: u32,
    reciprocal: f64,
    gain: f64,
    shown: HashSet<Item>,
    times: Vec<Duration>,
}

impl Measure {
    /// Adds a case: what was recommended, the best first, what came next, and how long it took.
    pub(super) fn add(&mut self, recommended: &[Item], next: Item, took: Duration) {
        self.cases += 1;
        self.times.push(took);
        self.empty += u32::from(recommended.is_empty());
        self.shown.extend(recommended);
        let rank = (1_u32..).zip(recommended.iter().take(LENGTH)).find(|(_, item)| **item == next);
        if let Some((rank, _)) = rank {
            self.found += 1;
            self.reciprocal += 1.0 / f64::from(rank);
            self.gain += 1.0 / f64::from(rank + 1).log2();
        }
    }

    /// The number of cases.
    pub(super) fn cases(&self) -> u32 {
        self.cases
    }

    /// The share of cases in which what came next was recommended.
    pub(super) fn recall(&self) -> f64 {
        self.share(f64::from(self.found))
    }

    /// The mean of 1 / rank, 0 when it was not recommended (mean reciprocal rank).
    pub(super) fn reciprocal_rank(&self) -> f64 {
        self.share(self.reciprocal)
    }

    /// The mean of 1 / log2(rank + 1), 0 when it was not recommended: NDCG with one relevant item.
    pub(super) fn discounted_gain(&self) -> f64 {
        self.share(self.gain)
    }

    /// The share of cases without any recommendation.
    pub(super) fn empty(&self) -> f64 {
        self.share(f64::from(self.empty))
    }

    /// The share of so many items that was recommended at least once.
    #[expect(clippy::cast_precision_loss, reason = "a share of a count")]
    pub(super) fn coverage(&self, items: usize) -> f64 {
        self.shown.len() as f64 / items.max(1) as f64
    }

    /// The time that so many per thousand of the cases did not exceed.
    pub(super) fn time(&self, per_thousand: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get((times.len() * per_thousand / 1_000).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    fn share(&self, sum: f64) -> f64 {
        sum / f64::from(self.cases.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_counts_by_its_rank_and_beyond_twenty_it_is_none() {
        let mut measure = Measure::default();
        let list: Vec<Item> = (0..25).collect();
        measure.add(&list, 0, Duration::from_millis(1));
        measure.add(&list, 2, Duration::from_millis(2));
        measure.add(&list, 20, Duration::from_millis(3));
        measure.add(&[], 5, Duration::from_millis(4));
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        assert_eq!(measure.cases(), 4);
        close(measure.recall(), 0.5);
        close(measure.reciprocal_rank(), (1.0 + 1.0 / 3.0) / 4.0);
        close(measure.discounted_gain(), (1.0 + 0.5) / 4.0);
        close(measure.empty(), 0.25);
        close(measure.coverage(50), 0.5);
        assert_eq!((measure.time(500), measure.time(990)), (Duration::from_millis(3), Duration::from_millis(4)));
    }
}
