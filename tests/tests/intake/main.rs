//! Events over HTTP: the shipped accept-events with the emulator's queues, and project-orders behind them.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod accepted;
mod caller;
mod refused;
mod schema;
mod secret;
mod sqs_fault;
mod stage;
