//! The common settings of every measurement: binaries and rounds.

use std::path::PathBuf;

use testkit::Function;

/// How to measure.
pub(crate) struct Rig {
    /// Folder of the binaries.
    pub(crate) binaries: PathBuf,
    /// Turns of every comparison.
    pub(crate) rounds: usize,
    /// Whether to include sizes that take minutes.
    pub(crate) long: bool,
}

impl Rig {
    /// Starts a shipped function on a database.
    pub(crate) async fn function(&self, name: &str, database_url: &str, more: &[(&str, &str)]) -> Function {
        // No measured statement is abandoned.
        let mut variables = vec![("DATABASE_URL", database_url), ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/dlq")];
        variables.extend_from_slice(more);
        Function::start_from(&self.binaries, name, &variables).await
    }
}

/// Invokes a function with serialized events, one after the other, and returns the elapsed seconds.
///
/// A failed event aborts the measurement: a figure must not count failures as work.
pub(crate) async fn drive(function: &mut Function, payloads: Vec<String>) -> f64 {
    let started = std::time::Instant::now();
    for payload in payloads {
        let answer = function.begin_text(payload).await.unwrap().unwrap_or_else(|error| panic!("failed: {error}"));
        let status = answer["statusCode"].as_u64().unwrap_or(200);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["batchItemFailures"].as_array().map_or(0, Vec::len), 0, "{answer}");
    }
    started.elapsed().as_secs_f64()
}

/// Returns the seconds that a function has spent on a processor so far. It has one thread.
pub(crate) fn processor_seconds(function: &Function) -> f64 {
    processor_seconds_of(function.pid())
}

/// The same of any process of one thread, such as a session of Postgres.
pub(crate) fn processor_seconds_of(pid: u32) -> f64 {
    let statistics = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap();
    statistics.split_whitespace().next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap() / 1e9
}
