//! Sends findings to webhooks: consumer of `alerts-queue`.
//!
//! Each webhook receives a finding at least once, with the finding's id as `Idempotency-Key`, and not again once it has
//! confirmed. An alert that a webhook refuses permanently is parked; everything else is retried. The hazards it
//! handles: two invocations with the same message (only one gets the lease), webhooks that are down (with one of several
//! the messages of its alerts fail, with all the invocation, so that polling backs off), and addresses and keys that must
//! not leak (they are in no log and no error).

mod channel;
mod error;
mod handler;
mod message;
mod receiver;
mod settings;
mod signature;
mod webhook;

pub use channel::Channel;
pub use error::SendError;
pub use handler::{Deps, handle};
pub use receiver::webhooks;
pub use settings::{Limits, Settings};
pub use signature::{InvalidKey, SIGNATURE_HEADER, SigningKey, SigningKeys};
pub use webhook::{Webhook, Webhooks};
