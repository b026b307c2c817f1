//! The effects of a recorded interaction, through crashes, repetitions and interruptions: the shipped
//! binaries on real Postgres and the emulator's queues.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod abandoned;
mod import;
mod popularity;
mod rank;
mod recording;
mod repair;
mod resend;
