//! Invalid requests, through the real gateway: each gets a 4xx in our envelope that names the field and its limit,
//! stores nothing, and does not affect its neighbours.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, StatusCode};
use serde_json::json;
use stack::issuer::Role;
use uuid::Uuid;

use crate::shop::{Answer, RECORD, Shop, send, view};
use crate::token;

const PRODUCT: &str = "018f3a52-7c1e-7d10-9a35-4be0c1d2e301";
/// The largest body, in bytes (256 KiB).
const BODY_MAX_BYTES: usize = 256 * 1024;

/// An item about a product, with these additional fields, as JSON.
fn item(fields: &str) -> String {
    format!(r#"{{"event_type":"view","ref_type":"Product","ref_id":"{PRODUCT}"{fields}}}"#)
}

/// A body with these items, as JSON.
fn body(items: &[String]) -> String {
    format!(r#"{{"interactions":[{}]}}"#, items.join(","))
}

/// A valid body, padded with spaces to this size.
fn sized(bytes: usize) -> String {
    let body = body(&[item("")]);
    let blanks = " ".repeat(bytes - body.len());
    body + &blanks
}

/// Invalid bodies.
fn broken_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let text = |name, body: &str| (name, body.as_bytes().to_vec());
    vec![
        text("nothing", ""),
        text("no json", "interactions"),
        text("cut off", r#"{"interactions":["#),
        text("two values", "{} {}"),
        text("null", "null"),
        text("an array", "[]"),
        text("an empty object", "{}"),
        text("interactions is null", r#"{"interactions":null}"#),
        text("interactions is an object", r#"{"interactions":{}}"#),
        text("an unknown field", r#"{"interactions":[],"source":"web"}"#),
        text("a repeated field", r#"{"interactions":[],"interactions":[]}"#),
        text("no item", &body(&[])),
        text("101 items", &body(&vec![item(""); 101])),
        text("256 KiB and 1 byte", &sized(BODY_MAX_BYTES + 1)),
        text("a foreign account", r#"{"interactions":[],"account_id":"01926a3c-57d3-76c9-b5e8-02a4d1f98b3e"}"#),
        text("100,000 levels", &format!(r#"{{"interactions":{}"#, "[".repeat(100_000))),
        ("a byte that is no text", b"{\"interactions\":[\xff]}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{\"interactions\":[]}".to_vec()),
    ]
}

/// Invalid items.
fn broken_items() -> Vec<(&'static str, String)> {
    let about = |event_type: &str, ref_type: &str, ref_id: &str| {
        format!(r#"{{"event_type":{event_type},"ref_type":{ref_type},"ref_id":{ref_id}}}"#)
    };
    let product = format!("{PRODUCT:?}");
    let view = |ref_type: &str, ref_id: &str| about(r#""view""#, ref_type, ref_id);
    let metadata = |json: &str| item(&format!(r#","metadata":{json}"#));
    vec![
        ("a number", "7".to_owned()),
        ("an array", r#"["view","Product"]"#.to_owned()),
        ("no event type", r#"{"ref_type":"Product"}"#.to_owned()),
        ("no reference", r#"{"event_type":"view"}"#.to_owned()),
        ("an unknown field", item(r#","evnt_id":"x""#)),
        ("a repeated field", item(r#","event_type":"purchase""#)),
        ("event type of another type", about("7", r#""Product""#, &product)),
        ("event type with a blank", about(r#""look around""#, r#""Product""#, &product)),
        ("event type of 65 characters", about(&format!("{:?}", "v".repeat(65)), r#""Product""#, &product)),
        ("event type with NUL", about(r#""view\u0000""#, r#""Product""#, &product)),
        ("a trusted event", about(r#""purchase""#, r#""Product""#, &product)),
        ("unknown ref type", view(r#""Basket""#, &product)),
        ("product without a name", view(r#""Product""#, r#""""#)),
        ("product that is the nil UUID", view(r#""Product""#, r#""00000000-0000-0000-0000-000000000000""#)),
        ("category without a name", view(r#""Category""#, r#""""#)),
        ("category with NUL", view(r#""Category""#, r#""sho\u0000es""#)),
        ("category with half a surrogate pair", view(r#""Category""#, r#""\ud83d""#)),
        ("event id that is no UUID", item(r#","event_id":"42""#)),
        ("session of 129 characters", item(&format!(r#","session_id":"{}""#, "s".repeat(129)))),
        ("session with NUL", item(r#","session_id":"a\u0000b""#)),
        ("session with half a surrogate pair", item(r#","session_id":"\udc00""#)),
        ("metadata that is no object", metadata("[]")),
        ("metadata of 8 KiB and 1 byte", metadata(&format!(r#"{{"a":"{}"}}"#, "x".repeat(8 * 1024 - 7)))),
        ("metadata of 17 levels", metadata(&format!("{}1{}", r#"{"a":"#.repeat(17), "}".repeat(17)))),
        ("metadata with NUL in a key", metadata(r#"{"a\u0000":1}"#)),
        ("metadata with half a surrogate pair", metadata(r#"{"a":["\ud800"]}"#)),
        ("metadata with 1e400", metadata(r#"{"price":1e400}"#)),
        ("metadata with 1000 digits", metadata(&format!(r#"{{"price":{}}}"#, "9".repeat(1000)))),
        ("a time that is none", item(r#","occurred_at":"yesterday""#)),
        ("a time without an offset", item(r#","occurred_at":"2026-11-20T12:00:00""#)),
        ("too long ago", item(r#","occurred_at":"2020-01-01T00:00:00Z""#)),
        ("in the future", item(r#","occurred_at":"2100-01-01T00:00:00Z""#)),
        ("of another account", item(r#","account_id":"01926a3c-57d3-76c9-b5e8-02a4d1f98b3e""#)),
    ]
}

/// Checks that it is one of our errors and writes it as one line, with the field at the beginning of the message. The
/// functions' own tests check the exact words.
pub(crate) fn line(name: &str, answer: &Answer) -> String {
    assert!(answer.status.is_client_error(), "{name}: {answer:?}");
    assert_eq!(answer.body["error"]["http_status"], answer.status.as_u16(), "{name}: {answer:?}");
    assert_eq!(answer.headers["content-type"], "application/json", "{name}");
    let field = answer.message().split([':', ',']).next().unwrap_or_default();
    format!("{name}: {} {}, {field}\n", answer.status.as_u16(), answer.code())
}

/// A client of a shopper.
struct Visit {
    shop: Shop,
    token: String,
    account: Uuid,
}

impl Visit {
    async fn begin() -> Self {
        let shop = Shop::open().await;
        let account = Uuid::now_v7();
        let token = token::of(&shop, Role::Shopper, account);
        Self { shop, token, account }
    }

    async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.shop.request(Method::POST, RECORD).bearer_auth(&self.token);
        send(request.header("content-type", "application/json").body(body)).await
    }

    async fn stored(&self) -> i64 {
        let count = format!("SELECT count(*) FROM analytic.interaction WHERE account_id = '{}'", self.account);
        self.shop.number(&count).await
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_used_is_refused_with_its_reason() {
    let visit = Visit::begin().await;
    let mut answers = String::new();
    for (name, body) in broken_bodies() {
        answers += &line(name, &visit.post(body).await);
    }
    insta::assert_snapshot!(answers, @r#"
    nothing: 400 validation, body
    no json: 400 validation, body
    cut off: 400 validation, body
    two values: 400 validation, body
    null: 400 validation, body
    an array: 400 validation, body
    an empty object: 400 validation, body
    interactions is null: 400 validation, body
    interactions is an object: 400 validation, body
    an unknown field: 400 validation, body
    a repeated field: 400 validation, body
    no item: 400 validation, interactions
    101 items: 400 validation, interactions
    256 KiB and 1 byte: 413 payload_too_large, body
    a foreign account: 403 foreign_account, account_id
    100,000 levels: 400 validation, body
    a byte that is no text: 400 validation, body
    a byte order mark: 400 validation, interactions
    "#);
    assert_eq!(visit.stored().await, 0);
}

#[tokio::test]
async fn an_item_that_cannot_be_used_is_refused_with_its_field_and_limit() {
    let visit = Visit::begin().await;
    let mut answers = String::new();
    for (name, item) in broken_items() {
        answers += &line(name, &visit.post(body(&[item])).await);
    }
    insta::assert_snapshot!(answers, @r#"
    a number: 400 malformed, an item must be a JSON object
    an array: 400 malformed, an item must be a JSON object
    no event type: 400 missing_field, event_type
    no reference: 400 missing_field, ref_type
    an unknown field: 400 unknown_field, unknown field `evnt_id`
    a repeated field: 400 unknown_field, duplicate field `event_type`
    event type of another type: 400 wrong_type, event_type
    event type with a blank: 400 invalid_event_type, event_type
    event type of 65 characters: 400 invalid_event_type, event_type
    event type with NUL: 400 invalid_text, event_type
    a trusted event: 400 forbidden_event, event_type
    unknown ref type: 400 invalid_reference, ref_type
    product without a name: 400 invalid_reference, ref_id
    product that is the nil UUID: 400 invalid_reference, ref_id
    category without a name: 400 invalid_reference, ref_id
    category with NUL: 400 invalid_text, ref_id
    category with half a surrogate pair: 400 invalid_text, ref_id
    event id that is no UUID: 400 invalid_event_id, event_id
    session of 129 characters: 400 invalid_session_id, session_id
    session with NUL: 400 invalid_text, session_id
    session with half a surrogate pair: 400 invalid_text, session_id
    metadata that is no object: 400 wrong_type, metadata
    metadata of 8 KiB and 1 byte: 400 invalid_metadata, metadata
    metadata of 17 levels: 400 invalid_metadata, metadata.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a
    metadata with NUL in a key: 400 invalid_text, metadata
    metadata with half a surrogate pair: 400 invalid_text, metadata.a[0]
    metadata with 1e400: 400 invalid_metadata, metadata.price
    metadata with 1000 digits: 400 invalid_metadata, metadata.price
    a time that is none: 400 invalid_time, occurred_at
    a time without an offset: 400 invalid_time, occurred_at
    too long ago: 400 too_old, occurred_at
    in the future: 400 in_future, occurred_at
    of another account: 400 foreign_account, account_id
    "#);
    assert_eq!(visit.stored().await, 0);
}

#[tokio::test]
async fn good_items_are_stored_among_all_the_broken_ones() {
    let visit = Visit::begin().await;
    let (first, last) = (Uuid::now_v7(), Uuid::now_v7());
    let broken = broken_items().into_iter().map(|(_, item)| item);
    let items: Vec<String> =
        [view(first).to_string()].into_iter().chain(broken).chain([view(last).to_string()]).collect();

    let answer = visit.post(body(&items)).await;

    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let data = &answer.body["data"];
    assert_eq!((&data["accepted"], &data["rejected"]), (&json!(2), &json!(items.len() - 2)));
    let indexes: Vec<_> = data["results"].as_array().unwrap().iter().map(|result| result["index"].as_u64()).collect();
    assert_eq!(indexes, (0..items.len() as u64).map(Some).collect::<Vec<_>>(), "one result an item, in order");
    let stored = format!("SELECT ref_id FROM analytic.interaction WHERE account_id = '{}' ORDER BY id", visit.account);
    let mut stored = visit.shop.rows(&stored).await;
    stored.sort();
    assert_eq!(stored, [first.to_string(), last.to_string()]);
}

#[tokio::test]
async fn the_largest_request_is_accepted() {
    let visit = Visit::begin().await;
    let largest = visit.post(sized(BODY_MAX_BYTES)).await;
    let most = visit.post(body(&vec![item(""); 100])).await;
    assert_eq!(largest.body["data"]["accepted"], 1, "{largest:?}");
    assert_eq!(most.body["data"]["accepted"], 100, "{most:?}");
    assert_eq!(visit.stored().await, 101);
}

#[tokio::test]
async fn what_the_body_is_called_does_not_matter() {
    let visit = Visit::begin().await;
    // The gateway passes some content types as text and others in base64.
    for content_type in ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded", "image/png"] {
        let request = visit.shop.request(Method::POST, RECORD).bearer_auth(&visit.token);
        let answer = send(request.header("content-type", content_type).body(body(&[item("")]))).await;
        assert_eq!(answer.body["data"]["accepted"], 1, "{content_type}: {answer:?}");
        let request = visit.shop.request(Method::POST, RECORD).bearer_auth(&visit.token);
        let broken = send(request.header("content-type", content_type).body(vec![0xff, 0x00, 0xfe])).await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST, "{content_type}: {broken:?}");
    }
}

#[tokio::test]
async fn a_compressed_body_is_stored_when_its_type_is_binary() {
    let visit = Visit::begin().await;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(body(&[item("")]).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let post = async |content_type: &str| {
        let request = visit.shop.request(Method::POST, RECORD).bearer_auth(&visit.token);
        let request = request.header("content-encoding", "gzip").header("content-type", content_type);
        send(request.body(packed.clone())).await
    };
    for content_type in ["application/gzip", "application/octet-stream"] {
        let answer = post(content_type).await;
        assert_eq!(answer.body["data"]["accepted"], 1, "{content_type}: {answer:?}");
    }
    // The emulator decodes this one as text; the answer says what to do.
    let destroyed = post("application/json").await;
    assert_eq!(destroyed.status, StatusCode::BAD_REQUEST, "{destroyed:?}");
    let message = destroyed.body["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("; a compressed body needs content-type: application/gzip"), "{message}");
    assert_eq!(visit.stored().await, 2);
}
