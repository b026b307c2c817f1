//! The deployed stack as clients and operators see it: the HTTP API with its authorizer, the queues with their
//! mappings, the logs, and the `shopsignal` command.
//!
//! All tests share one deployment, so each uses its own products, accounts and ids. A test that needs the
//! whole deployment for itself, because it pauses a queue or counts everything, opens it with `Shop::alone`.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod authorization;
mod bad_input;
mod bad_query;
mod batch;
mod command;
mod emulator;
mod flow;
mod import;
mod order;
mod poison;
mod probe;
mod push;
mod recommendation;
mod shop;
mod simulated_orders;
mod simulation;
mod spoofing;
mod token;
