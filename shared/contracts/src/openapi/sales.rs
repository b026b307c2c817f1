//! What the routes about sales have in common. Each is described where its query and its answer are.

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::description::Description;
use super::response::{for_admins, invalid, success};
use super::route::{operation, query};
use crate::{LIMIT_DEFAULT, SHOP_TEXT_MAX_CHARS};

/// Describes a route that needs a token: its name, its summary, an example of its data, and of a refusal.
pub(crate) fn secured<T: ToSchema>((id, summary): (&str, &str), example: Value, refusal: &str) -> Description {
    let found = success("Figures of one snapshot", &format!("{}Answer", T::name()), json!({ "data": example }));
    let mut answers = vec![("200", found), invalid(refusal)];
    answers.extend(for_admins());
    Description::enveloped::<T>(operation(id, summary, answers))
}

/// Describes a route that needs a token and answers a list: its name, its summary, an example of a row, and of a refusal.
pub(crate) fn listed<T: ToSchema>((id, summary): (&str, &str), row: Value, refusal: &str) -> Description {
    let pagination = json!({ "limit": LIMIT_DEFAULT, "total": null, "page": null, "next_page": null, "cursor": null, "next_cursor": null });
    let example = json!({ "data": [row], "pagination": pagination });
    let mut answers = vec![("200", success("Newest first", &format!("{}List", T::name()), example)), invalid(refusal)];
    answers.extend(for_admins());
    Description::list::<T>(operation(id, summary, answers))
}

pub(crate) fn instant(name: &str, description: &str) -> Parameter {
    let time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    query(name, ObjectBuilder::new().schema_type(Type::String).format(Some(time)), description)
}

pub(crate) fn zone() -> Parameter {
    let name =
        ObjectBuilder::new().schema_type(Type::String).default(Some("UTC".into())).examples(["Asia/Ho_Chi_Minh"]);
    query("tz", name, "The time zone, IANA name.")
}

pub(crate) fn currency() -> Parameter {
    let code = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$"));
    query("currency", code, "Absent: the one with the most paid orders, ties alphabetically.")
}

pub(crate) fn seller() -> Parameter {
    let id = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(SHOP_TEXT_MAX_CHARS));
    query("seller_id", id, "Sellers may name only themselves. Admins get the whole shop without it.")
}
