//! `deploy up` and `deploy destroy`, from the shipped binaries to a view in its score, in the emulator of the stack under test.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

mod pages;
mod refused;
mod stage;
mod traffic;
mod upgrade;
mod whole;
