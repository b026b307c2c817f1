//! The single log line of an invocation, with its metrics: CloudWatch's embedded metric format.
//!
//! Such a line is a log line and a metric at once, so nothing is written twice and no API is called. Every byte of it
//! is billed:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::fmt::{Display, Write as _};
use std::io::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The variable that names the namespace of every metric: the stack's name, so that two stacks in an account stay apart.
pub const NAMESPACE_VARIABLE: &str = "METRICS_NAMESPACE";
/// The namespace of a function that runs outside of a stack.
const NAMESPACE: &str = "Shopsignal";

/// The maximum number of values of one metric in one line, set by the format.
const VALUES_LIMIT: usize = 100;

macro_rules! metrics {
    ($($name:ident)+) => {
        /// Every metric of the functions, by its name in CloudWatch: what an alarm may watch.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names say what is counted, and each is written in one place")]
        pub enum Metric {
            $($name,)+
        }

        impl Metric {
            /// All metrics.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }
        }
    };
}

metrics! {
    Accepted
    ActivityFolded
    ActorDaysPruned
    Again
    AlreadyApplied
    AlreadyDone
    Applied
    Capped
    CartsLeft
    CatalogLatency
    ClicksPruned
    Conflict
    ConservationDifference
    DeadLettered
    DefaultPartitionRows
    Delivered
    Derived
    DerivedConflicts
    Duplicate
    Erased
    ErasuresCompleted
    Excluded
    Exported
    ExportedBytes
    Findings
    GuestQuotasPruned
    HiddenTexts
    HintsClaimed
    HintsFailed
    HintsSent
    KeysPruned
    Learned
    Logged
    Messages
    NetworkDaysPruned
    Parked
    PartitionsCreated
    PartitionsIndexed
    PendingDepth
    PendingOldestAge
    PendingParked
    ProbeSeconds
    RanksAge
    RanksComputed
    RanksPruned
    RanksWritten
    Received
    Refused
    Rejected
    RejectedByCode
    RelatedPruned
    Reprojected
    RequestRefused
    Sent
    Skipped
    Stored
    Unanswered
    Unavailable
    Unreadable
    Unscored
    VisitsPruned
}

/// Collects the fields and metrics of one invocation and writes them as one line.
#[derive(Debug)]
pub struct Metrics {
    dimensions: Vec<(&'static str, String)>,
    metrics: Vec<Measured>,
    notes: Vec<(&'static str, Value)>,
}

#[derive(Debug)]
struct Measured {
    metric: Metric,
    unit: &'static str,
    value: Value,
}

impl Metrics {
    /// Starts a line. Each combination of dimension values is a separate metric in CloudWatch, and billed as such.
    #[must_use]
    pub fn with(dimensions: &[(&'static str, &str)]) -> Self {
        let dimensions = dimensions.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { dimensions, metrics: Vec::new(), notes: Vec::new() }
    }

    /// Adds a count of events. Zero is omitted: sums and alarms are the same without it.
    #[must_use]
    pub fn count(self, metric: Metric, count: usize) -> Self {
        if count == 0 { self } else { self.gauge(metric, count) }
    }

    /// Adds a gauge. Zero is written: it shows that the check ran.
    #[must_use]
    pub fn gauge(self, metric: Metric, count: usize) -> Self {
        self.value(metric, "Count", json!(count))
    }

    /// Adds the durations of several calls in milliseconds, so that percentiles are available. Of more than 100 an even
    /// sample is taken; without any, nothing is written.
    #[must_use]
    pub fn millis_each(self, metric: Metric, durations: &[Duration]) -> Self {
        let step = durations.len().div_ceil(VALUES_LIMIT).max(1);
        let values: Vec<f64> = durations.iter().step_by(step).map(to_millis).collect();
        if values.is_empty() { self } else { self.value(metric, "Milliseconds", json!(values)) }
    }

    /// Adds a duration in seconds. Zero is written.
    #[must_use]
    pub fn seconds(self, metric: Metric, seconds: f64) -> Self {
        self.value(metric, "Seconds", json!(seconds))
    }

    /// Adds a searchable field that is not a metric: an id, a duration.
    #[must_use]
    pub fn note(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.notes.push((name, value.into()));
        self
    }

    /// Adds several ids as one string such as `[1,2]`. In a JSON list each would become a separate field in CloudWatch,
    /// which indexes only some hundred fields.
    #[must_use]
    pub fn list(self, name: &'static str, ids: impl IntoIterator<Item = impl Display>) -> Self {
        self.note(name, listed(ids))
    }

    fn value(mut self, metric: Metric, unit: &'static str, value: Value) -> Self {
        self.metrics.push(Measured { metric, unit, value });
        self
    }

    /// Writes the line to stdout, at level `INFO`.
    pub fn emit(&self, message: &str) {
        let line = serde_json::to_string(&Line { metrics: self, message, now: Timestamp::now() });
        // Standard output is the log of a function. If writing fails, there is nowhere to report it.
        writeln!(std::io::stdout().lock(), "{}", line.unwrap_or_default()).ok();
    }
}

/// Writes ids as one string such as `[1,2]`, for a log field.
#[must_use]
pub fn listed(ids: impl IntoIterator<Item = impl Display>) -> String {
    let mut text = String::from("[");
    for id in ids {
        let separator = if text.len() > 1 { "," } else { "" };
        // Writing into a String cannot fail.
        write!(text, "{separator}{id}").ok();
    }
    text.push(']');
    text
}

/// Tenths of a microsecond are only noise and bytes.
fn to_millis(duration: &Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

struct Line<'a> {
    metrics: &'a Metrics,
    message: &'a str,
    now: Timestamp,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        // Lambda's JSON log format reads these two fields, and adds them to a line without them.
        line.serialize_entry("timestamp", &format!("{:.3}", self.now))?;
        line.serialize_entry("level", "INFO")?;
        line.serialize_entry("message", self.message)?;
        for (name, value) in &self.metrics.notes {
            line.serialize_entry(name, value)?;
        }
        for (name, value) in &self.metrics.dimensions {
            line.serialize_entry(name, value)?;
        }
        if !self.metrics.metrics.is_empty() {
            line.serialize_entry("_aws", &self.directive())?;
        }
        for metric in &self.metrics.metrics {
            line.serialize_entry(metric.metric.as_str(), &metric.value)?;
        }
        line.end()
    }
}

fn namespace() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| std::env::var(NAMESPACE_VARIABLE).unwrap_or_else(|_| NAMESPACE.to_owned()))
}

impl Line<'_> {
    /// Declares which members of the line are metrics.
    fn directive(&self) -> Value {
        let names: Vec<_> = self.metrics.dimensions.iter().map(|(name, _)| *name).collect();
        let metrics =
            self.metrics.metrics.iter().map(|metric| json!({ "Name": metric.metric.as_str(), "Unit": metric.unit }));
        json!({
            "Timestamp": self.now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": namespace(), "Dimensions": [names], "Metrics": metrics.collect::<Vec<_>>(),
            }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(metrics: &Metrics) -> Value {
        let now = Timestamp::from_millisecond(1_700_000_000_120).unwrap();
        serde_json::to_value(Line { metrics, message: "sent", now }).unwrap()
    }

    #[test]
    fn a_line_is_a_log_line_and_follows_the_embedded_metric_format() {
        let metrics =
            Metrics::with(&[("Sink", "catalog")]).count(Metric::Sent, 3).seconds(Metric::PendingOldestAge, 1.5);
        let expected = json!({
            "timestamp": "2023-11-14T22:13:20.120Z",
            "level": "INFO",
            "message": "sent",
            "interaction.ids": "[7,8]",
            "_aws": {
                "Timestamp": 1_700_000_000_120_u64,
                "CloudWatchMetrics": [{
                    "Namespace": "Shopsignal",
                    "Dimensions": [["Sink"]],
                    "Metrics": [{ "Name": "Sent", "Unit": "Count" }, { "Name": "PendingOldestAge", "Unit": "Seconds" }],
                }],
            },
            "Sink": "catalog",
            "Sent": 3,
            "PendingOldestAge": 1.5,
        });
        assert_eq!(line(&metrics.list("interaction.ids", [7, 8])), expected);
    }

    #[test]
    fn what_did_not_happen_is_left_out_and_what_there_is_none_of_is_not() {
        let quiet = line(&Metrics::with(&[("Function", "f")]).count(Metric::Sent, 0).note("request.id", "r"));
        assert_eq!((quiet.get("_aws"), quiet.get("Sent")), (None, None));
        assert_eq!(quiet["request.id"], "r");
        let depth = line(&Metrics::with(&[("Sink", "catalog")]).gauge(Metric::PendingDepth, 0));
        assert_eq!(depth["PendingDepth"], 0);
        assert_eq!(depth["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], "PendingDepth");
    }

    #[test]
    fn several_values_are_one_list_of_at_most_a_hundred() {
        let values = |count: usize| {
            let durations = vec![Duration::from_nanos(2_000_400); count];
            let line = line(&Metrics::with(&[]).millis_each(Metric::CatalogLatency, &durations));
            assert!(count == 0 || line["CatalogLatency"][0] == 2.0, "{line}");
            line["CatalogLatency"].as_array().map(Vec::len)
        };
        assert_eq!(
            [values(0), values(1), values(100), values(101), values(300)].map(Option::unwrap_or_default),
            [0, 1, 100, 51, 100]
        );
    }

    #[test]
    fn ids_are_one_text_without_spaces() {
        assert_eq!([listed([0_i64; 0]), listed([7]), listed([7, 8, 9])], ["[]", "[7]", "[7,8,9]"]);
    }
}
