//! send-alerts against real Postgres and webhooks that respond as each test wants.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod batch;
mod binary;
mod race;
mod stage;
