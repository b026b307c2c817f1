//! What crosses functions: the template, the sample events, and the system as a whole.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod catalog_feed;
mod catalog_kind;
mod events;
mod log_level;
mod planted;
mod settings;
mod supply;
mod template;
