//! Shared test code, the fault suite, which a test runs for minutes and `prove` for hours, and the known mistakes that
//! it must detect.

pub mod fault;
pub mod planted;
pub mod prove;
pub mod template;
pub mod weight;
