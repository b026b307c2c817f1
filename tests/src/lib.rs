//! What several suites of cross tests share: shops with a past and functions, each with a database of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

pub mod back_end;
pub mod fraud;
pub mod history;
pub mod shop;
