//! update-catalog against real Postgres, the emulator's DynamoDB, and catalogs that misbehave.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod batch;
mod binary;
mod stage;
