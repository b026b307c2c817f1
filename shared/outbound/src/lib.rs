//! Calls to third-party HTTP servers: allowed URLs, time limits, and the meaning of responses.
//!
//! The hazard it handles is a server that misbehaves, or a bad URL: slow, missing, endless or redirecting responses,
//! plain text over the network, keys in URLs that end up in logs. It does not decide what is sent, does not retry by
//! itself and stores nothing.
#![warn(missing_docs)]

mod call;
mod client;
mod url;

pub use call::{Answer, Call, Failure, FailureReason, chain};
pub use client::{ClientError, client};
pub use url::{InvalidUrl, SecureUrl};
