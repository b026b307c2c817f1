//! Recommends products: beside a product or a cart, for a session, for an account; and keeps the rules of the shop about that.
//!
//! A recommendation is one call to Postgres, which scores; `domain::recommendation` arranges. Nothing is written for it: the id
//! in the answer says what clicks that name it are counted for.

mod failure;
mod handler;
mod route;
mod rule;
mod settings;

pub use route::{Deps, router};
pub use settings::{Serving, Settings};
