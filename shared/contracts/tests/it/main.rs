//! What crosses modules: events as shops send them, read and folded.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]
mod cases;
