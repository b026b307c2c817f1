//! Export and erasure of a person, everywhere, with every figure unchanged. On real
//! Postgres, the feed and the dead-letter queue of the emulator, with the shipped binaries.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod again;
mod command;
mod erase;
mod export;
mod http;
mod late;
mod letter;
mod link;
mod overlap;
mod shop;
mod trace;
