//! Answers readers: the top list, one product, sales, findings (for admins), the description of the API, health; and
//! every route that does not exist.

mod admin;
mod alerts;
mod cached;
mod description;
mod failure;
mod health;
mod popularity;
mod router;
mod sales;
mod settings;

pub use router::{Deps, router};
pub use settings::{AWS_CALL_LIMIT, Settings};
