//! Recommendations as a shop front sees them: the shipped recommend with real Postgres.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod page;
mod product;
mod route;
mod rule;
mod stage;
mod visitor;
