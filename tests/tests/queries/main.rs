//! Queries as a reader sees them: the shipped answer-queries with real Postgres.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod alerts;
mod analytics;
mod cached;
mod cursor;
mod dashboard;
#[path = "../orders/history.rs"]
mod history;
mod market;
mod outage;
mod page;
mod parameter;
mod plan;
mod product;
mod route;
#[expect(dead_code, reason = "the shop of the tests of orders, which need more of it")]
#[path = "../orders/shop.rs"]
mod shop;
mod stage;
