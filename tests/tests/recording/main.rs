//! Recording as seen by a client: the shipped record-interactions with real Postgres and the emulator's queues.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod accepted;
mod bad_input;
mod caller;
mod event_type;
mod guest_quota;
mod hostile;
mod limit;
mod log;
mod other_systems;
mod personal;
mod postgres_fault;
mod repeated;
mod simultaneous;
mod sqs_fault;
mod stage;
