//! The body of a recording request: the schema of an interaction, for signed-in callers, guests and imports.
//!
//! The parser reads an item field by field, so that its rejections can name the field; these schemas state the same
//! rules declaratively. Tests compare the two.

use domain::{BROWSING, EVENT_TYPE_MAX_CHARS, ID_MAX_CHARS};
use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema,
    SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Deprecated, Ref};

use super::response::UUID_EXAMPLE;
use crate::metadata::{NUMBER_FLOOR, NUMBER_LIMIT};
use crate::{
    IMPORT_ITEMS_MAX, ITEMS_MAX, METADATA_GUEST_MAX_BYTES, METADATA_MAX_BYTES, METADATA_MAX_DEPTH, NUMBER_MAX_CHARS,
    SESSION_ID_MAX_CHARS,
};

/// A string without control characters.
const PRINTABLE: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
/// The same with at least one character that is not a space.
const ID: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// A string that jsonb can store.
const WITHOUT_NUL: &str = r"^[^\x00]*$";

/// The three routes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Audience {
    SignedIn,
    Guest,
    Import,
}

/// Returns every schema of a request, by name.
pub(super) fn schemas() -> Vec<(&'static str, Schema)> {
    use Audience::{Guest, Import, SignedIn};
    vec![
        ("RecordRequest", request(SignedIn, ["ProductInteraction", "CategoryInteraction"])),
        ("GuestRecordRequest", request(Guest, ["GuestProductInteraction", "GuestCategoryInteraction"])),
        ("ImportRequest", request(Import, ["ImportedProductInteraction", "ImportedCategoryInteraction"])),
        ("ProductInteraction", interaction(SignedIn, "Product", product_id())),
        ("CategoryInteraction", interaction(SignedIn, "Category", category_id())),
        ("GuestProductInteraction", interaction(Guest, "Product", product_id())),
        ("GuestCategoryInteraction", interaction(Guest, "Category", category_id())),
        ("ImportedProductInteraction", interaction(Import, "Product", product_id())),
        ("ImportedCategoryInteraction", interaction(Import, "Category", category_id())),
        ("Metadata", metadata()),
        ("MetadataValue", metadata_value()),
    ]
}

fn request(audience: Audience, kinds: [&str; 2]) -> Schema {
    let item = OneOfBuilder::new().item(Ref::from_schema_name(kinds[0])).item(Ref::from_schema_name(kinds[1]));
    let items = ArrayBuilder::new()
        .items(item)
        .min_items(Some(1))
        .max_items(Some(if audience == Audience::Import { IMPORT_ITEMS_MAX } else { ITEMS_MAX }))
        .description(Some("Each is processed independently: a rejected one does not affect the others."));
    ObjectBuilder::new()
        .property("interactions", items)
        .property("account_id", account_of_all(audience))
        .property("sent_at", sent_at())
        .required("interactions")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .build()
        .into()
}

fn interaction(audience: Audience, kind: &str, ref_id: Object) -> Schema {
    let object = ObjectBuilder::new()
        .property("event_id", event_id(audience))
        .property("event_type", event_type(audience))
        .property("ref_type", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind])))
        .property("ref_id", ref_id)
        .property("session_id", session_id(audience))
        .property("metadata", optional(Ref::from_schema_name("Metadata")))
        .property("occurred_at", occurred_at(audience))
        .property("account_id", account_id(audience))
        .required("event_type")
        .required("ref_type")
        .required("ref_id")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    match audience {
        Audience::Guest => object.required("session_id").build().into(),
        Audience::SignedIn => object.build().into(),
        Audience::Import => object.required("event_id").required("occurred_at").build().into(),
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn optional_text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

/// Fields that are required in an import and optional on other routes.
fn text_of_import(audience: Audience) -> ObjectBuilder {
    if audience == Audience::Import { text() } else { optional_text() }
}

fn optional(schema: Ref) -> Schema {
    OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Null)).item(schema).build().into()
}

fn event_id(audience: Audience) -> Object {
    text_of_import(audience)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .description(Some(
            "Send it, and send the same one with a retry, so that nothing is counted twice. Unique among those of the \
             same account, the same guest session or the services of the shop. Hyphenated, not the nil UUID.",
        ))
        .examples([UUID_EXAMPLE])
        .build()
}

fn event_type(audience: Audience) -> Object {
    match audience {
        Audience::Guest => text().enum_values(Some(BROWSING)).build(),
        Audience::SignedIn | Audience::Import => text()
            .pattern(Some(format!("^[a-z][a-z0-9_]{{0,{}}}$", EVENT_TYPE_MAX_CHARS - 1)))
            .max_length(Some(EVENT_TYPE_MAX_CHARS))
            .description(Some(
                "Names that other systems use for these events are accepted as well. An event type that is not in the \
                 weight table is stored but not scored, and the result says so. Trusted events need the scope \
                 analytic/trusted.",
            ))
            .examples(["view"])
            .build(),
    }
}

fn product_id() -> Object {
    let text = "The shop's id of the product: text, or a whole number, which is equal to its digits as text. A UUID in \
                any spelling is equal to the same one in lower case with hyphens; the nil UUID is rejected. Must not \
                look like an email address or a card number.";
    id().description(Some(text)).examples([json!(UUID_EXAMPLE), json!(1_004_767)]).build()
}

fn category_id() -> Object {
    id().examples([json!("shoes"), json!(12)]).build()
}

/// An id of the shop; surrounding spaces are ignored.
fn id() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
        .min_length(Some(1))
        .max_length(Some(ID_MAX_CHARS))
        .pattern(Some(ID))
        .minimum(Some(0))
}

fn session_id(audience: Audience) -> Object {
    let text = if audience == Audience::Guest { text() } else { optional_text() };
    text.min_length(Some(1)).max_length(Some(SESSION_ID_MAX_CHARS)).pattern(Some(PRINTABLE)).examples(["s-1"]).build()
}

fn sent_at() -> Object {
    optional_text()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some(
            "When the request is sent, by the same clock as occurred_at. Event times are then corrected by the offset \
             of that clock: occurred_at + (arrival - sent_at).",
        ))
        .examples(["2026-11-20T12:00:00Z"])
        .build()
}

fn occurred_at(audience: Audience) -> Object {
    let description = match audience {
        Audience::Import => {
            "RFC 3339 with an offset and at most 9 decimals, of any age since the year 2000, at most 5 minutes in the \
             future."
        }
        _ => {
            "RFC 3339 with an offset and at most 9 decimals, at most 7 days in the past and 5 minutes in the future. \
             Absent: time of arrival."
        }
    };
    text_of_import(audience)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some(description))
        .build()
}

/// Only the token's account is allowed, so that clients that send it need not be changed.
fn account_of_all(audience: Audience) -> Object {
    // A service of the shop has no account.
    let audience = if audience == Audience::Import { Audience::Guest } else { audience };
    account(audience)
        .deprecated(Some(Deprecated::True))
        .description(Some("Omit it. The account is that of the token; any other one is rejected."))
        .build()
}

fn account_id(audience: Audience) -> Object {
    let description = match audience {
        Audience::Guest => "Not allowed: guests have no account.",
        Audience::Import => "The shopper of the interaction. Hyphenated, not the nil UUID.",
        Audience::SignedIn => {
            "Omit it: the account is that of the token; any other one is rejected. With the scope analytic/trusted: \
             the shopper of the interaction; absent when it has none. Hyphenated, not the nil UUID."
        }
    };
    account(audience).description(Some(description)).build()
}

fn account(audience: Audience) -> ObjectBuilder {
    match audience {
        Audience::Guest => ObjectBuilder::new().schema_type(Type::Null),
        _ => optional_text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
    }
}

fn metadata() -> Schema {
    ObjectBuilder::new()
        .property_names(Some(text().pattern(Some(WITHOUT_NUL))))
        .additional_properties(Some(Ref::from_schema_name("MetadataValue")))
        .description(Some(format!(
            "At most {METADATA_MAX_BYTES} bytes as sent, {METADATA_GUEST_MAX_BYTES} from a guest, {METADATA_MAX_DEPTH} levels, {NUMBER_MAX_CHARS} characters a number."
        )))
        .examples([json!({ "page": "home" })])
        .build()
        .into()
}

fn metadata_value() -> Schema {
    let array: Array = ArrayBuilder::new().items(Ref::from_schema_name("MetadataValue")).build();
    AnyOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Null, Type::Boolean])))
        .item(text().pattern(Some(WITHOUT_NUL)))
        .item(number().enum_values(Some([Value::from(0)])))
        .item(number().minimum(Some(NUMBER_FLOOR)).exclusive_maximum(Some(NUMBER_LIMIT)))
        .item(number().maximum(Some(-NUMBER_FLOOR)).exclusive_minimum(Some(-NUMBER_LIMIT)))
        .item(array)
        .item(Ref::from_schema_name("Metadata"))
        .build()
        .into()
}

fn number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Number)
}
