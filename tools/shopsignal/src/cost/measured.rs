//! The resource usage of the functions in the last benchmark: docs/performance.json, or estimates if it lacks a figure.

use std::path::Path;

use serde::Deserialize;

use super::model::LogBytes;
use crate::Error;

/// What `make bench` wrote before the command was built.
const LAST: &str = include_str!("../../../../docs/performance.json");
/// Where that was.
const FILE: &str = "docs/performance.json";

/// A quantity that grows linearly with the rows of an invocation.
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

/// Bytes that a consumer logs for a batch, by the number of messages and of the requests that caused them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct BatchLog {
    base: f64,
    message: f64,
    request: f64,
}

impl BatchLog {
    /// The plane through three measurements: ten messages of ten requests, a hundred of a hundred, a hundred of one.
    fn through(ten: f64, hundred: f64, hundred_of_one: f64) -> Self {
        let request = (hundred - hundred_of_one) / 99.0;
        let message = (hundred - ten) / 90.0 - request;
        Self { base: ten - 10.0 * (message + request), message, request }
    }

    fn at(self, messages: u32, rows: u32) -> f64 {
        let requests = (f64::from(messages) / f64::from(rows)).max(1.0);
        self.base + self.message * f64::from(messages) + self.request * requests
    }
}

/// Processor time and log of the functions.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The source of the figures.
    pub(crate) source: String,
    record_ms: Growing,
    popularity_ms: Growing,
    record_log: Growing,
    popularity_log: BatchLog,
    catalog_log: BatchLog,
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
    /// Reads a benchmark, the last one unless there is a file of another; without its figures, estimates that say so.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, Error> {
        let path = file.unwrap_or(Path::new(FILE)).to_owned();
        let text = match file {
            Some(file) => std::fs::read_to_string(file).map_err(|source| Error::Read { path: path.clone(), source })?,
            None => LAST.to_owned(),
        };
        let report: Report =
            serde_json::from_str(&text).map_err(|source| Error::Benchmark { path: path.clone(), source })?;
        Ok(Self::of(&report, &path).unwrap_or_else(Self::estimates))
    }

    fn of(report: &Report, path: &Path) -> Option<Self> {
        let value = |case: &str| report.figures.iter().find(|figure| figure.case == case).map(|figure| figure.ours);
        let growing = |few: (f64, &str), many: (f64, &str)| {
            Some(Growing::through((few.0, value(few.1)?), (many.0, value(many.1)?)))
        };
        let batch = |function: &str| {
            let bytes = |batch: &str| value(&format!("{function}, {batch}"));
            let ten = bytes("10 messages of 10 requests")?;
            let hundred = bytes("100 messages of 100 requests")?;
            Some(BatchLog::through(ten, hundred, bytes("100 messages of 1 request")?))
        };
        Some(Self {
            source: format!("{} of {}", path.display(), report.machine.date),
            record_ms: growing(
                (1.0, "1 row a request, processor of the function"),
                (100.0, "100 rows a request, processor of the function"),
            )?,
            popularity_ms: growing(
                (10.0, "uniform, batches of 10, 1 client, processor of the function"),
                (500.0, "uniform, batches of 500, 1 client, processor of the function"),
            )?,
            record_log: growing((1.0, "record-interactions, 1 row"), (100.0, "record-interactions, 100 rows"))?,
            popularity_log: batch("update-popularity")?,
            catalog_log: batch("update-catalog")?,
        })
    }

    fn estimates() -> Self {
        Self {
            source: "estimates (the benchmark lacks a figure)".to_owned(),
            record_ms: Growing { base: 0.4, each: 0.02 },
            popularity_ms: Growing { base: 0.2, each: 0.01 },
            record_log: Growing { base: 450.0, each: 11.0 },
            popularity_log: BatchLog { base: 400.0, message: 11.0, request: 36.0 },
            catalog_log: BatchLog { base: 500.0, message: 20.0, request: 36.0 },
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
        LogBytes {
            record: self.record_log.at(rows),
            popularity: self.popularity_log.at(messages, rows),
            catalog: self.catalog_log.at(messages, rows),
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
    fn a_batch_of_few_requests_logs_fewer_traces() {
        let log = BatchLog::through(400.0 + 10.0 * 50.0, 400.0 + 100.0 * 50.0, 400.0 + 100.0 * 10.0 + 40.0);
        let bytes = [(10, 1), (100, 25), (100, 100)].map(|(messages, rows)| log.at(messages, rows).round());
        assert_eq!(bytes, [900.0, 1_560.0, 1_440.0]);
    }

    #[test]
    fn the_checked_in_benchmark_can_be_read() {
        let measured = Measured::read(None).unwrap();
        assert!(measured.source.contains("performance.json"), "{}", measured.source);
        assert!(measured.record_seconds(100) > measured.record_seconds(1));
    }
}
