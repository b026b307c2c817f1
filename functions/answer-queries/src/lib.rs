//! Answers queries: the top list, one product, sales and a seller's own figures, findings and the shop's figures (for
//! admins), the description of the API, health; and unknown routes.

mod answer;
mod caller;
mod currency;
mod deps;
mod failure;
mod route;
mod settings;

pub use deps::Deps;
pub use route::router;
pub use settings::Settings;
