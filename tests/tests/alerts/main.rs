//! From a suspicious order to the message in a chat: project-orders, judge-carts, send-alerts and resend-pending, with
//! webhooks that answer as each test wants.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod batch;
mod binary;
mod cart;
mod delivery;
mod race;
mod rule;
mod stage;

/// What the rules found by name.
const NAMES: &str = "SELECT rule, subject, window_name FROM analytic.finding ORDER BY 1, 2, 3";
