//! Reads fields of a line, so that an error can name the column.

use std::borrow::Cow;

use jiff::Timestamp;

use super::json::{Json, Object};

/// Why a line is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The reason for programs: a code of the API where it has one.
    pub(super) code: &'static str,
    /// The reason for people, with the field.
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn missing(column: &str) -> Self {
        Self::new("missing_field", format!("{column}: is missing"))
    }
}

/// Finds a member by its name, or by a dotted path. Null and empty strings count as absent.
pub(super) fn find<'v>(fields: &'v Object, column: &str) -> Option<&'v Json> {
    let found = fields.get(column).or_else(|| {
        let (first, rest) = column.split_once('.')?;
        rest.split('.').try_fold(fields.get(first)?, |value, name| value.as_object()?.get(name))
    });
    found.filter(|value| !value.is_absent())
}

/// Reads a string, or a whole number as its digits, which is what the API reads as an id.
pub(super) fn text<'v>(fields: &'v Object, column: &str) -> Result<Option<&'v str>, Fault> {
    match find(fields, column) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text.trim())),
        Some(Json::Plain(number)) if contracts::is_whole_number(number) => Ok(Some(number)),
        Some(_) => {
            let rule = "must be a string or a whole number, like \"1004767\" or 1004767";
            Err(Fault::new("wrong_type", format!("{column}: {rule}")))
        }
    }
}

/// Reads a required string.
pub(super) fn required<'v>(fields: &'v Object, column: &str) -> Result<&'v str, Fault> {
    text(fields, column)?.ok_or_else(|| Fault::missing(column))
}

/// Reads a user id. The placeholders of shops whose guests share one count as absent, as in back-end events: strangers
/// must not become one account.
pub(super) fn user<'v>(fields: &'v Object, column: &str) -> Result<Option<&'v str>, Fault> {
    match find(fields, column) {
        Some(Json::Plain(number)) if contracts::is_nobody(number) => Ok(None),
        _ => Ok(text(fields, column)?.filter(|user| !contracts::is_nobody(user))),
    }
}

/// Reads a time: RFC 3339, also with a space for the T and `UTC` for the offset. One without an offset is rejected,
/// since its zone is unknown.
pub(super) fn time(fields: &Object, column: &str) -> Result<Timestamp, Fault> {
    let text = required(fields, column)?;
    let plain =
        text.strip_suffix("UTC").map_or(Cow::Borrowed(text), |head| Cow::Owned(head.trim_end().to_owned() + "Z"));
    plain.parse().map_err(|_| {
        let rule = "must be a time with an offset, like 2019-10-01T00:00:00Z or 2019-10-01 00:00:00 UTC";
        Fault::new("invalid_time", format!("{column}: {rule}"))
    })
}

/// Reads a time in microseconds since 1970.
pub(super) fn microseconds(fields: &Object, column: &str) -> Result<Timestamp, Fault> {
    let number = required(fields, column)?.parse().ok();
    number.and_then(|number| Timestamp::from_microsecond(number).ok()).ok_or_else(|| {
        Fault::new("invalid_time", format!("{column}: must be microseconds since 1970, like 1569888000000000"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::json::object;

    #[test]
    fn times_have_an_offset_in_one_spelling_or_another() {
        let read = |text: &str| time(&object(&json!({ "at": text })), "at").map(|at| at.to_string());
        for text in
            ["2019-10-01 00:00:00 UTC", "2019-10-01T00:00:00Z", "2019-10-01 02:00:00+02:00", "2019-10-01 00:00:00UTC"]
        {
            assert_eq!(read(text).as_deref(), Ok("2019-10-01T00:00:00Z"), "{text}");
        }
        for text in ["2019-10-01 00:00:00", "01.10.2019", "1569888000", "yesterday UTC"] {
            assert_eq!(read(text).unwrap_err().code, "invalid_time", "{text}");
        }
        assert_eq!(time(&object(&json!({})), "at").unwrap_err(), Fault::missing("at"));
    }

    #[test]
    fn a_member_is_found_by_its_name_or_its_path() {
        let fields = object(&json!({ "a.b": 1, "a": { "b": 2, "c": { "d": "x" } }, "e": " ", "f": null }));
        assert_eq!(text(&fields, "a.b").unwrap(), Some("1"));
        assert_eq!(text(&fields, "a.c.d").unwrap(), Some("x"));
        for absent in ["e", "f", "g", "a.c.x", "e.x"] {
            assert_eq!(text(&fields, absent), Ok(None), "{absent}");
        }
        assert_eq!(text(&fields, "a").unwrap_err().code, "wrong_type");
    }

    #[test]
    fn an_id_is_a_string_or_a_whole_number_with_all_of_its_digits() {
        let read = |id: &str| {
            let Json::Object(fields) = Json::read(format!(r#"{{"id":{id}}}"#).as_bytes()).unwrap() else { panic!() };
            text(&fields, "id").map(|id| id.map(str::to_owned)).map_err(|fault| fault.code)
        };
        for (written, id) in [
            ("1004767", "1004767"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("12345678901234567890124", "12345678901234567890124"),
            ("\"1e3\"", "1e3"),
        ] {
            assert_eq!(read(written), Ok(Some(id.to_owned())));
        }
        for written in ["1e3", "1.0", "44600062.0", "-5", "true", "[1]", "{}"] {
            assert_eq!(read(written), Err("wrong_type"), "{written}");
        }
    }
}
