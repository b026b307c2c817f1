//! Metrics in CloudWatch's embedded metric format: JSON lines on stdout that become metrics without a call.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

/// The namespace of every metric.
pub const NAMESPACE: &str = "Shopsignal";

/// Collects the metrics of one invocation that share their dimensions, and writes them as one line.
#[derive(Debug)]
pub struct Metrics {
    dimensions: Vec<(&'static str, String)>,
    values: Vec<(&'static str, &'static str, Value)>,
}

/// The most values of one metric in one line, set by the format.
const VALUES_LIMIT: usize = 100;

impl Metrics {
    /// Starts a line. One combination of dimension values is one metric in CloudWatch (and on its bill).
    #[must_use]
    pub fn with(dimensions: &[(&'static str, &str)]) -> Self {
        let dimensions = dimensions.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { dimensions, values: Vec::new() }
    }

    /// Adds a count.
    #[must_use]
    pub fn count(self, name: &'static str, count: usize) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "metrics are floats; counts stay far below 2^53")]
        self.value(name, "Count", json!(count as f64))
    }

    /// Adds a duration in milliseconds.
    #[must_use]
    pub fn millis(self, name: &'static str, duration: Duration) -> Self {
        self.value(name, "Milliseconds", json!(duration.as_secs_f64() * 1000.0))
    }

    /// Adds the durations of several calls in milliseconds, so that percentiles can be told. Of more than 100
    /// an even sample is taken; of none, nothing is written.
    #[must_use]
    pub fn millis_each(self, name: &'static str, durations: &[Duration]) -> Self {
        let step = durations.len().div_ceil(VALUES_LIMIT).max(1);
        let values: Vec<f64> = durations.iter().step_by(step).map(|it| it.as_secs_f64() * 1000.0).collect();
        if values.is_empty() { self } else { self.value(name, "Milliseconds", json!(values)) }
    }

    /// Adds a duration in seconds.
    #[must_use]
    pub fn seconds(self, name: &'static str, seconds: f64) -> Self {
        self.value(name, "Seconds", json!(seconds))
    }

    fn value(mut self, name: &'static str, unit: &'static str, value: Value) -> Self {
        self.values.push((name, unit, value));
        self
    }

    /// Writes the line to stdout.
    pub fn emit(&self) {
        // Standard output is the log of a function. If it is gone, nobody is left to be told.
        writeln!(std::io::stdout().lock(), "{}", self.line(SystemTime::now())).ok();
    }

    fn line(&self, now: SystemTime) -> Value {
        let names: Vec<_> = self.dimensions.iter().map(|(name, _)| *name).collect();
        let metrics: Vec<_> = self.values.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
        let millis = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let mut line = Map::new();
        line.insert(
            "_aws".to_owned(),
            json!({
                "Timestamp": u64::try_from(millis).unwrap_or_default(),
                "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": metrics }],
            }),
        );
        for (name, value) in &self.dimensions {
            line.insert((*name).to_owned(), json!(value));
        }
        for (name, _, value) in &self.values {
            line.insert((*name).to_owned(), value.clone());
        }
        Value::Object(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_follows_the_embedded_metric_format() {
        let metrics = Metrics::with(&[("Sink", "catalog")]).count("Sent", 3).seconds("PendingOldestAge", 1.5);
        let line = metrics.line(UNIX_EPOCH + Duration::from_millis(1_700_000_000_123));
        let expected = json!({
            "_aws": {
                "Timestamp": 1_700_000_000_123_u64,
                "CloudWatchMetrics": [{
                    "Namespace": "Shopsignal",
                    "Dimensions": [["Sink"]],
                    "Metrics": [{ "Name": "Sent", "Unit": "Count" }, { "Name": "PendingOldestAge", "Unit": "Seconds" }],
                }],
            },
            "Sink": "catalog",
            "Sent": 3.0,
            "PendingOldestAge": 1.5,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn several_values_are_one_list_of_at_most_a_hundred() {
        let values = |count: usize| {
            let durations = vec![Duration::from_millis(2); count];
            let line = Metrics::with(&[]).millis_each("Latency", &durations).line(UNIX_EPOCH);
            line["Latency"].as_array().map(Vec::len)
        };
        assert_eq!(
            [values(0), values(1), values(100), values(101), values(300)].map(Option::unwrap_or_default),
            [0, 1, 100, 51, 100]
        );
    }
}
