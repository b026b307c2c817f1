//! Reads one JSON value of an item, so that a rejection can name the field.
//!
//! The item's fields arrive as raw JSON whose syntax is already checked; only their meaning is checked here.

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

/// Reads a required string.
pub(crate) fn required_text(field: &str, raw: Option<&RawValue>) -> Result<String, Rejection> {
    match raw {
        Some(raw) => text(field, raw),
        None => Err(Rejection::new(RejectionCode::MissingField, format!("{field}: is required"))),
    }
}

/// Reads a required id: a string, or a whole number, which is read as the string of its digits.
pub(crate) fn required_id(field: &str, raw: Option<&RawValue>) -> Result<String, Rejection> {
    match raw.map(RawValue::get) {
        Some(number) if is_whole_number(number) => Ok(number.to_owned()),
        Some(other) if !other.starts_with('"') => {
            let message = format!("{field}: must be a string or a whole number, like \"1004767\" or 1004767");
            Err(Rejection::new(RejectionCode::WrongType, message))
        }
        _ => required_text(field, raw),
    }
}

/// Says whether JSON is a number made of digits only, as shops with sequential ids send.
#[must_use]
pub fn is_whole_number(json: &str) -> bool {
    json.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a UUID in hyphenated form, other than the nil UUID; anything else is rejected with a code.
pub(crate) fn uuid(field: &str, raw: &RawValue, code: RejectionCode) -> Result<Uuid, Rejection> {
    let refused = || {
        let message = format!("{field}: must be a UUID like 01890a5d-ac96-774b-bcce-b302099a8057, not the nil UUID");
        Rejection::new(code, message)
    };
    let text = text(field, raw)?;
    if text.len() != uuid::fmt::Hyphenated::LENGTH {
        return Err(refused());
    }
    Uuid::try_parse(&text).ok().filter(|id| !id.is_nil()).ok_or_else(refused)
}

/// Reads an RFC 3339 time with a zone offset.
pub(crate) fn time(field: &str, raw: &RawValue) -> Result<Timestamp, Rejection> {
    parse_time(field, &text(field, raw)?)
}

/// Reads an RFC 3339 time with a zone offset from a string.
pub(crate) fn parse_time(field: &str, text: &str) -> Result<Timestamp, Rejection> {
    // The parser alone would accept more than the contract promises: no seconds, no hyphens, zone names.
    let time = if is_rfc3339(text) { text.parse().ok() } else { None };
    time.ok_or_else(|| {
        let message = format!("{field}: must be an RFC 3339 time with an offset, like 2026-11-20T12:00:00Z");
        Rejection::new(RejectionCode::InvalidTime, message)
    })
}

/// Says whether a string has the format `date-time` of RFC 3339, section 5.6; the parser checks its values.
fn is_rfc3339(text: &str) -> bool {
    let Some((seconds, rest)) = text.split_at_checked(19) else { return false };
    let shape = seconds.bytes().zip(*b"0000-00-00T00:00:00").all(|(byte, expected)| match expected {
        b'0' => byte.is_ascii_digit(),
        other => byte.eq_ignore_ascii_case(&other),
    });
    let offset = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    shape
        && match offset.as_bytes() {
            [b'Z' | b'z'] => true,
            // The parser takes larger offsets.
            [b'+' | b'-', h @ b'0'..=b'2', i @ b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9'] => [*h, *i] <= *b"23",
            _ => false,
        }
}

/// Reads the kind of a reference.
pub(crate) fn ref_type(field: &str, raw: Option<&RawValue>) -> Result<RefType, Rejection> {
    required_text(field, raw)?
        .parse()
        .map_err(|reason: domain::InvalidReference| Rejection::new(RejectionCode::InvalidReference, reason.to_string()))
}
