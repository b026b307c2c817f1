//! The table on the screen and the file with every round.

use std::path::Path;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};

use crate::figure::Figure;

/// Formats the figures.
pub(crate) fn table(figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["part", "case", "ours", "limit", "unit", "against", "ratio", "to hold", ""]);
    for figure in figures {
        table.add_row([
            figure.part.to_owned(),
            figure.case.clone(),
            short(figure.ours),
            figure.limit.map(short).unwrap_or_default(),
            figure.unit.to_owned(),
            figure.against.to_owned(),
            figure.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            figure.hold.map(|hold| hold.to_string()).unwrap_or_default(),
            figure.held().map(|held| if held { "held" } else { "NOT HELD" }.to_owned()).unwrap_or_default(),
        ]);
    }
    for column in [2, 3, 6] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Writes the figures with all their rounds. Parts that were not measured keep their previous figures, and `parts` says
/// when each was measured.
pub(crate) fn write_json(path: &Path, figures: &[Figure], machine: &Value) {
    let before = std::fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or(Value::Null);
    let mut parts = before["parts"].as_object().cloned().unwrap_or_default();
    for figure in figures {
        parts.insert(
            figure.part.to_owned(),
            json!({ "date": machine["date"], "load_average": machine["load_average"] }),
        );
    }
    let measured = |kept: &Value| figures.iter().any(|figure| kept["part"] == figure.part);
    let kept = before["figures"].as_array().into_iter().flatten().filter(|kept| !measured(kept)).cloned();
    let all: Vec<Value> = kept.chain(figures.iter().map(|figure| serde_json::to_value(figure).unwrap())).collect();
    let report = json!({ "machine": machine, "parts": parts, "figures": all });
    std::fs::write(path, serde_json::to_string_pretty(&report).unwrap() + "\n").unwrap();
}

/// Three significant digits are enough for a median.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
