//! The settings of record-interactions, from its environment.

use std::time::Duration;

use domain::EventNames;
use messaging::Queues;
use platform::Variables;

/// The largest limit that can be set.
const GUEST_EVENTS_MAX: u64 = 1_000_000_000;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database of the interactions.
    pub database: store::Settings,
    /// The queues of the hints.
    pub queues: Queues,
    /// The time limit of SQS. The request waits for it, so it is short.
    pub send_limit: Duration,
    /// How many events guests of one network may send in a minute; `None` for no limit.
    pub guest_events_per_minute: Option<u32>,
    /// Whether all requests come through CloudFront.
    pub is_behind_cloudfront: bool,
    /// The known event names.
    pub names: EventNames,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let queues = variables.group(Queues::from_variables);
        let send_limit = variables.send_limit();
        let guests = variables.number("GUEST_EVENTS_PER_MINUTE", 0..=GUEST_EVENTS_MAX);
        // Zero disables the limit, because a parameter of the template cannot be omitted.
        let guest_events_per_minute = u32::try_from(guests?).ok().filter(|limit| *limit > 0);
        let names = variables.parsed_or_default("EVENT_NAMES");
        let is_behind_cloudfront = variables.switch("IS_BEHIND_CLOUDFRONT")?;
        let (database, queues, send_limit) = (database?, queues?, send_limit?);
        Some(Self { database, queues, send_limit, guest_events_per_minute, is_behind_cloudfront, names: names? })
    }
}
