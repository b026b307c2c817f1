//! The kinds of webhooks.

use std::fmt;

/// A kind of receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// An incoming webhook of Slack.
    Slack,
    /// A webhook of Discord.
    Discord,
    /// Any receiver of the finding as JSON.
    Json,
}

impl Channel {
    /// Returns the name in `pending_alert.confirmed`, in metrics and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
