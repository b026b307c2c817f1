//! What goes over a wire: HTTP bodies and queries, queue messages, cursors.
//!
//! Reads untrusted text into checked domain values and writes replies. Every refusal names the field and
//! the limit. Nothing here performs IO.
#![warn(missing_docs)]

mod cursor;
mod field;
mod item;
mod message;
mod metadata;
#[cfg(feature = "openapi")]
pub mod openapi;
mod popularity;
mod rejection;
mod reply;
mod request;
mod top;

pub use cursor::{Cursor, InvalidCursor};
pub use item::SESSION_ID_MAX_CHARS;
pub use message::{Hint, Unreadable};
pub use metadata::{METADATA_MAX_BYTES, METADATA_MAX_DEPTH, NUMBER_MAX_CHARS};
pub use popularity::Popularity;
pub use rejection::{Rejection, RejectionCode};
pub use reply::{Data, ErrorBody, ErrorReply, ItemResult, ItemStatus, List, Pagination, RecordReply};
pub use request::{BODY_MAX_BYTES, ITEMS_MAX, ItemOutcome, RefusedItem, RequestError, Sender, read_request};
pub use top::{InvalidTopQuery, LIMIT_DEFAULT, LIMIT_MAX, PAGED_ROWS_MAX, Position, TopQuery};
