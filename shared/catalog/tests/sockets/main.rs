//! The catalog against real sockets: servers that behave, and servers that do not.
#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on should panic where it stands")]

mod feed_fault;
mod http_answer;
mod http_fault;
mod http_limit;
mod server;
