//! Takes the body of a request with a list apart: a fault of the request as a whole is a [`RequestError`].
//!
//! The items of the list stay raw, so that a fault of one touches no other.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::rejection::shorten;

/// The largest body, in bytes (256 KiB).
pub const BODY_MAX_BYTES: usize = 256 * 1024;
/// The most items of one request.
pub const ITEMS_MAX: usize = 100;
/// The largest body of an import, in bytes (1 MiB).
pub const IMPORT_MAX_BYTES: usize = 1024 * 1024;
/// The most items of one import. They are stored and scored in one transaction, which stays short.
pub const IMPORT_ITEMS_MAX: usize = 1_000;

/// How much one request may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    bytes: usize,
    items: usize,
}

impl Limits {
    /// What shoppers and producers send as it happens.
    pub(crate) const LIVE: Self = Self { bytes: BODY_MAX_BYTES, items: ITEMS_MAX };
    /// History that a service of the shop hands over.
    pub(crate) const IMPORT: Self = Self { bytes: IMPORT_MAX_BYTES, items: IMPORT_ITEMS_MAX };
}

/// A request of which nothing can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is larger than allowed.
    #[error("body: must have at most {limit} bytes, has {bytes}")]
    TooLarge {
        /// The size that came.
        bytes: usize,
        /// The largest that is read.
        limit: usize,
    },
    /// The body is not JSON.
    #[error("body: is not valid JSON ({reason})")]
    NotJson {
        /// What and where, by line and column.
        reason: String,
    },
    /// The body is JSON of another shape.
    #[error("body: {reason}")]
    WrongShape {
        /// What is wrong.
        reason: String,
    },
    /// Too few or too many items.
    #[error("{list}: must have 1 to {limit} items, has {items}")]
    WrongCount {
        /// The name of the list.
        list: &'static str,
        /// How many came.
        items: usize,
        /// The most that are read.
        limit: usize,
    },
    /// The body claims another account than the token's. It stands for all items, and a service of the shop has none.
    #[error(
        "account_id: must be the account of the token, or be left out; a service of the shop names it in each item"
    )]
    ForeignAccount,
}

impl RequestError {
    /// Returns the HTTP status and the code, which are the same on every route.
    #[must_use]
    pub fn answer(&self) -> (u16, &'static str) {
        match self {
            Self::TooLarge { .. } => (413, "payload_too_large"),
            Self::ForeignAccount => (403, "foreign_account"),
            Self::NotJson { .. } | Self::WrongShape { .. } | Self::WrongCount { .. } => (400, "validation"),
        }
    }
}

/// Reads the object that a body must be.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8], limits: Limits) -> Result<T, RequestError> {
    if body.len() > limits.bytes {
        return Err(RequestError::TooLarge { bytes: body.len(), limit: limits.bytes });
    }
    // serde would also read a struct from an array, and would call the struct by its Rust name.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(RequestError::WrongShape { reason: "must be a JSON object".to_owned() });
    }
    serde_json::from_slice(body).map_err(|error| {
        let reason = shorten(error.to_string());
        match error.classify() {
            serde_json::error::Category::Data => RequestError::WrongShape { reason },
            _ => RequestError::NotJson { reason },
        }
    })
}

/// Takes a list apart.
pub(crate) fn items<'a>(
    list: &'static str,
    raw: &'a RawValue,
    limits: Limits,
) -> Result<Vec<&'a RawValue>, RequestError> {
    let items: Vec<&RawValue> = serde_json::from_str(raw.get())
        .map_err(|_| RequestError::WrongShape { reason: format!("{list}: must be an array") })?;
    if items.is_empty() || items.len() > limits.items {
        return Err(RequestError::WrongCount { list, items: items.len(), limit: limits.items });
    }
    Ok(items)
}
