//! Prints the figures of a verification.

use std::collections::BTreeMap;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use domain::Micros;
use store::activity::{ActivityComparison, ActivityDifference, Counts};
use store::conservation::Conservation;
use store::learning_recount::LearningComparison;
use store::rank_recount::RankComparison;
use store::recommendation_recount::{ResultComparison, ResultDifference};
use store::recount::SalesComparison;
use store::table_recount::TableComparison;
use store::verification::{Balance, Comparison, KeyCheck, PendingCheck, Sums};

use super::dead_letter::DeadLetterCheck;
use super::feed::FeedCheck;
use super::outcome::{Outcome, QueueDepth};
use crate::dlq::Dlq;

/// The dead-letter queues of the consumers, and the one of failed daily runs.
const DEAD_LETTER_QUEUES: usize = Dlq::ALL.len();
/// The number of ids printed of a longer list.
const SHOWN: usize = 100;

/// The names of [`Sums::values`].
const NAMES: [&str; 6] = ["score", "views", "purchases", "favorites", "carts", "reviews"];

/// Prints every invariant with its figures, and the verdict last.
pub fn print(outcome: &Outcome) {
    print_popularity(&outcome.report.popularity);
    print_activity(&outcome.report.activity);
    print_pending(&outcome.report.pending);
    print_keys(&outcome.report.keys);
    print_balance(&outcome.report.balance);
    print_conservation(outcome.report.conservation);
    print_sales(&outcome.report.sales);
    print_ranks(&outcome.report.ranks);
    print_learning(&outcome.report.learning);
    print_results(&outcome.report.recommendations);
    for table in &outcome.report.tables {
        print_table(table);
    }
    match &outcome.feed {
        Some(feed) => print_feed(feed),
        None => println!("catalog feed: not checked"),
    }
    if !outcome.queues.is_empty() {
        print_queues(&outcome.queues);
    }
    print_dead_letters(&outcome.dead_letters);
    if outcome.erasures_open > 0 {
        println!(
            "erasures: {} not complete; the same `shopsignal person erase` goes on with each",
            outcome.erasures_open
        );
    }
    println!("\n{}", verdict(outcome));
}

/// The last line. It claims no more than what was checked.
fn verdict(outcome: &Outcome) -> String {
    let looked_everywhere = outcome.dead_letters.len() == DEAD_LETTER_QUEUES;
    match (outcome.differences(), outcome.unaccounted()) {
        (0, 0) if looked_everywhere => "difference 0: nothing lost, nothing duplicated".to_owned(),
        (0, 0) => "difference 0 in the database; name the dead-letter queues to know that nothing is lost".to_owned(),
        (0, letters) => {
            format!("difference 0 in the database, {letters} dead letters unaccounted for: see the lines marked with !")
        }
        (differences, 0) => format!("difference {differences}: see the lines marked with !"),
        (differences, letters) => {
            format!("difference {differences}, {letters} dead letters unaccounted for: see the lines marked with !")
        }
    }
}

fn print_dead_letters(checks: &[DeadLetterCheck]) {
    if checks.len() < DEAD_LETTER_QUEUES {
        println!("dead letters: looked at in {} of {DEAD_LETTER_QUEUES} queues", checks.len());
    }
    for check in checks {
        let DeadLetterCheck { queue, explained, unexplained, unseen } = check;
        let list = |counts: &BTreeMap<String, usize>| {
            let counts: Vec<_> = counts.iter().map(|(reason, letters)| format!("{letters} {reason}")).collect();
            if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
        };
        let mark = mark(check.unaccounted() != 0);
        let unseen = if *unseen > 0 { format!(", {unseen} not seen") } else { String::new() };
        println!("{mark}dead letters in {queue}: {} accounted for, {} not{unseen}", list(explained), list(unexplained));
    }
}

fn mark(wrong: bool) -> &'static str {
    if wrong { "! " } else { "" }
}

fn print_popularity(check: &Comparison) {
    let Comparison { products, differences, examples } = check;
    let mark = mark(*differences != 0);
    println!("{mark}I1 scores: {products} products recounted from the log, difference in {differences}");
    if examples.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["product", "", "stored", "recounted"]);
    for example in examples {
        let recounted = example.recounted.values();
        let stored = example.stored.map(Sums::values);
        for i in 0..NAMES.len() {
            let stored = stored.map(|values| values[i]);
            if stored != Some(recounted[i]) {
                let stored = stored.map_or_else(|| "no row".to_owned(), |value| show(i, value));
                table.add_row([&example.id.to_string(), NAMES[i], &stored, &show(i, recounted[i])]);
            }
        }
    }
    println!("{table}");
}

fn print_activity(check: &ActivityComparison) {
    let ActivityComparison { cells, differences, examples } = check;
    let mark = mark(*differences != 0);
    println!("{mark}I1 activity: {cells} counts recounted from the log, difference in {differences}");
    for ActivityDifference { reference, span, event_type, stored, recounted } in examples {
        let show = |counts: &Option<Counts>| counts.map_or_else(|| "none".to_owned(), |counts| format!("{counts:?}"));
        println!("     {reference} {event_type}, {span}: stored {}, recounted {}", show(stored), show(recounted));
    }
}

fn print_pending(checks: &[PendingCheck]) {
    for check in checks {
        let PendingCheck { sink, waiting, parked, oldest_age_seconds, orphans, contradictions, .. } = check;
        let mark = mark(orphans + contradictions != 0);
        println!(
            "{mark}I2 pending {sink}: {waiting} waiting (oldest {oldest_age_seconds:.0} s), {parked} parked, \
             {orphans} without a row in the log, {contradictions} that contradict it"
        );
        for (reason, rows) in &check.parked_by_reason {
            println!("     parked as {reason}: {rows}");
        }
    }
}

fn print_keys(check: &KeyCheck) {
    let KeyCheck { logged, recent, keys, keys_without_row, rows_without_key, repeated, keys_without_digest, examples } =
        check;
    let mark = mark(keys_without_row + rows_without_key + repeated + keys_without_digest != 0);
    println!(
        "{mark}I3 event ids: {logged} interactions ({recent} within the key horizon), {keys} keys, \
         {keys_without_row} keys without their row, {rows_without_key} rows without their key, {repeated} ids repeated, \
         {keys_without_digest} keys without a digest"
    );
    for id in examples {
        println!("     event id {id}");
    }
}

fn print_balance(balance: &Balance) {
    let difference = balance.difference().values();
    let mark = mark(difference != [0; 6]);
    println!("{mark}I7 applied + uncounted + pending = ingested");
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["", "applied", "uncounted", "pending", "ingested", "difference"]);
    let Balance { applied, uncounted, pending, ingested } = balance;
    let columns = [applied.values(), uncounted.values(), pending.values(), ingested.values(), difference];
    for i in 0..NAMES.len() {
        let values = columns.map(|column| show(i, column[i]));
        table.add_row(std::iter::once(NAMES[i].to_owned()).chain(values));
    }
    println!("{table}");
}

fn print_conservation(check: Conservation) {
    let Conservation { stored, applied, waiting, parked } = check;
    let mark = mark(check.difference() != 0);
    println!("{mark}I7 events: {stored} stored = {applied} applied + {waiting} waiting + {parked} parked");
}

fn print_sales(check: &SalesComparison) {
    let SalesComparison { cells, differences, stale, examples } = check;
    let mark = mark(*differences != 0);
    println!(
        "{mark}I10 sales: {cells} figures and states recounted from the event log, difference in {differences}, \
         {stale} orders wait to be projected again"
    );
    for example in examples {
        let key = example.key.join(" ");
        let [stored, recounted] = [&example.stored, &example.recounted].map(|figures| show_figures(figures));
        println!("     {} {key}: stored {stored}, recounted {recounted}", example.rollup);
    }
}

/// No figures: no row. A missing one is null.
fn show_figures(figures: &[Option<i64>]) -> String {
    let shown: Vec<_> =
        figures.iter().map(|figure| figure.map_or_else(|| "-".to_owned(), |figure| figure.to_string())).collect();
    format!("[{}]", shown.join(", "))
}

fn print_table(check: &TableComparison) {
    let TableComparison { invariant, table, rows, differences, examples } = check;
    let mark = mark(*differences != 0);
    println!("{mark}{invariant} {table}: {rows} rows recounted from the log, difference in {differences}");
    for example in examples {
        let show = |row: &Option<String>| row.clone().unwrap_or_else(|| "none".to_owned());
        println!("     {}: stored {}, recounted {}", example.key, show(&example.stored), show(&example.recounted));
    }
}

fn print_learning(check: &LearningComparison) {
    let LearningComparison { products, pairs, differences, examples } = check;
    let mark = mark(*differences != 0);
    println!(
        "{mark}I12 learning: the weights of {products} products and {pairs} pairs recounted from the log, difference in \
         {differences}"
    );
    for example in examples {
        println!("     {}: stored {:.6}, recounted {:.6} views", example.product_id, example.stored, example.recounted);
    }
}

fn print_results(check: &ResultComparison) {
    let ResultComparison { rows, differences, examples } = check;
    let mark = mark(*differences != 0);
    println!(
        "{mark}I13 recommendations: {rows} rows of results (one per day, placement and group) recounted from the log, \
         difference in {differences}"
    );
    for ResultDifference { day, placement, arm, stored, least, most } in examples {
        println!(
            "     {day} {placement} {arm}: impressions, clicks, conversions {stored:?} stored, at least {least:?} and at most \
             {most:?} recounted"
        );
    }
}

fn print_ranks(check: &RankComparison) {
    let RankComparison { generation, products, changed, differences, examples } = check;
    let Some(generation) = generation else {
        return println!("I11 ranks: no generation yet");
    };
    let mark = mark(*differences != 0);
    println!(
        "{mark}I11 ranks: {products} products of generation {generation} recounted from the log, difference in \
         {differences}, {changed} changed since"
    );
    for example in examples {
        println!("     {}: stored {:?}, recounted {:?}", example.id, example.stored, example.recounted);
    }
}

fn print_feed(feed: &FeedCheck) {
    let FeedCheck { table, items, interactions, delivered, elsewhere, missing } = feed;
    println!(
        "{}catalog feed {table}: {items} items with {interactions} interactions, {} of {delivered} delivered ones missing, \
         {elsewhere} not meant for it",
        mark(feed.differences() != 0),
        missing.len()
    );
    if !missing.is_empty() {
        let shown: Vec<String> = missing.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = missing.len().saturating_sub(SHOWN);
        println!(
            "     missing: {}{}",
            shown.join(" "),
            if more > 0 { format!(" and {more} more") } else { String::new() }
        );
    }
}

fn print_queues(queues: &[QueueDepth]) {
    let depths: Vec<String> = queues
        .iter()
        .map(|QueueDepth { name, visible, in_flight }| format!("{name} {visible} (+{in_flight} in flight)"))
        .collect();
    println!("queues: {}", depths.join(", "));
}

/// The score is the first of the values, and in points.
fn show(position: usize, value: i64) -> String {
    if position == 0 { Micros(value).to_string() } else { value.to_string() }
}
