//! update-popularity: the weights of events, and that each counts once.

mod activity;
mod batch;
mod cap;
mod concurrent;
mod crash;
mod outage;
mod plan;
mod product_id;
mod recount;
mod refused;
mod sku;
mod weight;
