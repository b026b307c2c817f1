//! What the functions took in the last benchmark: docs/performance.json, or estimates when there is none.

use std::path::Path;

use serde::Deserialize;

use super::model::LogBytes;
use crate::Error;
use crate::stack::file;

/// Where `make bench` writes.
const FILE: &str = "docs/performance.json";
/// Bytes of the lines that Lambda itself logs for an invocation.
const PLATFORM_LOG_BYTES: f64 = 600.0;
/// Bytes that update-catalog logs for a message: it logs what update-popularity logs.
const CATALOG_LIKE_POPULARITY: f64 = 1.0;

/// A quantity that grows in a straight line with the rows of an invocation.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Growing {
    base: f64,
    each: f64,
}

impl Growing {
    /// The line through two measurements, each rows and value.
    fn through(few: (f64, f64), many: (f64, f64)) -> Self {
        let each = (many.1 - few.1) / (many.0 - few.0);
        Self { base: few.1 - each * few.0, each }
    }

    fn at(self, rows: u32) -> f64 {
        (self.base + self.each * f64::from(rows)).max(0.0)
    }
}

/// Processor time and log of the functions.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Where the figures come from.
    pub(crate) source: String,
    record_ms: Growing,
    popularity_ms: Growing,
    record_log: Growing,
    popularity_log: Growing,
}

#[derive(Deserialize)]
struct Report {
    machine: Machine,
    figures: Vec<Figure>,
}

#[derive(Deserialize)]
struct Machine {
    date: String,
}

#[derive(Deserialize)]
struct Figure {
    case: String,
    ours: f64,
}

impl Measured {
    /// Reads the last benchmark; without one, estimates that say so.
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let found: Option<Report> = file::find_json(&root.join(FILE))?;
        Ok(found.and_then(|report| Self::of(&report)).unwrap_or_else(Self::estimates))
    }

    fn of(report: &Report) -> Option<Self> {
        let value = |case: &str| report.figures.iter().find(|figure| figure.case == case).map(|figure| figure.ours);
        let record = |what: &str| {
            let few = value(&format!("1 row a request, {what}"))?;
            Some(Growing::through((1.0, few), (100.0, value(&format!("100 rows a request, {what}"))?)))
        };
        let popularity = |what: &str| {
            let few = value(&format!("uniform, batches of 10, 1 client, {what}"))?;
            Some(Growing::through((10.0, few), (500.0, value(&format!("uniform, batches of 500, 1 client, {what}"))?)))
        };
        const PROCESSOR: &str = "processor of the function";
        Some(Self {
            source: format!("{FILE} of {}", report.machine.date),
            record_ms: record(PROCESSOR)?,
            popularity_ms: popularity(PROCESSOR)?,
            record_log: record("log")?,
            popularity_log: popularity("log")?,
        })
    }

    fn estimates() -> Self {
        Self {
            source: "estimates (no benchmark was run)".to_owned(),
            record_ms: Growing { base: 0.4, each: 0.02 },
            popularity_ms: Growing { base: 0.2, each: 0.01 },
            record_log: Growing { base: 1_000.0, each: 10.0 },
            popularity_log: Growing { base: 1_000.0, each: 50.0 },
        }
    }

    /// Processor seconds of a request.
    pub(crate) fn record_seconds(&self, rows: u32) -> f64 {
        self.record_ms.at(rows) / 1e3
    }

    /// Processor seconds of a popularity batch.
    pub(crate) fn popularity_seconds(&self, messages: u32) -> f64 {
        self.popularity_ms.at(messages) / 1e3
    }

    /// Bytes of log of each function's invocation.
    pub(crate) fn log_bytes(&self, rows: u32, messages: u32) -> LogBytes {
        let popularity = self.popularity_log.at(messages);
        LogBytes {
            record: self.record_log.at(rows) + PLATFORM_LOG_BYTES,
            popularity: popularity + PLATFORM_LOG_BYTES,
            catalog: popularity * CATALOG_LIKE_POPULARITY + PLATFORM_LOG_BYTES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_two_measurements_tells_the_ones_between() {
        let line = Growing::through((1.0, 2.0), (101.0, 12.0));
        assert!((line.at(51) - 7.0).abs() < 1e-9);
        assert_eq!(Growing { base: -5.0, each: 1.0 }.at(1), 0.0);
    }

    #[test]
    fn the_checked_in_benchmark_can_be_read() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let measured = Measured::read(&root).unwrap();
        assert!(measured.source.contains("performance.json"), "{}", measured.source);
        assert!(measured.record_seconds(100) > measured.record_seconds(1));
    }
}
