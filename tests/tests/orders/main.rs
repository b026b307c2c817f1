//! Back-end events in any order, repeated, and through crashes: the shipped binary on real Postgres, checked against a
//! recount of the log in plain SQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod batch;
mod book;
mod cases;
mod concurrent;
mod crash;
mod derived;
mod product;
mod sales;
mod shuffle;
mod verification;
