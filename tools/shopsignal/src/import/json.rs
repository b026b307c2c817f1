//! The JSON of a line, whose numbers stay as they are written.
//!
//! `serde_json::Value` keeps a number as a double: ids with more digits than that holds become one, and the whole number
//! of a product becomes `1000.0`. Its feature for exact numbers would apply to every crate of the build.

use std::collections::BTreeMap;
use std::fmt;

use contracts::NotMembers;
use serde_json::value::RawValue;

use super::value::Fault;

/// The deepest nesting of a line. Each level is read once more than the one around it.
const MAX_DEPTH: usize = 64;

/// The members of an object, sorted by name.
pub(super) type Object = BTreeMap<String, Json>;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Json {
    /// A number, true, false or null, as it is written.
    Plain(Box<str>),
    Text(String),
    List(Vec<Self>),
    Object(Object),
}

impl Json {
    /// Reads a value. Names that occur twice in an object are refused, as the API refuses them.
    pub(super) fn read(text: &[u8]) -> Result<Self, Fault> {
        let raw: &RawValue = serde_json::from_slice(text)
            .map_err(|error| Fault::new("not_json", format!("is not valid JSON (column {})", error.column())))?;
        Self::of(raw, MAX_DEPTH)
    }

    fn of(raw: &RawValue, depth: usize) -> Result<Self, Fault> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Fault::new("malformed", format!("must not be nested deeper than {MAX_DEPTH} levels")));
        };
        match raw.get().as_bytes().first() {
            Some(b'{') => {
                let members = contracts::read_members(raw.get()).map_err(|error| match error {
                    NotMembers::Repeated(name) => Fault::new("malformed", format!("{name}: must be given once")),
                    NotMembers::NoObject(_) => unreadable(),
                })?;
                let members = members.into_iter().map(|(name, raw)| Ok((name, Self::of(raw, depth)?)));
                members.collect::<Result<_, _>>().map(Self::Object)
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| unreadable())?;
                elements.into_iter().map(|raw| Self::of(raw, depth)).collect::<Result<_, _>>().map(Self::List)
            }
            Some(b'"') => serde_json::from_str(raw.get()).map(Self::Text).map_err(|_| unreadable()),
            _ => Ok(Self::Plain(raw.get().into())),
        }
    }

    /// Says whether it counts as absent: null, or a string without visible characters.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::Plain(plain) => &**plain == "null",
            Self::Text(text) => text.trim().is_empty(),
            Self::List(_) | Self::Object(_) => false,
        }
    }

    /// Returns the members of an object.
    pub(super) fn as_object(&self) -> Option<&Object> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// Returns the elements of a list.
    pub(super) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(elements) = self { Some(elements) } else { None }
    }
}

/// The syntax was checked before, so only an escape can be wrong.
fn unreadable() -> Fault {
    Fault::new("invalid_text", "must not contain a lone surrogate (\\uD800-\\uDFFF)")
}

impl<T: Into<String>> From<T> for Json {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Json {
    /// Writes it without spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(plain) => f.write_str(plain),
            Self::Text(text) => quoted(text, f),
            Self::List(elements) => {
                for (place, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if place == 0 { '[' } else { ',' })?;
                }
                f.write_str(if elements.is_empty() { "[]" } else { "]" })
            }
            Self::Object(members) => {
                for (place, (name, value)) in members.iter().enumerate() {
                    f.write_str(if place == 0 { "{" } else { "," })?;
                    quoted(name, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Reads the members of an object of a test.
#[cfg(test)]
pub(super) fn object(value: &serde_json::Value) -> Object {
    match Json::read(value.to_string().as_bytes()).unwrap() {
        Json::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        Json::read(text.as_bytes()).unwrap_err().code
    }

    #[test]
    fn what_is_read_is_written_again_with_every_digit() {
        for text in [
            r#"{"a":12345678901234567890123,"b":[1e3,1.0,-0,9.990,true,null,[],{}],"c":"\u0001\"\\ ü"}"#,
            r#"[{"a":{"b":[]}}]"#,
            "7",
        ] {
            assert_eq!(Json::read(text.as_bytes()).unwrap().to_string(), text);
        }
        assert_eq!(Json::read(br#" { "b" : "\u00fc" , "a" : 1 } "#).unwrap().to_string(), r#"{"a":1,"b":"ü"}"#);
    }

    #[test]
    fn what_parsers_disagree_on_is_refused() {
        assert_eq!(Json::read(br#"{"a":{"b":1,"\u0062":2}}"#).unwrap_err().message, "b: must be given once");
        for text in [r#"{"a":"\ud800"}"#, r#"{"\ud800":1}"#] {
            assert_eq!(code(text), "invalid_text", "{text}");
        }
        for text in ["", "{", "[1,]", "01", "{} {}", "nul", "\"\u{1}\""] {
            assert_eq!(code(text), "not_json", "{text}");
        }
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Json::read(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!((code(&nested(MAX_DEPTH)), code(&nested(1_000_000))), ("malformed", "malformed"));
    }
}
