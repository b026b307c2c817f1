//! Calls to HTTP servers of others: where they may go, how long they are waited for, what an answer means.
//!
//! The hazard it handles is a server that misbehaves, or an address that was chosen badly: slow, silent, endless or
//! redirecting answers, plain text over the net, keys in URLs that end up in logs. It decides nothing about what is
//! sent, repeats no call by itself and keeps nothing.
#![warn(missing_docs)]

mod call;
mod client;
mod url;

pub use call::{Answer, Call, Failure, FailureReason, chain};
pub use client::{ClientError, client};
pub use url::{InvalidUrl, SecureUrl};
