//! Answers queries: the top list, one product, sales and a seller's own figures, findings and the shop's figures (for
//! admins), the description of the API, health; and unknown routes.

mod admin;
mod alerts;
mod analytics;
mod cached;
mod currency;
mod description;
mod failure;
mod health;
mod popularity;
mod private;
mod router;
mod sales;
mod seller;
mod seller_dashboard;
mod settings;

pub use router::{Deps, router};
pub use settings::{AWS_CALL_LIMIT, Settings};
