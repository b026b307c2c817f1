//! Every response: ours in its envelope, and those of API Gateway before a request reaches a function.

use serde_json::{Value, json};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{ContentBuilder, Header, Ref, ResponseBuilder};

use crate::CURSOR_EXPIRED;

const JSON: &str = "application/json";
/// An id in examples.
pub(super) const UUID_EXAMPLE: &str = "0192e4a0-0000-7000-8000-000000000001";
/// The maximum number of rows of a list.
const MAX: usize = crate::LIMIT_MAX as usize;

/// A status with its response.
pub(super) type Answer = (&'static str, ResponseBuilder);

/// The envelope of a success.
pub(super) fn one_of(schema: &str) -> Schema {
    ObjectBuilder::new().property("data", Ref::from_schema_name(schema)).required("data").build().into()
}

/// The envelope of a list.
pub(super) fn list_of(schema: &str) -> Schema {
    ObjectBuilder::new()
        .property("data", ArrayBuilder::new().items(Ref::from_schema_name(schema)).max_items(Some(MAX)))
        .property("pagination", Ref::from_schema_name("Pagination"))
        .required("data")
        .required("pagination")
        .build()
        .into()
}

/// The responses of API Gateway itself.
pub(super) fn gateway_error() -> Schema {
    let message = ObjectBuilder::new().schema_type(Type::String);
    ObjectBuilder::new()
        .property("message", message)
        .required("message")
        .description(Some("A response of API Gateway itself."))
        .examples([json!({ "message": "Unauthorized" })])
        .build()
        .into()
}

/// The details of a rejected request, per item.
pub(crate) fn details() -> Schema {
    let any = AnyOfBuilder::new().item(Ref::from_schema_name("RecordReply")).item(Ref::from_schema_name("EventsReply"));
    any.description(Some("Further details, if any: the results of the items.")).build().into()
}

/// The data of a healthy response.
pub(super) fn health() -> Schema {
    let text = |example: &str| ObjectBuilder::new().schema_type(Type::String).examples([example]);
    let data = ObjectBuilder::new()
        .property("status", text("ok"))
        .property("postgres", text("ok"))
        .property("version", text(env!("CARGO_PKG_VERSION")))
        .required("status")
        .required("postgres")
        .required("version");
    ObjectBuilder::new().property("data", data).required("data").build().into()
}

/// A success with a body of the given schema.
pub(super) fn success(description: &str, schema: &str, example: Value) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
    ResponseBuilder::new().description(description).content(JSON, content).header("Cache-Control", text_header())
}

/// A cacheable success, and the response to a caller who already has it.
pub(super) fn cacheable(success: ResponseBuilder) -> Vec<Answer> {
    let unchanged = ResponseBuilder::new().description("Not modified").header("ETag", text_header());
    vec![("200", success.header("ETag", text_header())), ("304", unchanged.header("Cache-Control", text_header()))]
}

/// A failure in our envelope.
fn failure(status: u16, code: &str, message: &str) -> ResponseBuilder {
    let example = json!({ "error": { "http_status": status, "code": code, "message": message } });
    let schema = Ref::from_schema_name("ErrorReply");
    let content = ContentBuilder::new().schema(Some(schema)).example(Some(example)).build();
    ResponseBuilder::new().description(format!("`{code}`")).content(JSON, content)
}

/// A failure from us or from API Gateway.
fn refusal(description: &str) -> ResponseBuilder {
    let either =
        AnyOfBuilder::new().item(Ref::from_schema_name("ErrorReply")).item(Ref::from_schema_name("GatewayError"));
    let example = json!({ "message": description });
    let content = ContentBuilder::new().schema(Some(either)).example(Some(example)).build();
    ResponseBuilder::new().description(description).content(JSON, content)
}

/// Responses of every route.
pub(super) fn anywhere() -> Vec<Answer> {
    let throttled = ContentBuilder::new().schema(Some(Ref::from_schema_name("GatewayError")));
    let throttled = throttled.example(Some(json!({ "message": "Too Many Requests" }))).build();
    let unavailable = failure(503, "unavailable", "the log cannot be reached; send the request again");
    vec![
        ("429", ResponseBuilder::new().description("Throttled by API Gateway").content(JSON, throttled)),
        ("500", refusal("Internal Server Error")),
        ("503", unavailable.header("Retry-After", text_header())),
    ]
}

/// Rejected input.
pub(super) fn invalid(message: &str) -> Answer {
    ("400", failure(400, "validation", message))
}

/// Not found.
pub(super) fn missing(message: &str) -> Answer {
    ("404", failure(404, "not_found", message))
}

/// A cursor whose list is no longer kept.
pub(super) fn expired() -> Answer {
    ("410", failure(410, "cursor_expired", CURSOR_EXPIRED))
}

/// Additional responses of recording.
pub(super) fn recording(signed_in: bool) -> Vec<Answer> {
    let mut answers = vec![
        invalid("no item was acceptable; details.results says why"),
        ("403", refusal("Forbidden")),
        ("413", refusal("Request Entity Too Large")),
        ("415", refusal("Unsupported Media Type")),
    ];
    if signed_in {
        answers.push(("401", refusal("Unauthorized")));
    }
    answers
}

/// Over the limit of one network (from us), or of all guests together (from API Gateway).
pub(super) fn limited() -> ResponseBuilder {
    refusal("Too Many Requests").header("Retry-After", text_header())
}

/// Additional responses of accepting events.
pub(super) fn handing_over() -> [Answer; 5] {
    [
        invalid("no event was acceptable; details.results says why"),
        ("401", refusal("Unauthorized")),
        ("403", refusal("Forbidden")),
        ("413", refusal("Request Entity Too Large")),
        ("415", refusal("Unsupported Media Type")),
    ]
}

/// Additional responses of requests about a person.
pub(super) fn about_a_person() -> [Answer; 5] {
    [
        invalid("must name one person by exactly one of account_id, customer_id and email"),
        ("401", refusal("Unauthorized")),
        ("403", refusal("Forbidden")),
        ("413", refusal("Request Entity Too Large")),
        ("415", refusal("Unsupported Media Type")),
    ]
}

/// Additional responses of a route with a body.
pub(super) fn for_bodies() -> [Answer; 2] {
    [("413", refusal("Request Entity Too Large")), ("415", refusal("Unsupported Media Type"))]
}

/// Contradicts what is stored.
pub(super) fn conflicting(message: &str) -> Answer {
    ("409", failure(409, "conflict", message))
}

/// The response of an admin route to other callers.
pub(super) fn for_admins() -> [Answer; 2] {
    [("401", refusal("Unauthorized")), ("403", refusal("Forbidden"))]
}

fn text_header() -> Header {
    Header::new(ObjectBuilder::new().schema_type(Type::String))
}
