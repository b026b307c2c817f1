//! `counts FILE [--write]`: compares counted instructions with those that are checked in, and fails on a regression.
//!
//! Reads gungraun's output with `--output-format=json`, one line per benchmark. `make counts` runs both.

use std::collections::BTreeMap;
use std::fs;
use std::io::stdin;
use std::process::ExitCode;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde::Deserialize;

/// The tolerated increase: another processor takes other code paths through the C library.
const ALLOWANCE_PERCENT: u64 = 5;

/// Instructions of each path.
type Counts = BTreeMap<String, u64>;

/// The fields that are read of a benchmark.
#[derive(Deserialize)]
struct Summary {
    function_name: String,
    id: String,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    metrics: Metrics,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(rename = "Ir")]
    instructions: Metric,
}

#[derive(Deserialize)]
struct Metric {
    values: Values,
}

#[derive(Deserialize)]
struct Values {
    new: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else { return refuse("usage: counts FILE [--write]") };
    let written = arguments.any(|argument| argument == "--write");
    match run(&file, written) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(paths) => {
            refuse(&format!("{paths} not within {ALLOWANCE_PERCENT} % of {file}; make counts WRITE=1 accepts"))
        }
        Err(reason) => refuse(&reason),
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("{reason}");
    ExitCode::FAILURE
}

/// Prints the table and returns how many paths are slower, new or missing.
fn run(file: &str, written: bool) -> Result<usize, String> {
    let now = read_counted()?;
    if written {
        let text = serde_json::to_string_pretty(&now).map_err(|error| error.to_string())? + "\n";
        fs::write(file, text).map_err(|error| format!("{file} cannot be written: {error}"))?;
    }
    let text = fs::read(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
    let before: Counts = serde_json::from_slice(&text).map_err(|error| format!("{file} is malformed: {error}"))?;
    println!("{}", table(&now, &before));
    let missing = before.keys().filter(|path| !now.contains_key(*path)).count();
    let bad = now.iter().filter(|(path, count)| is_regression(**count, before.get(*path).copied())).count();
    Ok(missing + bad)
}

fn read_counted() -> Result<Counts, String> {
    let mut counts = Counts::new();
    for line in stdin().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let summary: Summary = serde_json::from_str(&line).map_err(|error| format!("unexpected output: {error}"))?;
        let parts = summary.profiles.iter().flat_map(|profile| &profile.data.parts);
        let instructions = parts.map(|part| part.metrics.instructions.values.new).sum();
        counts.insert(format!("{} {}", summary.function_name, summary.id), instructions);
    }
    if counts.is_empty() { Err("nothing was counted".to_owned()) } else { Ok(counts) }
}

/// A new path counts as well: its count has to be checked in.
fn is_regression(now: u64, before: Option<u64>) -> bool {
    before.is_none_or(|before| now * 100 > before * (100 + ALLOWANCE_PERCENT))
}

fn table(now: &Counts, before: &Counts) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["path", "instructions", "checked in", "change", ""]);
    for (path, count) in now {
        let before = before.get(path).copied();
        let verdict = if is_regression(*count, before) { "MORE" } else { "" };
        let known = before.map(grouped).unwrap_or_default();
        table.add_row([path.clone(), grouped(*count), known, change(*count, before), verdict.to_owned()]);
    }
    for column in [1, 2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The change in percent, with its sign.
fn change(now: u64, before: Option<u64>) -> String {
    let Some(before) = before.filter(|before| *before > 0) else { return "new".to_owned() };
    let (sign, difference) = if now < before { ("-", before - now) } else { ("+", now - before) };
    let thousandths = difference * 100_000 / before;
    format!("{sign}{}.{:03} %", thousandths / 1_000, thousandths % 1_000)
}

/// Digits in groups of three.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
