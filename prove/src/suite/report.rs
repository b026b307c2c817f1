//! The report of a long run, for docs/PROOF.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use testkit::template::repository;

use super::machine;
use super::record::Record;
use crate::fault::{Scenario, scenarios};
use crate::planted;

/// The verdicts on the planted mistakes, for the report.
pub(super) const VERDICTS: &str = ".local/proof/planted.json";

/// The part of the report before its figures.
const HEAD: &str = include_str!("report_head.md");
/// The part after them.
const TAIL: &str = include_str!("report_tail.md");

/// Writes the report.
pub(super) async fn write(records: &[Record], out: &Path) {
    let mut text = String::from(HEAD);
    text.push_str(&circumstances(records).await);
    text.push_str("\n| | fault | rounds | requests | acknowledged | stored | lost | doubled | difference | violations | recovered after, p50 / p99 |\n");
    text.push_str("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for scenario in scenarios() {
        let of: Vec<_> = records.iter().filter(|record| record.scenario == scenario.name).collect();
        text.push_str(&row(&scenario, &of));
    }
    text.push_str(&sums(records));
    text.push_str(&planted_list());
    text.push_str(TAIL);
    std::fs::write(out, text).unwrap();
    println!("wrote {}", out.display());
}

async fn circumstances(records: &[Record]) -> String {
    let distinct = |value: fn(&Record) -> String| {
        let values: BTreeSet<String> = records.iter().map(value).collect();
        values.into_iter().collect::<Vec<_>>().join(", ")
    };
    let seeds: BTreeSet<u64> = records.iter().map(|record| record.seed).collect();
    let seeds = seeds.first().zip(seeds.last()).map_or_else(String::new, |(first, last)| format!("{first} to {last}"));
    let seconds: u64 = records.iter().map(|record| record.seconds).sum();
    format!(
        "- commits checked out meanwhile {} (+ = files changed); binaries {}; {} shards, {} minutes of run time, some of them at once\n- seeds {seeds}, one a shard\n- {}\n- {}\n",
        distinct(|record| record.commit.clone()),
        distinct(|record| record.build.clone()),
        records.len(),
        seconds / 60,
        machine::describe().await,
        jiff::Zoned::now().date(),
    )
}

fn row(scenario: &Scenario, records: &[&Record]) -> String {
    let (name, title) = (scenario.name, scenario.title);
    if let Some(reason) = records.iter().find_map(|record| record.skipped.as_ref()) {
        return format!("| {name} | {title} | skipped: {reason} | | | | | | | | |\n");
    }
    let sum = |value: fn(&Record) -> usize| records.iter().map(|record| value(record)).sum::<usize>();
    let rounds: u32 = records.iter().map(|record| record.rounds).sum();
    let of = if rounds == scenario.long { String::new() } else { format!(" of {}", scenario.long) };
    let mut convergence: Vec<u64> = records.iter().flat_map(|record| record.convergence_ms.iter().copied()).collect();
    convergence.sort_unstable();
    format!(
        "| {name} | {title} | {rounds}{of} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        sum(|record| record.requests),
        sum(|record| record.acknowledged),
        sum(|record| record.stored),
        sum(|record| record.lost),
        sum(|record| record.doubled),
        sum(|record| record.differences),
        sum(|record| record.violations.len()),
        percentiles(&convergence),
    )
}

fn percentiles(sorted: &[u64]) -> String {
    let at = |percent: usize| sorted.get((sorted.len().max(1) - 1) * percent / 100);
    match (at(50), at(99)) {
        (Some(p50), Some(p99)) => format!("{p50} / {p99} ms"),
        _ => "-".to_owned(),
    }
}

fn sums(records: &[Record]) -> String {
    let sum = |value: fn(&Record) -> usize| records.iter().map(value).sum::<usize>();
    let rounds: u32 = records.iter().map(|record| record.rounds).sum();
    let (stored, calls) = (sum(|record| record.stored), sum(|record| record.catalog_calls));
    let mut text = format!(
        "\n**{} lost, {} doubled, difference {}** over {rounds} injected faults and {} acknowledged events, of which {stored} \
         with their unacknowledged neighbours are in the log. With n faults and none lost, the chance of a loss per fault is \
         below 3/n = {:.4} % (95 % confidence). ",
        sum(|record| record.lost),
        sum(|record| record.doubled),
        sum(|record| record.differences),
        sum(|record| record.acknowledged),
        300.0 / f64::from(rounds.max(1)),
    );
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let factor = calls as f64 / (stored.max(1) as f64);
    writeln!(text, "The catalog accepted {calls} calls, {factor:.2} an interaction.").unwrap();
    text
}

fn planted_list() -> String {
    let mistakes = planted::mistakes().unwrap_or_default();
    let noted = std::fs::read_to_string(repository().join(VERDICTS)).unwrap_or_default();
    let noted: Vec<planted::Verdict> = serde_json::from_str(&noted).unwrap_or_default();
    let mut text = String::from(
        "\n## Planted mistakes\n\nEach is built into a copy of the sources; the suite must find a broken invariant, and none without it.\n\n| mistake | found | after |\n|---|---|--:|\n",
    );
    for mistake in &mistakes {
        let verdict = noted.iter().find(|verdict| verdict.name == mistake.name);
        let found = verdict.map_or("not run", |verdict| if verdict.caught { "yes" } else { "**no**" });
        let seconds = verdict.map_or(0, |verdict| verdict.seconds);
        writeln!(text, "| {} | {found} | {seconds} s |", mistake.name).unwrap();
    }
    let caught = noted.iter().filter(|verdict| verdict.caught).count();
    writeln!(
        text,
        "\n{caught} of {} planted mistakes caught (`target/local/prove planted`, part of `make prove`).",
        mistakes.len()
    )
    .unwrap();
    text
}
