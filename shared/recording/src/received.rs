//! The log line with the metrics of a request.

use contracts::{ItemOutcome, RecordReply, RejectionCode};
use platform::{Metric, Metrics, TraceHeader};

/// What a request brought, counted before its items are recorded.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    items: usize,
    hidden_texts: usize,
}

impl Received {
    /// Counts the items, and the texts in their metadata that were hidden because they look personal.
    #[must_use]
    pub fn count(items: &[ItemOutcome]) -> Self {
        let hidden_texts = items.iter().flatten().map(|item| contracts::count_hidden(&item.metadata)).sum();
        Self { items: items.len(), hidden_texts }
    }

    /// Counts the rejected items by code, and begins the line about the request: the caller adds what only it knows, and
    /// emits it.
    #[must_use]
    pub fn report(self, (function, request_id): (&str, &str), trace: &TraceHeader, reply: &RecordReply) -> Metrics {
        let codes = reply.results.iter().filter_map(|result| result.code).map(RejectionCode::as_str);
        platform::report_rejections(function, request_id, codes);
        Metrics::with(&[("Function", function)])
            .note("request.id", request_id)
            .note("trace.id", trace.root())
            .count(Metric::Received, self.items)
            .count(Metric::Unanswered, self.items.abs_diff(reply.results.len()))
            .count(Metric::Accepted, reply.accepted)
            .count(Metric::Duplicate, reply.duplicate)
            .count(Metric::Rejected, reply.rejected)
            .count(Metric::Unscored, reply.unscored())
            .count(Metric::HiddenTexts, self.hidden_texts)
    }
}
