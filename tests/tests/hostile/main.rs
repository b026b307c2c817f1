//! Invalid and malicious input: no panic, no 5xx, and what is accepted is stored as it was sent.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod document;
mod field;
mod metadata;
mod naughty;
mod openapi;
mod query;
mod replay;
mod sales;
mod stage;
mod syntax;
