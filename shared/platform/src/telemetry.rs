//! Logs: one JSON object per line on stdout, as Lambda's JSON log format requires.
//!
//! What may be logged: ids, counts, durations, error chains. Never: bodies, tokens, addresses, metadata. Libraries do
//! not follow this rule, and the Lambda runtime writes whole events with their tokens at `TRACE`: they stay at `INFO`.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates of this workspace that run in a function. Only they can log below `INFO`.
const OURS: [&str; 27] = [
    "accept_events",
    "answer_queries",
    "catalog",
    "contracts",
    "domain",
    "import_interactions",
    "judge_carts",
    "maintain_partitions",
    "manage_people",
    "messaging",
    "migrate",
    "outbound",
    "people",
    "platform",
    "probe",
    "probe_api",
    "project_orders",
    "rank_products",
    "recommend",
    "record_interactions",
    "recording",
    "resend_pending",
    "send_alerts",
    "serving",
    "store",
    "update_catalog",
    "update_popularity",
];

/// Starts logging at the level of `AWS_LAMBDA_LOG_LEVEL` (default `INFO`). Call once, first thing in `main`.
pub fn start() {
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
        .with(targets(level))
        .init();
}

fn targets(level: LevelFilter) -> Targets {
    Targets::new().with_default(level.min(LevelFilter::INFO)).with_targets(OURS.map(|name| (name, level)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn every_crate_that_runs_in_a_function_follows_the_level() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folders = ["functions", "shared"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
        let names = folders.into_iter().flatten().map(|entry| entry.unwrap());
        let names = names.filter(|entry| entry.path().join("Cargo.toml").is_file());
        let names = names.map(|entry| entry.file_name().to_string_lossy().replace('-', "_"));
        // The test kit does not run in functions.
        let names: BTreeSet<_> = names.filter(|name| name != "testkit").collect();
        assert_eq!(names, OURS.map(str::to_owned).into());
    }

    #[test]
    fn libraries_never_say_more_than_info() {
        let trace = targets(LevelFilter::TRACE);
        assert!(trace.would_enable("store::connection", &tracing::Level::TRACE));
        assert!(!trace.would_enable("lambda_runtime::layers::trace", &tracing::Level::DEBUG));
        assert!(trace.would_enable("lambda_runtime", &tracing::Level::INFO));
        assert!(!targets(LevelFilter::ERROR).would_enable("lambda_runtime", &tracing::Level::WARN));
    }
}
