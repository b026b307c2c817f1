//! Reads one JSON value of an item, so that a refusal can name the field.
//!
//! The item's fields arrive as raw JSON whose syntax is already checked; only their meaning is judged here.

use domain::RefType;
use jiff::Timestamp;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Rejection, RejectionCode};

/// Reads a string that Postgres can store.
pub(crate) fn text(field: &str, raw: &RawValue) -> Result<String, Rejection> {
    if !raw.get().starts_with('"') {
        return Err(Rejection::new(RejectionCode::WrongType, format!("{field}: must be a string")));
    }
    // The syntax was checked when the raw value was taken, so only an escape can be wrong: a lone surrogate.
    let text: String = serde_json::from_str(raw.get()).map_err(|_| {
        Rejection::new(
            RejectionCode::InvalidText,
            format!("{field}: must not contain a lone surrogate (\\uD800-\\uDFFF)"),
        )
    })?;
    if text.contains('\0') {
        return Err(Rejection::new(RejectionCode::InvalidText, format!("{field}: must not contain U+0000")));
    }
    Ok(text)
}

/// Reads a string that must be there.
pub(crate) fn required_text(field: &str, raw: Option<&RawValue>) -> Result<String, Rejection> {
    match raw {
        Some(raw) => text(field, raw),
        None => Err(Rejection::new(RejectionCode::MissingField, format!("{field}: is required"))),
    }
}

/// Reads a UUID in its hyphenated form, other than the nil UUID.
pub(crate) fn uuid(field: &str, raw: &RawValue) -> Result<Uuid, Rejection> {
    let refused = || {
        let message = format!("{field}: must be a UUID like 01890a5d-ac96-774b-bcce-b302099a8057, not the nil UUID");
        Rejection::new(RejectionCode::InvalidEventId, message)
    };
    let text = text(field, raw)?;
    if text.len() != uuid::fmt::Hyphenated::LENGTH {
        return Err(refused());
    }
    Uuid::try_parse(&text).ok().filter(|id| !id.is_nil()).ok_or_else(refused)
}

/// Reads an RFC 3339 time with a zone offset.
pub(crate) fn time(field: &str, raw: &RawValue) -> Result<Timestamp, Rejection> {
    text(field, raw)?.parse().map_err(|_| {
        let message = format!("{field}: must be an RFC 3339 time with an offset, like 2026-11-20T12:00:00Z");
        Rejection::new(RejectionCode::InvalidTime, message)
    })
}

/// Reads the kind of a reference.
pub(crate) fn ref_type(field: &str, raw: Option<&RawValue>) -> Result<RefType, Rejection> {
    required_text(field, raw)?
        .parse()
        .map_err(|reason: domain::InvalidReference| Rejection::new(RejectionCode::InvalidReference, reason.to_string()))
}
