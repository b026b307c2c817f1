//! The mapping of columns to fields, and from lines to items of a request.

use std::collections::BTreeMap;

use super::args::{Args, FIELDS, Kind, METADATA, Pair, Preset};
use super::interaction::Interaction;
use super::json::{Json, Object};
use super::source::Source;
use super::value::{Fault, find, required, text, time, user};
use super::{order, preset};
use crate::Error;

/// How lines are read.
#[derive(Debug)]
pub(super) enum Mapping {
    /// One interaction per line, by its columns.
    Columns(Columns),
    /// The export of Google Analytics.
    Ga4,
    /// Calls of Segment.
    Segment,
    /// Events of the back end.
    Orders,
}

/// The columns of the fields of an interaction.
#[derive(Debug)]
pub(super) struct Columns {
    source: &'static str,
    fields: BTreeMap<&'static str, String>,
    metadata: Vec<(String, String)>,
}

impl Mapping {
    /// Builds the mapping from the command line.
    pub(super) fn new(args: &Args) -> Result<Self, Error> {
        let has_columns =
            args.kind == Kind::Interactions && !matches!(args.preset, Some(Preset::Ga4 | Preset::Segment));
        if !args.map.is_empty() && !has_columns {
            return Err(Error::Usage("--map goes with interactions of one event a line".to_owned()));
        }
        match (args.kind, args.preset) {
            (Kind::Orders, Some(_)) => Err(Error::Usage("--preset goes with --kind interactions".to_owned())),
            (Kind::Orders, None) => Ok(Self::Orders),
            (_, Some(Preset::Ga4)) => Ok(Self::Ga4),
            (_, Some(Preset::Segment)) => Ok(Self::Segment),
            (_, Some(Preset::Rees46)) => Ok(Self::Columns(Columns::rees46().with(&args.map))),
            (_, None) => Ok(Self::Columns(Columns::of_api().with(&args.map))),
        }
    }

    /// Rejects a file that cannot contain what the mapping reads.
    pub(super) fn check(&self, source: &Source) -> Result<(), Error> {
        if source.is_csv() && matches!(self, Self::Ga4 | Self::Segment) {
            return Err(Error::Usage("this preset reads JSON, one object a line, and no CSV".to_owned()));
        }
        Ok(())
    }

    /// Says whether items are events of the back end.
    pub(super) fn kind(&self) -> Kind {
        if matches!(self, Self::Orders) { Kind::Orders } else { Kind::Interactions }
    }

    /// Builds the items of a line, each with its own fault; none when it is not about a product.
    pub(super) fn read(&self, fields: Object, is_csv: bool) -> Result<Vec<Result<Json, Fault>>, Fault> {
        let of = |source, found: Vec<Result<Interaction, Fault>>| {
            found.into_iter().map(|found| found.and_then(|interaction| interaction.item(source))).collect()
        };
        Ok(match self {
            Self::Columns(columns) => of(columns.source, vec![columns.read(&fields)]),
            Self::Ga4 => of("ga4", preset::ga4(&fields)?),
            Self::Segment => of("segment", preset::segment(&fields)?),
            Self::Orders if is_csv => vec![order::nested(fields)],
            Self::Orders => vec![Ok(Json::Object(fields))],
        })
    }
}

impl Columns {
    /// The names of the API.
    fn of_api() -> Self {
        let fields = FIELDS.into_iter().map(|name| (name, name.to_owned())).collect();
        Self { source: "api", fields, metadata: Vec::new() }
    }

    /// The columns of REES46.
    fn rees46() -> Self {
        let fields = [
            ("event_type", "event_type"),
            ("ref_id", "product_id"),
            ("account_id", "user_id"),
            ("session_id", "user_session"),
            ("occurred_at", "event_time"),
        ];
        let metadata =
            ["category_id", "category_code", "brand", "price"].map(|name| (name.to_owned(), name.to_owned()));
        let fields = fields.into_iter().map(|(field, column)| (field, column.to_owned())).collect();
        Self { source: "rees46", fields, metadata: metadata.into() }
    }

    fn with(mut self, pairs: &[Pair]) -> Self {
        for Pair { field, column } in pairs {
            if let Some(name) = field.strip_prefix(METADATA) {
                self.metadata.retain(|(known, _)| known != name);
                self.metadata.push((name.to_owned(), column.clone()));
            } else if let Some(name) = FIELDS.into_iter().find(|name| name == field) {
                self.fields.insert(name, column.clone());
            }
        }
        self
    }

    fn read(&self, fields: &Object) -> Result<Interaction, Fault> {
        let column = |field| self.fields.get(field).map(String::as_str);
        let optional = |field| match column(field) {
            Some(column) => Ok(text(fields, column)?.map(String::from)),
            None => Ok(None),
        };
        let needed = |field| required(fields, column(field).unwrap_or(field)).map(String::from);
        let metadata =
            self.metadata.iter().filter_map(|(name, column)| Some((name.clone(), find(fields, column)?.clone())));
        Ok(Interaction {
            event_id: optional("event_id")?,
            event_type: needed("event_type")?,
            ref_type: optional("ref_type")?,
            ref_id: needed("ref_id")?,
            user_id: column("account_id").map_or(Ok(None), |column| user(fields, column))?.map(String::from),
            session_id: optional("session_id")?,
            occurred_at: time(fields, column("occurred_at").unwrap_or("occurred_at"))?,
            metadata: metadata.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::import::json::object;

    fn without_id(item: Json) -> Value {
        let mut item: Value = serde_json::from_str(&item.to_string()).unwrap();
        assert_eq!(item.as_object_mut().unwrap().remove("event_id").unwrap().as_str().unwrap().len(), 36);
        item
    }

    #[test]
    fn a_line_of_rees46_is_an_interaction() {
        let fields = object(&json!({
            "event_time": "2019-10-01 00:00:00 UTC", "event_type": "cart", "product_id": "44600062",
            "category_id": "2103807459595387724", "brand": "shiseido", "price": "35.79", "user_id": "541312140",
            "user_session": "72d76fde-8bb3-4e00-8c23-a032dfed738c"
        }));
        let item = without_id(Mapping::Columns(Columns::rees46()).read(fields, true).unwrap().remove(0).unwrap());
        let expected = json!({
            "event_type": "cart", "ref_type": "Product", "ref_id": "44600062", "occurred_at": "2019-10-01T00:00:00Z",
            "session_id": "72d76fde-8bb3-4e00-8c23-a032dfed738c", "account_id": crate::import::identity::account("541312140"),
            "metadata": { "category_id": "2103807459595387724", "brand": "shiseido", "price": "35.79" }
        });
        assert_eq!(item, expected);
    }

    #[test]
    fn columns_can_be_named_and_a_missing_one_is() {
        let pairs = ["ref_id=properties.sku", "metadata.where=page"].map(|pair| Pair::read(pair).unwrap());
        let columns = Columns::of_api().with(&pairs);
        let fields = json!({ "event_type": "view", "properties": { "sku": 7 }, "page": "home", "occurred_at": "2019-10-01T00:00:00Z" });
        let read = columns.read(&object(&fields)).unwrap();
        assert_eq!((read.ref_id.as_str(), &read.metadata["where"]), ("7", &Json::from("home")));
        assert_eq!(
            columns.read(&object(&json!({ "event_type": "view" }))).unwrap_err(),
            Fault::missing("properties.sku")
        );
        assert!(Pair::read("price=x").is_err() && Pair::read("ref_id").is_err() && Pair::read("metadata.=x").is_err());
    }
}
