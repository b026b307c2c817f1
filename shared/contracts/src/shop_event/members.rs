//! Splits a JSON object into its members, each of which may come once.
//!
//! Parsers disagree on which of two members with one name counts, so neither does.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{Rejection, RejectionCode};

struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if members.contains_key(&name) {
                        return Err(M::Error::custom(format_args!("without a member twice, but {name:?} is")));
                    }
                    members.insert(name, value);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reader).map(Self)
    }
}

/// Reads the object at a place of the event.
pub(super) fn read<'a>(place: &str, json: &'a str) -> Result<BTreeMap<String, &'a RawValue>, Rejection> {
    let members: Result<Members<'a>, _> = serde_json::from_str(json);
    members.map(|members| members.0).map_err(|error| {
        let reason = if json.trim_start().starts_with('{') { error.to_string() } else { String::new() };
        Rejection::new(RejectionCode::Malformed, format!("{place}: must be a JSON object {reason}").trim_end())
    })
}
