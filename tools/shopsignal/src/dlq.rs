//! The dead-letter queues of a deployment. Each but one has a source queue, from which its messages came.
//!
//! This list is the only one: flags, variables, the local stack and `verify` follow it.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

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

    /// Returns the name of the queue.
    #[must_use]
    pub fn queue_name(self) -> String {
        format!("{self}-dlq")
    }

    /// Returns the name of the queue from which its messages came, if there is one.
    #[must_use]
    pub fn source_name(self) -> Option<String> {
        (self != Self::Maintenance).then(|| format!("{self}-queue"))
    }

    /// Returns the name of every queue, those of consumers before their dead-letter queues.
    pub fn queue_names() -> impl Iterator<Item = String> {
        Self::ALL.into_iter().flat_map(|dlq| dlq.source_name().into_iter().chain([dlq.queue_name()]))
    }

    /// Returns what the command line shows in place of a name.
    pub(crate) fn choices() -> &'static str {
        static CHOICES: LazyLock<String> = LazyLock::new(|| Dlq::ALL.map(Dlq::as_str).join("|"));
        &CHOICES
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
