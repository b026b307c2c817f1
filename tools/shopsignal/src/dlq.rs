//! The dead-letter queues of a deployment. Each but one has a source queue, from which its messages came.

use std::fmt;
use std::str::FromStr;

use domain::Sink;

/// A dead-letter queue, by what its messages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dlq {
    /// Hints at interactions, for the consumer of a sink.
    Sink(Sink),
    /// Hints at alerts, for send-alerts.
    Alerts,
    /// Back-end events, for project-orders. A message is the only copy of its event.
    OrderEvents,
    /// Scheduled runs that failed. They came from no queue: redriving one runs the function again.
    Maintenance,
}

impl Dlq {
    /// All of them.
    pub const ALL: [Self; Sink::ALL.len() + 3] = {
        let mut all = [Self::Maintenance; Sink::ALL.len() + 3];
        let mut position = 0;
        while position < Sink::ALL.len() {
            all[position] = Self::Sink(Sink::ALL[position]);
            position += 1;
        }
        all[position] = Self::Alerts;
        all[position + 1] = Self::OrderEvents;
        all
    };

    /// Returns the name on the command line, which is the beginning of the queue's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sink(sink) => sink.as_str(),
            Self::Alerts => "alerts",
            Self::OrderEvents => "order-events",
            Self::Maintenance => "maintenance",
        }
    }
}

impl fmt::Display for Dlq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dlq {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|dlq| dlq.as_str() == text);
        known.ok_or_else(|| format!("must be one of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}
