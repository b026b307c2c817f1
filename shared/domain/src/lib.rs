//! What Shopsignal decides: which interactions are admitted, what they refer to, what they weigh.
//!
//! Values in, values or reasons out. Nothing here performs IO or reads the clock, the environment or a
//! random source, so every rule can be tested by calling it.
#![warn(missing_docs)]

mod address;
mod caller;
mod event;
mod interaction;
mod park;
mod pieces;
mod reference;
mod score;
mod sink;
mod window;

pub use address::truncate_address;
pub use caller::Caller;
pub use event::{BROWSING, EVENT_TYPE_MAX_CHARS, EventType, InvalidEventType};
pub use interaction::{Fingerprint, Interaction, InteractionId, NewInteraction};
pub use park::ParkReason;
pub use pieces::Pieces;
pub use reference::{CATEGORY_ID_MAX_CHARS, InvalidReference, RefType, Reference};
pub use score::{InvalidMicros, Micros};
pub use sink::Sink;
pub use window::{FUTURE_LIMIT_MINUTES, OutsideWindow, PAST_LIMIT_DAYS, check_occurred_at};
