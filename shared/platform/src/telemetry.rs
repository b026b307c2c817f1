//! Logs: one JSON object a line on stdout, as Lambda's JSON log format wants them.
//!
//! What may be logged: ids, counts, durations, error chains. Never: bodies, tokens, addresses, metadata.

use tracing_subscriber::filter::LevelFilter;

/// Starts logging at the level of `AWS_LAMBDA_LOG_LEVEL` (default `INFO`). Call once, first thing in `main`.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .init();
}
