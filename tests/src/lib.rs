//! What the tests share, the fault suite, which a test runs for minutes and `prove` for hours, and the known mistakes
//! that it must see.

pub mod fault;
pub mod planted;
pub mod prove;
pub mod template;
pub mod weight;
