//! The counts of a redrive, by reason.

use std::collections::BTreeMap;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use serde::Serialize;

/// What happened to the dead letters and parked rows of one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Dead letters seen.
    pub seen: usize,
    /// Of these: sent to the queue and deleted.
    pub put_back: usize,
    /// Of these: deleted, because nothing is left to do.
    pub deleted: usize,
    /// Of these: left, because the filter excludes them or the maximum was reached.
    pub left: usize,
    /// Rows that were parked without a dead letter and were hinted directly.
    pub hinted: usize,
    /// Messages that SQS did not accept or delete. Run the command again.
    pub failed: usize,
}

/// The counts of a redrive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// Whether `--max` or a growing queue ended it before everything was seen.
    pub cut_short: bool,
    /// By parked reason; also `waiting` (not parked), `done` (applied meanwhile) and `unreadable`.
    pub by_reason: BTreeMap<String, Counts>,
}

impl Tally {
    /// The counts of a reason.
    pub(super) fn of(&mut self, reason: &str) -> &mut Counts {
        self.by_reason.entry(reason.to_owned()).or_default()
    }

    /// Sums over all reasons.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.by_reason.values().fold(Counts::default(), |sum, counts| Counts {
            seen: sum.seen + counts.seen,
            put_back: sum.put_back + counts.put_back,
            deleted: sum.deleted + counts.deleted,
            left: sum.left + counts.left,
            hinted: sum.hinted + counts.hinted,
            failed: sum.failed + counts.failed,
        })
    }

    /// Prints the counts.
    pub(super) fn print(&self) {
        if self.by_reason.is_empty() {
            println!("no dead letters, and no parked row that is meant");
            return;
        }
        let header =
            ["reason", "dead letters", "put back", "deleted as done", "left", "hinted without a letter", "failed"];
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(header);
        let total = ("total".to_owned(), self.total());
        for (reason, counts) in self.by_reason.iter().chain([(&total.0, &total.1)]) {
            let Counts { seen, put_back, deleted, left, hinted, failed } = counts;
            let figures = [seen, put_back, deleted, left, hinted, failed].map(ToString::to_string);
            table.add_row(std::iter::once(reason.clone()).chain(figures));
        }
        println!("{table}");
        if self.dry_run {
            println!("dry run: nothing was changed; the figures are what a run would do now");
        }
        if self.cut_short {
            println!("ended before everything was seen; run it again for the rest");
        }
    }
}
