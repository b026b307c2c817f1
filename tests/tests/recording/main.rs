//! Recording as a client sees it: the shipped record-interactions with real Postgres and the emulator's queues.

mod accepted;
mod bad_input;
mod caller;
mod event_type;
mod hostile;
mod limit;
mod log;
mod postgres_fault;
mod repeated;
mod simultaneous;
mod sqs_fault;
mod stage;
