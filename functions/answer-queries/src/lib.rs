//! Answers readers: the top list, one product, health; and every route that does not exist.

mod cached;
mod failure;
mod health;
mod popularity;
mod router;
mod settings;

pub use router::{Deps, router};
pub use settings::{AWS_CALL_LIMIT, Settings};
