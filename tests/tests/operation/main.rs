//! The operator's work: change weights under load, verify, redrive dead letters. On real Postgres and real queues.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod anywhere;
mod dead_letter;
mod evaluate;
mod exclude;
mod import;
mod orders;
mod planted;
mod redrive;
mod secret;
mod shop;
mod shop_events;
mod simulate;
mod verification;
mod weight;
