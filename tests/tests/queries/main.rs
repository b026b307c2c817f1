//! Queries as a reader sees them: the shipped answer-queries with real Postgres.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod activity;
mod alerts;
mod analytics;
mod cached;
mod cursor;
mod dashboard;
mod flow;
mod market;
mod name;
mod outage;
mod page;
mod parameter;
mod plan;
mod product;
mod rank;
mod route;
mod stage;
mod tracking;
