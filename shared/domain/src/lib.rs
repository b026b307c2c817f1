//! What Shopsignal decides: which interactions are admitted, what they refer to and weigh, and what orders add up to.
//!
//! Values in, values or reasons out. Nothing here performs IO or reads the clock, the environment or a
//! random source, so every rule can be tested by calling it.
#![warn(missing_docs)]

mod actor;
mod address;
mod amount;
mod calendar;
mod caller;
mod claims;
mod comparison;
mod contribution;
mod customer;
mod decimal;
mod derived;
mod entity;
mod event;
mod event_names;
pub mod fraud;
mod halves;
mod id;
mod interaction;
mod learning;
mod money;
mod opinion;
mod order;
mod origin;
mod park;
mod person;
mod quantity;
mod rank;
mod ranking;
pub mod recommendation;
mod reference;
mod sales;
mod score;
mod segment;
mod shop_event;
mod sink;
mod status;
mod window;

pub use actor::{Actor, NamedActor};
pub use address::truncate_address;
pub use amount::{Amount, Fit};
pub use calendar::{GrainSpan, InvalidZone, Step, TimeSpan, Zone, align, cover, split};
pub use caller::Caller;
pub use claims::{Claims, account_id};
pub use comparison::{average, change_percent};
pub use contribution::{Attribution, Attributions, Cell, CellFigures, Contribution, Grain, Period};
pub use customer::{CustomerKey, CustomerLink};
pub use derived::{DerivedInteraction, DerivedLine, opinion_interaction, order_interactions};
pub use entity::{ProductState, UserState};
pub use event::{BROWSING, EVENT_TYPE_MAX_CHARS, EventType, InvalidEventType};
pub use event_names::{EventNames, InvalidEventNames};
pub use halves::Halves;
pub use id::{ID_MAX_CHARS, InvalidId, ProductId, canonical_id, is_id};
pub use interaction::{Fingerprint, Interaction, InteractionId, NewInteraction};
pub use learning::Learning;
pub use money::{AMOUNT_LIMIT_MINOR, Currency, Denomination, InvalidAmount, InvalidCurrency, Money, apportion};
pub use opinion::{OpinionState, RATING_HIGH_MICROS, RATING_MEDIUM_MICROS, rating_event_type};
pub use order::{Charges, Entry, EntryKind, Line, OrderState, Payment, Refund};
pub use origin::Origin;
pub use park::ParkReason;
pub use person::{Identities, Named};
pub use quantity::{Quantity, serialize_milli};
pub use rank::{AnnouncedOnly, HalfLife, InvalidAnnouncedOnly, InvalidHalfLife, RankList, RankScope, TrendKey};
pub use ranking::RankBy;
pub use reference::{InvalidReference, RefType, Reference};
pub use sales::{attribute, event_contribution, opinion_contribution, order_contribution, user_contribution};
pub use score::{InvalidMicros, Micros};
pub use segment::{InvalidSegments, SPEND_DIGITS, Segment, SegmentThresholds, SpendThresholds};
pub use shop_event::{Fact, Opinion, OrderContent, OrderLine, ProductFacts, ReturnedItem, ShopEvent, Subject};
pub use sink::Sink;
pub use status::{OrderStatus, PaymentStatus};
pub use window::{
    FUTURE_LIMIT_MINUTES, HISTORY_START, OutsideWindow, PAST_LIMIT_DAYS, check_imported_at, check_occurred_at,
    clock_error,
};
