//! What goes over a wire: HTTP bodies and queries, queue messages, cursors.
//!
//! Reads untrusted text into checked domain values and writes replies. Every refusal names the field and
//! the limit. Nothing here performs IO.
#![warn(missing_docs)]

mod alerts;
mod analytics;
mod cursor;
mod dashboard;
mod field;
mod item;
mod message;
mod metadata;
#[cfg(feature = "openapi")]
pub mod openapi;
mod popularity;
mod query;
mod rejection;
mod reply;
mod request;
mod shop_event;
mod top;

pub use alerts::{AlertCursor, AlertsQuery, Finding};
pub use analytics::{
    Amount, CurrencyRevenue, DailyRevenue, DayRevenue, DayUsers, DaysQuery, EventCount, Events, MethodRevenue, Orders,
    Overview, PaymentMethods, Revenue, TotalsQuery, Users,
};
pub use cursor::{Cursor, InvalidCursor};
pub use dashboard::{
    Charts, Comparison, CurrencyFigures, DashboardQuery, DashboardRange, Granularity, Point, SPAN_DEFAULT_DAYS,
    SellerDashboard, Summary, TopProduct,
};
pub use item::SESSION_ID_MAX_CHARS;
pub use message::{AlertHint, Hint, Pointer, Unreadable};
pub use metadata::{METADATA_MAX_BYTES, METADATA_MAX_DEPTH, NUMBER_MAX_CHARS};
pub use popularity::Popularity;
pub use query::{InvalidQuery, Parameters, SPAN_MAX_DAYS, check_span};
pub use rejection::{Rejection, RejectionCode};
pub use reply::{Data, ErrorBody, ErrorReply, ItemResult, ItemStatus, List, Pagination, RecordReply};
pub use request::{BODY_MAX_BYTES, ITEMS_MAX, ItemOutcome, RefusedItem, RequestError, Sender, read_request};
pub use shop_event::{
    ADDRESS_KEY_MIN_BYTES, AddressKey, Intake, ORDER_LINES_MAX, QUANTITY_MAX, SHOP_EVENT_MAX_BYTES,
    SHOP_TEXT_MAX_CHARS, read_shop_event,
};
pub use top::{InvalidTopQuery, LIMIT_DEFAULT, LIMIT_MAX, PAGED_ROWS_MAX, Position, TopQuery};
