//! Logs: one JSON object per line on stdout, as Lambda's JSON log format requires.
//!
//! What may be logged: ids, counts, durations, error chains. Never: bodies, tokens, addresses, metadata. Libraries do
//! not follow this rule, and the Lambda runtime writes whole events with their tokens at `TRACE`: they stay at `INFO`.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The libraries of this workspace that run in a function. Only they and the function itself can log below `INFO`.
const OURS: [&str; 11] = [
    "catalog",
    "contracts",
    "domain",
    "messaging",
    "outbound",
    "people",
    "platform",
    "probe",
    "recording",
    "serving",
    "store",
];

/// Starts logging at the level of `AWS_LAMBDA_LOG_LEVEL` (default `INFO`). Call once, first thing in `main`, with
/// `module_path!()`.
pub fn start(function: &str) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .finish()
        .with(targets(function, level))
        .init();
}

fn targets(function: &str, level: LevelFilter) -> Targets {
    let ours = OURS.into_iter().chain([function]);
    Targets::new().with_default(level.min(LevelFilter::INFO)).with_targets(ours.map(|name| (name, level)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn every_library_that_runs_in_a_function_follows_the_level() {
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let names = std::fs::read_dir(shared).unwrap().map(|entry| entry.unwrap());
        let names = names.filter(|entry| entry.path().join("Cargo.toml").is_file());
        let names = names.map(|entry| entry.file_name().to_string_lossy().replace('-', "_"));
        // The test kit does not run in functions.
        let names: BTreeSet<_> = names.filter(|name| name != "testkit").collect();
        assert_eq!(names, OURS.map(str::to_owned).into());
    }

    #[test]
    fn libraries_never_say_more_than_info() {
        let trace = targets("migrate", LevelFilter::TRACE);
        assert!(trace.would_enable("migrate::handler", &tracing::Level::TRACE));
        assert!(trace.would_enable("store::connection", &tracing::Level::TRACE));
        assert!(!trace.would_enable("lambda_runtime::layers::trace", &tracing::Level::DEBUG));
        assert!(trace.would_enable("lambda_runtime", &tracing::Level::INFO));
        assert!(!targets("migrate", LevelFilter::ERROR).would_enable("lambda_runtime", &tracing::Level::WARN));
    }
}
