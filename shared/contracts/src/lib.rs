//! Wire formats: HTTP bodies and queries, queue messages, cursors.
//!
//! Parses untrusted input into checked domain values and writes replies. Every rejection names the field and the limit.
//! Nothing here performs IO.
#![warn(missing_docs)]

mod activity;
mod alerts;
mod analytics;
mod body;
mod cursor;
mod dashboard;
mod event_reply;
mod event_request;
mod failure;
mod field;
mod item;
mod members;
mod message;
mod metadata;
#[cfg(feature = "openapi")]
pub mod openapi;
mod person_request;
mod personal;
mod popularity;
mod product;
mod query;
mod rank;
mod recommendation;
mod rejection;
mod reply;
mod request;
mod route;
mod sales;
mod shop_event;
mod sqs_event;
mod tracking;

pub use activity::{
    ExplainedEvents, Explanation, HISTORY_DAY_DAYS, HISTORY_HOUR_DAYS, History, HistoryBucket, HistoryGranularity,
    HistoryQuery, IdsQuery, Popularities, RequestedPopularity,
};
pub use alerts::{AlertCursor, AlertsQuery, ListedFinding};
pub use analytics::{
    Amount, ArmResults, Compared, CurrencyRevenue, DailyRevenue, DayRevenue, DayUsers, DaysQuery, DeadLetters,
    EventCount, Events, ExcludedActor, Flow, FlowConservation, MethodRevenue, Orders, Overview, ParkedExample,
    ParkedReason, PaymentMethods, PlacementDay, RecommendationResults, Revenue, RevenueQuery, ShownLift, SinkFlow,
    TotalsQuery, Users,
};
pub use body::{BODY_MAX_BYTES, IMPORT_ITEMS_MAX, IMPORT_MAX_BYTES, ITEMS_MAX, RequestError, decode_body};
pub use cursor::{CURSOR_EXPIRED, Cursor, InvalidCursor};
pub use dashboard::{
    Charts, Comparison, DashboardQuery, DashboardRange, Granularity, Point, SPAN_DEFAULT_DAYS, SellerDashboard,
    Summary, TopProduct,
};
pub use event_reply::{EventResult, EventStatus, EventsReply};
pub use event_request::{EventMessage, read_events};
pub use failure::{Failure, read_claims, read_trusted_claims};
pub use field::is_whole_number;
pub use item::{SESSION_ID_MAX_CHARS, Sender, check_session_id};
pub use members::{NotMembers, read as read_members};
pub use message::{AlertHint, Hint, Pointer, REASON_ATTRIBUTE, Unreadable};
pub use metadata::{METADATA_GUEST_MAX_BYTES, METADATA_MAX_BYTES, METADATA_MAX_DEPTH, NUMBER_MAX_CHARS};
pub use person_request::read_person;
pub use personal::{
    HASHED_PREFIX, HIDDEN, RULE as PERSONAL_RULE, count_hidden, count_hidden_in, is_personal, without_personal,
};
pub use popularity::{PageStart, Popularity, ProductPopularity, TopQuery};
pub use product::{Products, RequestedProduct};
pub use query::{
    IDS_MAX, InvalidQuery, LIMIT_DEFAULT, LIMIT_MAX, PAGED_ROWS_MAX, Parameters, SPAN_MAX_DAYS, check_span,
};
pub use rank::{Positions, ProductRanks, RankCursor, RankQuery, RankedEntries, RankedEntry, WindowPoints};
pub use recommendation::{
    Asked, CART_MAX, EXCLUDED_MAX, RULE_REASON_MAX_CHARS, RecommendationCursor, RecommendationData,
    RecommendationQuery, Recommendations, RecommendedProduct, SHOWN_MAX, ShownReason, ShownRule, read_cart, read_rule,
    read_session_id,
};
pub use rejection::{Rejection, RejectionCode};
pub use reply::{Data, ErrorBody, ErrorReply, ItemResult, ItemStatus, List, Pagination, RecordReply};
pub use request::{ItemOutcome, RefusedItem, read_import, read_request};
pub use route::{Access, Method, Route};
pub use sales::*;
pub use shop_event::{
    ADDRESS_KEY_MIN_BYTES, AddressKey, Anonymized, Intake, ORDER_LINES_MAX, QUANTITY_MAX, SHOP_EVENT_MAX_BYTES,
    SHOP_TEXT_MAX_CHARS, anonymize_in_event, is_named_in_event, is_nobody, read_shop_event, sealed::peek_sealed_event,
};
pub use sqs_event::{SqsAttributes, SqsEvent, SqsMessage};
pub use tracking::{Contribution, CountOutcome, EffectStatus, SinkProgress, TrackedInteraction, TrackedInteractions};
