//! What the tests across functions share.

pub mod template;
