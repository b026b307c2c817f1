//! Queries as a reader sees them: the shipped answer-queries with real Postgres.

mod cached;
mod cursor;
mod outage;
mod page;
mod parameter;
mod plan;
mod product;
mod route;
mod stage;
