//! Requests and responses about one person.

use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, SchemaType, Type,
};

use crate::SHOP_TEXT_MAX_CHARS;

/// Returns every schema of these routes, by name.
pub(super) fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("PersonRequest", request()),
        ("ErasureReceipt", receipt()),
        ("ErasureAnswer", super::response::one_of("ErasureReceipt")),
        ("PersonDocument", document()),
        ("PersonAnswer", super::response::one_of("PersonDocument")),
    ]
}

/// The receipt of a complete erasure.
pub(super) fn example() -> Value {
    json!({
        "id": "0192e4a0-0000-7000-8000-000000000001", "complete": true, "named_by": "account",
        "date_created": "2026-11-20T12:00:00Z", "covered_until": "2026-11-20T12:00:00.5Z", "date_completed": "2026-11-20T12:01:01Z",
        "linked": { "accounts": 1, "customers": 2, "sessions": 3, "shared": 0 },
        "counts": { "interaction": 12, "feed": 12, "shop_event": 4, "sales_order": 2 },
    })
}

/// An export of a person without any data.
pub(super) fn nobody() -> Value {
    json!({
        "version": 1, "date_created": "2026-11-20T12:00:00Z", "interaction": [], "shop_event": [], "feed": [],
        "person": { "named_by": "customer", "accounts": [], "customers": ["c-1"], "sessions": [], "shared": 0 },
    })
}

fn request() -> Schema {
    let text =
        || ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(SHOP_TEXT_MAX_CHARS));
    let id = text().schema_type(SchemaType::from_iter([Type::String, Type::Integer]));
    let account = text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let one = |name: &str, value: ObjectBuilder| {
        ObjectBuilder::new()
            .property(name, value)
            .required(name)
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
    };
    OneOfBuilder::new()
        .item(one("account_id", account.description(Some("The subject of the person's tokens."))))
        .item(one("customer_id", id.description(Some("The shop's customer id, never an address."))))
        .item(one("email", text().pattern(Some("@"))))
        .build()
        .into()
}

fn count() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0))
}

fn time() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

fn receipt() -> Schema {
    let linked = ["accounts", "customers", "sessions", "shared"].into_iter();
    let linked = linked.fold(ObjectBuilder::new(), |linked, name| linked.property(name, count()).required(name));
    let counts = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::RefOr(count().build().into())));
    let names = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["account", "customer", "email"]));
    let id = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    let again = count().description(Some("When to repeat the same call. Absent when complete."));
    ObjectBuilder::new()
        .property("id", id.description(Some("The receipt, to be kept with the request of the person.")))
        .property("complete", ObjectBuilder::new().schema_type(Type::Boolean))
        .property("again_in_seconds", again)
        .property("named_by", names)
        .property("date_created", time())
        .property("covered_until", time())
        .property("date_completed", time())
        .property("linked", linked)
        .property("counts", counts.description(Some("The number of anonymized rows, items and messages, by place.")))
        .required("id")
        .required("complete")
        .required("named_by")
        .required("date_created")
        .required("linked")
        .required("counts")
        .description(Some("Contains nothing that identifies the person."))
        .build()
        .into()
}

fn document() -> Schema {
    let version = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([1]));
    ObjectBuilder::new()
        .property("version", version)
        .property("date_created", time())
        .property("person", ObjectBuilder::new())
        .required("version")
        .required("date_created")
        .required("person")
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .description(Some("A list of rows for each place that holds data of the person: docs/PRIVACY.md."))
        .build()
        .into()
}
