//! What the routes of interactions, events, people and popularity take and answer, and how one leads to the next.

use domain::RankList;
use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Ref, Required, ResponseBuilder, link::Link};

use super::rank::{product, ranked_product};
use super::response::{
    Answer, UUID_EXAMPLE, about_a_person, anywhere, cacheable, expired, for_admins, handing_over, invalid, limited,
    missing, recording, success,
};
use super::{event, person};
use crate::{BODY_MAX_BYTES, IMPORT_MAX_BYTES, LIMIT_DEFAULT, LIMIT_MAX, PAGED_ROWS_MAX};

/// In URL-safe base64: the kind 3, a score and an id; or the kind 4, a list, whose products it holds, a position in it, ids.
const CURSOR: &str = "^(A[w-z0-9_-][A-Za-z0-9_-]{10}[A-Za-z0-9_-]{2,}|BA[AEIMQUY][ABC][A-Za-z0-9_-]{31,})$";
/// The same for findings: the kind 2, a time whose second byte is from 4 to 24 (from 2005 to 2192), an id.
const ALERT_CURSOR: &str = "^AgA[E-Y][A-Za-z0-9_-]{29}[AQgw]$";

pub(super) fn operation(id: &str, summary: &str, answers: Vec<Answer>) -> OperationBuilder {
    let operation = OperationBuilder::new().operation_id(Some(id)).summary(Some(summary));
    let answers = answers.into_iter().chain(anywhere());
    answers.fold(operation, |operation, (status, answer)| operation.response(status, answer))
}

pub(crate) fn record() -> OperationBuilder {
    let mut answers = vec![("200", recorded())];
    answers.extend(recording(true));
    operation("recordInteractions", "Records interactions of a signed-in shopper", answers)
        .request_body(Some(body("RecordRequest", json!({}))))
}

pub(crate) fn record_as_guest() -> OperationBuilder {
    let mut answers = vec![("200", recorded())];
    answers.extend(recording(false));
    operation("recordGuestInteractions", "Records interactions of a guest", answers)
        .response("429", limited())
        .request_body(Some(body("GuestRecordRequest", json!({ "session_id": "s-1" }))))
}

pub(crate) fn import() -> OperationBuilder {
    let item = json!({ "event_id": UUID_EXAMPLE, "event_type": "view", "ref_type": "Product", "ref_id": UUID_EXAMPLE,
                       "occurred_at": "2019-10-01T00:00:00Z" });
    let mut answers = vec![("200", recorded())];
    answers.extend(recording(true));
    operation("importInteractions", "Imports interactions of any age and scores them at once", answers)
        .description(Some("For tokens with the scope `analytic/trusted`. May be repeated. See docs/IMPORT.md."))
        .request_body(Some(sized_body("ImportRequest", json!({ "interactions": [item] }), IMPORT_MAX_BYTES)))
}

pub(crate) fn accept_events() -> OperationBuilder {
    let result = json!({ "index": 0, "status": "accepted", "event_id": UUID_EXAMPLE });
    let example = json!({ "data": { "accepted": 1, "rejected": 0, "unavailable": 0, "results": [result] } });
    let mut answers = vec![("200", success("At least one event is in the queue", "EventsAnswer", example))];
    answers.extend(handing_over());
    operation("acceptEvents", "Accepts events of the shop's back end", answers)
        .description(Some("For tokens with the scope `analytic/trusted`."))
        .request_body(Some(required_body("EventsRequest", event::example())))
}

pub(crate) fn erase_person() -> OperationBuilder {
    let whole = success("No data of the person is left", "ErasureAnswer", json!({ "data": person::example() }));
    let part =
        success("Not complete: send the same request again", "ErasureAnswer", json!({ "data": person::example() }));
    let mut answers = vec![("200", whole), ("202", part)];
    answers.extend(about_a_person());
    operation("erasePerson", "Anonymizes all data of a person", answers)
        .description(Some("For tokens with the scope `analytic/trusted`. May be repeated. See docs/PRIVACY.md."))
        .request_body(Some(required_body("PersonRequest", json!({ "customer_id": "c-1" }))))
}

pub(crate) fn export_person() -> OperationBuilder {
    let mut answers =
        vec![("200", success("The data of the person", "PersonAnswer", json!({ "data": person::nobody() })))];
    answers.extend(about_a_person());
    operation("exportPerson", "Exports all data of a person", answers)
        .description(Some(
            "For tokens with the scope `analytic/trusted`. At most 5 MiB; the operator's command has no limit.",
        ))
        .request_body(Some(required_body("PersonRequest", json!({ "customer_id": "c-1" }))))
}

fn body(schema: &str, extra: Value) -> RequestBody {
    let mut item = json!({ "event_type": "view", "ref_type": "Product", "ref_id": UUID_EXAMPLE });
    if let (Some(item), Value::Object(extra)) = (item.as_object_mut(), extra) {
        item.extend(extra);
    }
    required_body(schema, json!({ "interactions": [item] }))
}

pub(super) fn required_body(schema: &str, example: Value) -> RequestBody {
    sized_body(schema, example, BODY_MAX_BYTES)
}

fn sized_body(schema: &str, example: Value, max_bytes: usize) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
    RequestBodyBuilder::new()
        .description(Some(format!("At most {max_bytes} bytes.")))
        .required(Some(Required::True))
        .content("application/json", content)
        .build()
}

fn recorded() -> ResponseBuilder {
    let result = json!({ "index": 0, "status": "accepted", "id": 1, "event_id": UUID_EXAMPLE });
    let example = json!({ "data": { "accepted": 1, "duplicate": 0, "rejected": 0, "results": [result] } });
    let scored =
        Link::builder().operation_id("getPopularity").parameter("spu_id", "$request.body#/interactions/0/ref_id");
    success("At least one item is in the log", "RecordAnswer", example).link("popularity", scored.build())
}

pub(crate) fn top() -> OperationBuilder {
    let pagination = json!({ "limit": LIMIT_DEFAULT, "total": 1, "page": 1, "next_page": null, "cursor": null, "next_cursor": null });
    let next =
        Link::builder().operation_id("listPopularity").parameter("cursor", "$response.body#/pagination/next_cursor");
    let first = Link::builder().operation_id("getPopularity").parameter("spu_id", "$response.body#/data/0/id");
    let found = success(
        "By score, or by what `rank` says; ties by id",
        "TopAnswer",
        json!({ "data": [product()], "pagination": pagination }),
    )
    .link("next", next.build())
    .link("first", first.build());
    let mut answers = cacheable(found);
    answers.extend([invalid("limit: must be a whole number from 1 to 100"), expired()]);
    let id =
        || ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(domain::ID_MAX_CHARS));
    let rank = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(RankList::ALL.map(RankList::as_str)));
    operation("listPopularity", "Lists the most popular products", answers)
        .description(Some(
            "Without `rank`, `category_id` and `seller_id` it is the live list by score: give `page` or `cursor`, not both. \
             Otherwise it is a rank list, up to a minute old and read by cursor: it stands still while it is read, for \
             ten minutes. Windows begin at full hours of UTC.",
        ))
        .parameter(query("limit", number(LIMIT_DEFAULT, LIMIT_MAX), "Rows of a page."))
        .parameter(query(
            "page",
            number(1, PAGED_ROWS_MAX),
            &format!("From 1; page x limit is at most {PAGED_ROWS_MAX}. Use `cursor` to read further."),
        ))
        .parameter(query("cursor", cursor(), "A `next_cursor` of an earlier response, unchanged."))
        .parameter(query("rank", rank, "What to rank by; `alltime` when only whose products is given."))
        .parameter(query("category_id", id(), "Only products of this category. Not with `seller_id`."))
        .parameter(query("seller_id", id(), "Only products of this seller."))
        .parameter(if_none_match())
}

pub(crate) fn one() -> OperationBuilder {
    let mut answers = cacheable(success("One product", "PopularityAnswer", json!({ "data": ranked_product() })));
    answers.extend([
        invalid("spu_id: must have 1 to 128 characters and no control characters, and not be the nil UUID"),
        missing("no interaction with this product was scored yet"),
    ]);
    operation("getPopularity", "Shows the popularity of one product", answers)
        .parameter(spu_id())
        .parameter(if_none_match())
}

/// The product in the path.
pub(super) fn spu_id() -> Parameter {
    let id = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(domain::ID_MAX_CHARS))
        .examples([UUID_EXAMPLE]);
    ParameterBuilder::new()
        .name("spu_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(id))
        .description(Some("The shop's id of the product, percent-encoded. Slashes need not be encoded."))
        .build()
}

pub(crate) fn alerts() -> OperationBuilder {
    let pagination = json!({ "limit": LIMIT_DEFAULT, "total": null, "page": null, "next_page": null, "cursor": null, "next_cursor": null });
    let evidence =
        json!({ "order_count": 6, "from": "2026-11-20T09:59:30Z", "to": "2026-11-20T10:00:10Z", "orders": [] });
    let finding = json!({ "id": "2a54a6c8-353d-8c3e-8c87-d0ee30a9094c", "rule": "order_burst", "subject": "customer:c-1",
                          "window": "2026-11-20T10", "evidence": evidence, "date_created": "2026-11-20T10:00:11.5Z",
                          "date_updated": "2026-11-20T10:00:11.5Z" });
    let found = success("Newest first", "FindingList", json!({ "data": [finding], "pagination": pagination }));
    let mut answers = vec![("200", found), invalid("limit: must be a whole number from 1 to 100")];
    answers.extend(for_admins());
    let rule = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(domain::fraud::Rule::ALL.map(domain::fraud::Rule::as_str)));
    let cursor = ObjectBuilder::new().schema_type(Type::String).pattern(Some(ALERT_CURSOR));
    let id = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    operation("listAlerts", "Lists the findings of the rules about orders and carts", answers)
        .description(Some("For admins."))
        .parameter(query("limit", number(LIMIT_DEFAULT, LIMIT_MAX), "Rows of a page."))
        .parameter(query("rule", rule, "Only findings of this rule."))
        .parameter(query("id", id, "Only this finding."))
        .parameter(query("cursor", cursor, "A `next_cursor` of an earlier response, unchanged."))
}

pub(crate) fn description() -> OperationBuilder {
    let document = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Object))).build();
    let found = ResponseBuilder::new().description("An OpenAPI document").content("application/json", document);
    operation("getDescription", "Shows this document", cacheable(found)).parameter(if_none_match())
}

pub(crate) fn health() -> OperationBuilder {
    let data = json!({ "status": "ok", "postgres": "ok", "version": env!("CARGO_PKG_VERSION") });
    let answers = vec![("200", success("Postgres can be reached", "Health", json!({ "data": data })))];
    operation("checkHealth", "Says whether Postgres can be reached", answers)
}

pub(crate) fn query(name: &str, schema: impl Into<Schema>, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema.into()))
        .build()
}

pub(crate) fn number(default: u32, maximum: u32) -> Schema {
    let integer = ObjectBuilder::new().schema_type(Type::Integer).default(Some(default.into()));
    integer.minimum(Some(1)).maximum(Some(f64::from(maximum))).build().into()
}

fn cursor() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(CURSOR)).build().into()
}

pub(super) fn if_none_match() -> Parameter {
    ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` of an earlier response; 304 when it still matches."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}
