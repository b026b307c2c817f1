//! Checks `metadata`, free JSON from a client, before it goes into a jsonb column.
//!
//! jsonb refuses some JSON that parsers accept (U+0000, lone surrogates), and it expands numbers: eight bytes of
//! `1e131071` become 131 kB. Numbers are therefore checked as text, and the walk works on raw JSON level by level. That
//! reads a text at most once per level of depth, at most sixteen times.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::field;
use crate::members::{self, NotMembers};
use crate::personal::{self, HIDDEN};
use crate::rejection::shorten;
use crate::{Rejection, RejectionCode};

/// The largest metadata of one item as sent, in bytes (8 KiB).
pub const METADATA_MAX_BYTES: usize = 8 * 1024;
/// The largest metadata of one item of a guest, in bytes (2 KiB): anyone can fill the log with it.
pub const METADATA_GUEST_MAX_BYTES: usize = 2 * 1024;
/// The deepest nesting; the metadata object itself is level 1.
pub const METADATA_MAX_DEPTH: usize = 16;
/// The longest number, in characters.
pub const NUMBER_MAX_CHARS: usize = 30;
/// Numbers must stay below this magnitude: above it, a JSON number is no longer an exact integer everywhere.
pub(crate) const NUMBER_LIMIT: f64 = 1e15;
/// Numbers other than zero must reach this magnitude, because jsonb writes out every leading zero.
pub(crate) const NUMBER_FLOOR: f64 = 1e-30;

/// Checks metadata of at most `max_bytes` and returns it in canonical form: keys sorted, no spaces, numbers unchanged.
///
/// Strings that look like an email address or a card number are hidden, wherever they occur. A duplicate key is
/// rejected, because parsers disagree on which value counts. The same content always has the same form, whatever
/// order a client's serializer chose, so a retry has the same fingerprint.
///
/// # Errors
/// A rejection that names the path inside the metadata and the limit.
pub(crate) fn canonical(raw: &RawValue, max_bytes: usize) -> Result<String, Rejection> {
    if !raw.get().starts_with('{') {
        return Err(Rejection::new(RejectionCode::WrongType, "metadata: must be an object"));
    }
    if raw.get().len() > max_bytes {
        let message = format!("metadata: must have at most {max_bytes} bytes, has {}", raw.get().len());
        return Err(Rejection::new(RejectionCode::InvalidMetadata, message));
    }
    let mut written = String::with_capacity(raw.get().len());
    write_value(raw, "metadata", 1, &mut written)?;
    Ok(written)
}

fn write_value(raw: &RawValue, path: &str, depth: usize, out: &mut String) -> Result<(), Rejection> {
    match raw.get().as_bytes().first() {
        Some(b'{') => write_object(raw, path, depth, out),
        Some(b'[') => write_array(raw, path, depth, out),
        Some(b'"') => {
            write_text(&shown(field::text(path, raw)?), out);
            Ok(())
        }
        Some(b'-' | b'0'..=b'9') => write_number(raw.get(), path, out),
        _ => {
            out.push_str(raw.get());
            Ok(())
        }
    }
}

fn write_object(raw: &RawValue, path: &str, depth: usize, out: &mut String) -> Result<(), Rejection> {
    check_depth(path, depth)?;
    let members = members::read(raw.get()).map_err(|error| match error {
        NotMembers::Repeated(key) => repeated_key(path, key),
        NotMembers::NoObject(_) => invalid_key(path),
    })?;
    // Sorted again, because two hidden keys become one.
    let members: BTreeMap<_, _> = members.into_iter().map(|(key, value)| (shown(key), value)).collect();
    out.push('{');
    for (position, (key, value)) in members.into_iter().enumerate() {
        if key.contains('\0') {
            return Err(invalid_key(path));
        }
        if position > 0 {
            out.push(',');
        }
        write_text(&key, out);
        out.push(':');
        write_value(value, &format!("{path}.{key}"), depth + 1, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_array(raw: &RawValue, path: &str, depth: usize, out: &mut String) -> Result<(), Rejection> {
    check_depth(path, depth)?;
    let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| invalid_key(path))?;
    out.push('[');
    for (position, element) in elements.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_value(element, &format!("{path}[{position}]"), depth + 1, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_number(token: &str, path: &str, out: &mut String) -> Result<(), Rejection> {
    let refused = |rule: String| Err(Rejection::new(RejectionCode::InvalidMetadata, format!("{path}: {rule}")));
    if token.len() > NUMBER_MAX_CHARS {
        return refused(format!("a number must have at most {NUMBER_MAX_CHARS} characters, has {}", token.len()));
    }
    let magnitude = token.parse::<f64>().map_or(f64::INFINITY, f64::abs);
    if magnitude >= NUMBER_LIMIT {
        return refused("a number must be below 1e15 in magnitude".to_owned());
    }
    let mantissa = token.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    if magnitude < NUMBER_FLOOR && !is_zero {
        return refused("a number other than 0 must be at least 1e-30 in magnitude".to_owned());
    }
    match token {
        // Zero may carry any exponent ("0e999999"), which jsonb would refuse; its value is just zero.
        _ if is_zero => out.push('0'),
        // The notation does not matter, because jsonb stores the value. Integers below the limit are exact in a double.
        // Below, it has fewer digits than a card number.
        _ if magnitude >= 1e13 && magnitude.fract() == 0.0 && personal::has_card_number(&format!("{magnitude:.0}")) => {
            write_text(HIDDEN, out)
        }
        _ => out.push_str(token),
    }
    Ok(())
}

/// Returns a string as it may be stored: one that looks like an address or a card number is hidden.
fn shown(text: String) -> String {
    if personal::is_personal(&text) { HIDDEN.to_owned() } else { text }
}

/// Writes a JSON string.
fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("a string always serializes"));
}

fn check_depth(path: &str, depth: usize) -> Result<(), Rejection> {
    if depth <= METADATA_MAX_DEPTH {
        return Ok(());
    }
    let message = format!("{path}: must not be nested deeper than {METADATA_MAX_DEPTH} levels");
    Err(Rejection::new(RejectionCode::InvalidMetadata, message))
}

fn repeated_key(path: &str, key: String) -> Rejection {
    let message = format!("{path}.{}: must be given once", shorten(shown(key)));
    Rejection::new(RejectionCode::InvalidMetadata, message)
}

fn invalid_key(path: &str) -> Rejection {
    let message = format!("{path}: a key must not contain U+0000 or a lone surrogate (\\uD800-\\uDFFF)");
    Rejection::new(RejectionCode::InvalidText, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<String, Rejection> {
        canonical(serde_json::from_str(json).unwrap(), METADATA_MAX_BYTES)
    }

    fn message(json: &str) -> String {
        check(json).expect_err(json).message
    }

    fn nested(depth: usize) -> String {
        format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth))
    }

    #[test]
    fn the_canonical_form_does_not_depend_on_how_it_was_written() {
        let one = check(r#"{ "b" : [1, 2.50, true, null], "a": {"y": "\u00fc", "x": "q\"" } }"#).unwrap();
        let other = check(r#"{"a":{"x":"q\u0022","y":"ü"},"b":[1,2.50,true,null]}"#).unwrap();
        assert_eq!(one, other);
        assert_eq!(one, r#"{"a":{"x":"q\"","y":"ü"},"b":[1,2.50,true,null]}"#);
    }

    #[test]
    fn a_key_comes_once_at_every_level() {
        for (json, message_of) in [
            (r#"{"a":1,"b":2,"a":1}"#, "metadata.a: must be given once"),
            (r#"{"a":1,"\u0061":1}"#, "metadata.a: must be given once"),
            (r#"{"c":[{"a":{"b":1,"b":2}}]}"#, "metadata.c[0].a.b: must be given once"),
            (r#"{"ann@example.com":1,"ann@example.com":1}"#, "metadata.******: must be given once"),
        ] {
            assert_eq!(message(json), message_of);
        }
        // Two keys that look personal become indistinguishable.
        assert_eq!(check(r#"{"ann@example.com":1,"bob@example.com":2}"#).unwrap(), r#"{"******":2}"#);
    }

    #[test]
    fn sixteen_levels_pass_and_seventeen_do_not() {
        assert!(check(&nested(16)).is_ok());
        assert!(message(&nested(17)).contains("16 levels"));
        assert!(message(&nested(1000)).contains("16 levels"));
        let arrays = format!(r#"{{"a":{}{}}}"#, "[".repeat(16), "]".repeat(16));
        assert!(message(&arrays).contains("16 levels"));
    }

    #[test]
    fn eight_kibibytes_pass_and_one_more_byte_does_not() {
        let sized = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
        assert_eq!(check(&sized(METADATA_MAX_BYTES)).unwrap().len(), METADATA_MAX_BYTES);
        assert!(message(&sized(METADATA_MAX_BYTES + 1)).contains("8192 bytes, has 8193"));
    }

    #[test]
    fn numbers_that_jsonb_would_blow_up_are_refused() {
        for good in ["0", "-0", "1.5e-7", "999999999999999", "-1e14", "0e999999999", "5.5e-17"] {
            assert!(check(&format!(r#"{{"n":{good}}}"#)).is_ok(), "{good}");
        }
        for bad in ["1e400", "1e131071", "-1e15", "1000000000000000", "1e-31", "1e-9999999"] {
            assert!(message(&format!(r#"{{"n":{bad}}}"#)).starts_with("metadata.n: a number"), "{bad}");
        }
        let long = "3".repeat(1000);
        assert!(message(&format!(r#"{{"n":[0.{long}]}}"#)).contains("metadata.n[0]: a number must have at most 30"));
        assert!(message(&format!(r#"{{"n":{long}}}"#)).contains("at most 30 characters, has 1000"));
    }

    #[test]
    fn text_that_jsonb_cannot_hold_is_refused_wherever_it_stands() {
        for bad in [r#"{"a":"\u0000"}"#, r#"{"a":["x",{"b":"\ud800"}]}"#, r#"{"a\u0000":1}"#, r#"{"\udfff":1}"#] {
            assert_eq!(check(bad).expect_err(bad).code, RejectionCode::InvalidText, "{bad}");
        }
        assert!(check(r#"{"a":"\ud83d\ude00"}"#).is_ok());
    }

    #[test]
    fn what_looks_personal_is_hidden_and_nothing_else() {
        let sent = r#"{"q":"ann@example.com","url":"/?m=ann%40example.com","list":["4111 1111 1111 1111",{"n":378282246310005}],
                       "ann@example.com":1,"bob@example.com":2,"id":"0192e4a0-0000-7000-8000-000000000001","ean":4006381333931}"#;
        let kept = check(sent).unwrap();
        let hidden = r#"{"******":2,"ean":4006381333931,"id":"0192e4a0-0000-7000-8000-000000000001","list":["******",{"n":"******"}],"q":"******","url":"******"}"#;
        assert_eq!(kept, hidden);
        assert_eq!(check(&kept).unwrap(), kept, "what is hidden stays so");
        assert_eq!(crate::count_hidden(&kept), 5);
        for number in ["3.78282246310005e14", "-378282246310005", "378282246310005.0", "378282246310005"] {
            assert_eq!(check(&format!(r#"{{"n":{number}}}"#)).unwrap(), r#"{"n":"******"}"#, "{number}");
        }
        assert_eq!(check(r#"{"n":37828224631000.5}"#).unwrap(), r#"{"n":37828224631000.5}"#);
        let largest = format!(r#"{{"a":"a@b.cc","b":"{}"}}"#, "x".repeat(METADATA_MAX_BYTES - 23));
        assert!(check(&largest).unwrap().len() <= METADATA_MAX_BYTES);
    }

    #[test]
    fn metadata_is_an_object() {
        for bad in ["[]", "1", "\"x\"", "true"] {
            assert_eq!(message(bad), "metadata: must be an object");
        }
    }
}
