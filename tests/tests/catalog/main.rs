//! update-catalog against real Postgres, the emulator's DynamoDB, and catalogs that misbehave.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod answer;
mod batch;
mod binary;
mod feed;
mod kind;
mod learn;
mod recommendation;
mod stage;
