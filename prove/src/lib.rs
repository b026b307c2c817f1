//! The proof: faults injected into the shipped binaries, which a test runs for minutes and `make prove` for an hour,
//! and the known mistakes that it must detect.

pub mod fault;
pub mod planted;
pub mod suite;
