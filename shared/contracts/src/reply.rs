//! The envelopes of every reply, known to clients of the system that this one replaces.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{Rejection, RejectionCode};

/// A success: `{"data": ...}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Data<T> {
    /// The payload.
    pub data: T,
}

/// A list: `{"data": [...], "pagination": {...}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct List<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// The position of this page and how to read the next one.
    pub pagination: Pagination,
}

/// The position of a page. Fields that do not apply are null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pagination {
    /// The maximum number of rows of a page.
    pub limit: u32,
    /// The total number of rows, exact up to 100,000 and estimated above; null when paging by cursor.
    pub total: Option<i64>,
    /// This page's number from 1; null when paging by cursor.
    pub page: Option<u32>,
    /// The next page's number; null at the end, beyond the paged rows, or when paging by cursor.
    pub next_page: Option<u32>,
    /// The cursor of this page.
    pub cursor: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// A failure: `{"error": {...}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorReply {
    /// The error.
    pub error: ErrorBody,
}

impl ErrorReply {
    /// Writes a failure.
    #[must_use]
    pub fn new(http_status: u16, code: &'static str, message: String, details: Option<Value>) -> Self {
        Self { error: ErrorBody { http_status, code, message, details } }
    }
}

/// The error, for programs and for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The HTTP status, repeated for clients that lose it.
    pub http_status: u16,
    /// The stable reason.
    pub code: &'static str,
    /// The human-readable reason.
    pub message: String,
    /// Further details, if any: the results of the items of a rejected request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::details))]
    pub details: Option<Value>,
}

/// The outcome of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Stored by this request.
    Accepted,
    /// Stored before, with the same content.
    Duplicate,
    /// The event id was stored before, with other content.
    Conflict,
    /// Rejected.
    Rejected,
}

/// The result of one item, at the index it had in the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemResult {
    /// The position in the request, from 0.
    pub index: usize,
    /// The outcome.
    pub status: ItemStatus,
    /// The id of the stored interaction (accepted and duplicate).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// The event id, from the client or generated; null when it could not be read.
    pub event_id: Option<Uuid>,
    /// False when the item is stored but its event type has no weight, so it adds to no score; otherwise missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scored: Option<bool>,
    /// The reason (conflict and rejected).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<RejectionCode>,
    /// The human-readable reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl ItemResult {
    /// The result of an item that is in the log, stored now or before.
    #[must_use]
    pub fn stored(index: usize, status: ItemStatus, event_id: Uuid, id: i64) -> Self {
        Self { index, status, id: Some(id), event_id: Some(event_id), scored: None, code: None, message: None }
    }

    /// Says that the event type of a stored item has no weight.
    #[must_use]
    pub fn unscored(self) -> Self {
        Self { scored: Some(false), ..self }
    }

    /// The result of an item that was not stored.
    #[must_use]
    pub fn refused(index: usize, event_id: Option<Uuid>, rejection: Rejection) -> Self {
        let status = match rejection.code {
            RejectionCode::Conflict => ItemStatus::Conflict,
            _ => ItemStatus::Rejected,
        };
        let (code, message) = (Some(rejection.code), Some(rejection.message));
        Self { index, status, id: None, event_id, scored: None, code, message }
    }
}

/// The reply to a recording request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordReply {
    /// Items stored by this request.
    pub accepted: usize,
    /// Items stored before.
    pub duplicate: usize,
    /// Items not stored: rejected and conflicting ones.
    pub rejected: usize,
    /// One result per item, in the order of the request.
    pub results: Vec<ItemResult>,
}

impl RecordReply {
    /// Counts the results.
    #[must_use]
    pub fn new(results: Vec<ItemResult>) -> Self {
        let count = |wanted: ItemStatus| results.iter().filter(|result| result.status == wanted).count();
        let (accepted, duplicate) = (count(ItemStatus::Accepted), count(ItemStatus::Duplicate));
        Self { accepted, duplicate, rejected: results.len() - accepted - duplicate, results }
    }

    /// Counts the stored items that are not scored because their event type has no weight.
    #[must_use]
    pub fn unscored(&self) -> usize {
        self.results.iter().filter(|result| result.scored == Some(false)).count()
    }
}
