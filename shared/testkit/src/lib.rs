//! The foundation of tests: real Postgres, the emulator's queues, the shipped binaries, and servers that misbehave.
//!
//! Nothing here is a mock of our own code: a test about behaviour between processes runs the processes. Everything is
//! created for one test and removed after it, so tests run concurrently.
#![warn(missing_docs)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

pub mod cap;
mod clock;
mod command;
mod database;
mod environment;
mod eventually;
mod function;
mod http_event;
mod http_reply;
mod interaction;
mod proxy;
mod queue;
mod runtime_api;
mod secret;
mod server;
mod sqs_event;
mod sqs_server;
mod stack;
mod table;
pub mod template;
pub mod weight;

pub use clock::TestClock;
pub use command::shopsignal;
pub use database::{TestDatabase, statement_of};
pub use environment::default_variables;
pub use eventually::eventually;
pub use function::{Function, Invoked, RELEASE, all_done, failed, program};
pub use http_event::HttpEvent;
pub use http_reply::HttpReply;
pub use interaction::interaction;
pub use proxy::{Moment, TestProxy};
pub use queue::TestQueue;
pub use secret::TestSecret;
pub use server::{Recorded, Reply, TestServer};
pub use sqs_event::{hint, sqs_event};
pub use stack::Stack;
pub use table::TestTable;
