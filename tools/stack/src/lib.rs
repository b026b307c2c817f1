//! A local stack from outside: where its files are, what runs, and the issuer of its tokens.
//!
//! What starts and stops a stack writes this; the operator's command and the tests read it. Nothing here talks to a service.

pub mod error;
pub mod file;
pub mod issuer;

mod description;
mod folder;
mod release;

pub use description::{AUDIENCE, StackFile, path};
pub use error::Error;
pub use folder::{Stack, lock};
pub use release::release;
