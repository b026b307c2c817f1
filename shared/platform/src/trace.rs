//! The trace header, which connects the logs of one interaction across functions.

use std::time::{SystemTime, UNIX_EPOCH};

use lambda_runtime::Context;
use uuid::Uuid;

/// An X-Ray trace header such as `Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1`.
///
/// Format: <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceHeader(String);

impl TraceHeader {
    /// Takes the header of an invocation; creates a new root if tracing provided none.
    #[must_use]
    pub fn of(context: &Context) -> Self {
        match &context.xray_trace_id {
            Some(header) if header.contains("Root=") => Self(header.clone()),
            _ => Self::new_root(),
        }
    }

    fn new_root() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let unique = Uuid::now_v7().simple().to_string();
        // The last 24 digits of a version 7 UUID are its random part and its lowest time bits.
        Self(format!("Root=1-{seconds:08x}-{};Sampled=0", &unique[8..]))
    }

    /// Returns the whole header, for passing it on.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the trace id, for the log.
    #[must_use]
    pub fn root(&self) -> &str {
        Self::root_of(&self.0)
    }

    /// Returns the trace id inside a header, or the string itself.
    #[must_use]
    pub fn root_of(header: &str) -> &str {
        header.split(';').find_map(|part| part.trim().strip_prefix("Root=")).unwrap_or(header)
    }
}

impl From<&str> for TraceHeader {
    fn from(header: &str) -> Self {
        Self(header.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_and_made() {
        let header = TraceHeader::from("Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1");
        assert_eq!(header.root(), "1-5759e988-bd862e3fe1be46a994272793");
        let made = TraceHeader::new_root();
        assert_eq!(made.root().len(), "1-5759e988-bd862e3fe1be46a994272793".len());
    }
}
