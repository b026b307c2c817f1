//! Splits a JSON object into its members, and rejects duplicate keys.
//!
//! Parsers disagree on which of two members with the same key counts, so neither does.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why a text cannot be split.
#[derive(Debug)]
pub enum NotMembers {
    /// It is not a JSON object.
    NoObject(serde_json::Error),
    /// A duplicate key.
    Repeated(String),
}

#[derive(Default)]
struct Members<'a> {
    members: BTreeMap<String, &'a RawValue>,
    repeated: Option<String>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut read = Members::default();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    match read.members.entry(name) {
                        Entry::Occupied(first) => read.repeated = Some(first.key().clone()),
                        Entry::Vacant(place) => _ = place.insert(value),
                    }
                }
                Ok(read)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// Reads the members of an object, still raw.
///
/// # Errors
/// See [`NotMembers`].
pub fn read(json: &str) -> Result<BTreeMap<String, &RawValue>, NotMembers> {
    let read: Members<'_> = serde_json::from_str(json).map_err(NotMembers::NoObject)?;
    read.repeated.map_or(Ok(read.members), |name| Err(NotMembers::Repeated(name)))
}
