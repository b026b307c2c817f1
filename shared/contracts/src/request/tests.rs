use super::*;
use crate::{BODY_MAX_BYTES, IMPORT_ITEMS_MAX, IMPORT_MAX_BYTES, RejectionCode};

const SPU: &str = "0192e4a0-0000-7000-8000-000000000001";
const ACCOUNT: Uuid = Uuid::from_u128(0xA);

fn read_as(caller: Caller, body: &str) -> Result<Vec<ItemOutcome>, RequestError> {
    read_bytes(caller, body.as_bytes())
}

fn read_bytes(caller: Caller, body: &[u8]) -> Result<Vec<ItemOutcome>, RequestError> {
    let names = EventNames::known();
    let sender = Sender { caller, arrival: "2026-11-20T12:00:00Z".parse().unwrap(), names: &names };
    read_request(body, &sender, || Uuid::from_u128(99))
}

fn item_as(caller: Caller, item: &str) -> ItemOutcome {
    read_as(caller, &format!(r#"{{"interactions":[{item}]}}"#)).expect(item).remove(0)
}

fn code(item: &str) -> RejectionCode {
    item_as(Caller::Account(ACCOUNT), item).expect_err(item).rejection.code
}

fn view(extra: &str) -> String {
    format!(r#"{{"event_type":"view","ref_type":"Product","ref_id":"{SPU}"{extra}}}"#)
}

#[test]
fn a_complete_item_is_read() {
    let extra = r#","event_id":"0192e4a0-0000-7000-8000-0000000000ff","session_id":"s","metadata":{"b":1,"a":2},"occurred_at":"2026-11-20T13:00:00+01:00""#;
    let item = item_as(Caller::Account(ACCOUNT), &view(extra)).unwrap();
    insta::assert_debug_snapshot!(item, @r#"
    NewInteraction {
        origin: Origin(
            0201d54f-4359-8bad-977a-a2b44100efdd,
        ),
        event_id: 0192e4a0-0000-7000-8000-0000000000ff,
        account_id: Some(
            00000000-0000-0000-0000-00000000000a,
        ),
        event_type: EventType(
            "view",
        ),
        reference: Product(
            ProductId(
                "0192e4a0-0000-7000-8000-000000000001",
            ),
        ),
        session_id: Some(
            "s",
        ),
        metadata: "{\"a\":2,\"b\":1}",
        occurred_at: Some(
            2026-11-20T12:00:00Z,
        ),
        clock_error: 0s,
    }
    "#);
}

#[test]
fn optional_fields_may_be_absent_or_null() {
    let nulls = view(r#","event_id":null,"session_id":null,"metadata":null,"occurred_at":null,"account_id":null"#);
    let caller = Caller::Account(ACCOUNT);
    assert_eq!(item_as(caller, &nulls), item_as(caller, &view("")));
    assert_eq!(item_as(caller, &nulls).unwrap().event_id, Uuid::from_u128(99));
}

#[test]
fn each_wrong_field_has_its_code() {
    let cases = [
        ("1", RejectionCode::Malformed),
        ("null", RejectionCode::Malformed),
        ("[]", RejectionCode::Malformed),
        ("{}", RejectionCode::MissingField),
        (r#"{"event_type":"view","ref_type":"Product"}"#, RejectionCode::MissingField),
        (r#"{"event_type":7,"ref_type":"Product","ref_id":"x"}"#, RejectionCode::WrongType),
        (r#"{"event_type":"Viewed","ref_type":"Product","ref_id":"x"}"#, RejectionCode::InvalidEventType),
        (r#"{"event_type":"view","ref_type":"Brand","ref_id":"x"}"#, RejectionCode::InvalidReference),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":""}"#, RejectionCode::InvalidReference),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":"a\nb"}"#, RejectionCode::InvalidReference),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":4111111111111111}"#, RejectionCode::InvalidReference),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":-1}"#, RejectionCode::WrongType),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":1.0}"#, RejectionCode::WrongType),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":null}"#, RejectionCode::MissingField),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":[1]}"#, RejectionCode::WrongType),
        (r#"{"event_type":"view","ref_type":"Product","ref_id":1e400}"#, RejectionCode::WrongType),
        (r#"{"event_type":"view","ref_type":"Category","ref_id":"a\u0000"}"#, RejectionCode::InvalidText),
        (r#"{"event_type":"view","ref_type":"Category","ref_id":"\ud800"}"#, RejectionCode::InvalidText),
    ];
    for (item, expected) in cases {
        assert_eq!(code(item), expected, "{item}");
    }
}

#[test]
fn each_wrong_field_beside_good_ones_has_its_code() {
    let extras = [
        (r#","eventId":"x""#, RejectionCode::UnknownField),
        (r#","event_type":"view""#, RejectionCode::UnknownField),
        (r#","event_id":"x""#, RejectionCode::InvalidEventId),
        (r#","event_id":5"#, RejectionCode::WrongType),
        (r#","session_id":"""#, RejectionCode::InvalidSessionId),
        (r#","metadata":[]"#, RejectionCode::WrongType),
        (r#","metadata":{"n":1e400}"#, RejectionCode::InvalidMetadata),
        (r#","occurred_at":"yesterday""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:00:00""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:00Z""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20 12:00:00Z""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"20261120T120000Z""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:00:00+01:00[Europe/Berlin]""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:00:00+01""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-21T12:00:00+24:00""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:00:00-00:60""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:00:00.Z""#, RejectionCode::InvalidTime),
        (r#","occurred_at":"2026-11-20T12:06:00Z""#, RejectionCode::InFuture),
        (r#","occurred_at":"2026-11-12T12:00:00Z""#, RejectionCode::TooOld),
        (r#","account_id":"0192e4a0-0000-7000-8000-00000000000b""#, RejectionCode::ForeignAccount),
    ];
    for (extra, expected) in extras {
        assert_eq!(code(&view(extra)), expected, "{extra}");
    }
}

#[test]
fn an_id_is_a_string_or_a_whole_number() {
    let id_of = |kind: &str, id: &str| {
        let item = format!(r#"{{"event_type":"view","ref_type":"{kind}","ref_id":{id}}}"#);
        item_as(Caller::Account(ACCOUNT), &item).expect(&item).reference.ref_id().to_owned()
    };
    for kind in ["Product", "Category"] {
        assert_eq!(id_of(kind, "1004767"), id_of(kind, r#"" 1004767 ""#));
        assert_eq!(id_of(kind, r#""gid://shopify/Product/1""#), "gid://shopify/Product/1");
        assert_eq!(id_of(kind, &format!(r#""{{{}}}""#, SPU.to_uppercase())), SPU);
    }
    let refused = item_as(Caller::Account(ACCOUNT), r#"{"event_type":"view","ref_type":"Product","ref_id":1e3}"#);
    let message = refused.unwrap_err().rejection.message;
    assert_eq!(message, r#"ref_id: must be a string or a whole number, like "1004767" or 1004767"#);
}

#[test]
fn the_message_names_the_unknown_field() {
    let refused = item_as(Caller::Account(ACCOUNT), &view(r#","eventId":"x""#)).unwrap_err();
    assert!(refused.rejection.message.starts_with("unknown field `eventId`, expected one of `event_id`"));
    let long = view(&format!(r#","{}":1"#, "k".repeat(10_000)));
    assert!(item_as(Caller::Account(ACCOUNT), &long).unwrap_err().rejection.message.len() < 400);
}

#[test]
fn a_time_may_be_written_in_every_way_of_rfc_3339() {
    for time in [
        "2026-11-20T12:00:00Z",
        "2026-11-20t12:00:00z",
        "2026-11-20T11:00:00.000000001-01:00",
        "2026-11-20T12:00:00.5+00:00",
    ] {
        assert!(item_as(Caller::Account(ACCOUNT), &view(&format!(r#","occurred_at":"{time}""#))).is_ok(), "{time}");
    }
}

#[test]
fn a_refused_item_keeps_its_event_id_and_its_neighbours() {
    let id = "0192e4a0-0000-7000-8000-0000000000ff";
    let bad = format!(r#"{{"event_id":"{id}","event_type":"view"}}"#);
    let body = format!(r#"{{"interactions":[{},{bad},{}]}}"#, view(""), view(""));
    let items = read_as(Caller::Account(ACCOUNT), &body).unwrap();
    assert!(items[0].is_ok() && items[2].is_ok());
    assert_eq!(items[1].as_ref().unwrap_err().event_id, Some(id.parse().unwrap()));
}

#[test]
fn a_guest_needs_a_session_and_may_only_browse() {
    assert!(item_as(Caller::Guest, &view(r#","session_id":"s""#)).is_ok());
    let no_session = item_as(Caller::Guest, &view("")).unwrap_err().rejection;
    assert_eq!(no_session.code, RejectionCode::MissingField);
    let dislike = view(r#","session_id":"s""#).replace("view", "dislike");
    assert_eq!(item_as(Caller::Guest, &dislike).unwrap_err().rejection.code, RejectionCode::ForbiddenEvent);
}

#[test]
fn an_account_in_the_body_must_be_the_callers() {
    let own = format!(r#","account_id":"{ACCOUNT}""#);
    assert!(item_as(Caller::Account(ACCOUNT), &view(&own)).is_ok());
    assert!(item_as(Caller::Guest, &view(&format!(r#"{own},"session_id":"s""#))).is_err());
    let body = |account: &str| format!(r#"{{"account_id":"{account}","interactions":[{}]}}"#, view(""));
    assert!(read_as(Caller::Account(ACCOUNT), &body(&ACCOUNT.to_string())).is_ok());
    for caller in [Caller::Account(Uuid::from_u128(0xB)), Caller::Guest, Caller::Trusted] {
        assert_eq!(read_as(caller, &body(&ACCOUNT.to_string())), Err(RequestError::ForeignAccount));
    }
}

#[test]
fn a_service_of_the_shop_names_whose_interaction_it_is() {
    let named = "0192e4a0-0000-7000-8000-00000000000b";
    let item = |account: &str| item_as(Caller::Trusted, &view(&format!(r#","session_id":"s","account_id":{account}"#)));
    for spelling in [format!(r#""{named}""#), format!(r#""{}""#, named.to_uppercase())] {
        let item = item(&spelling).unwrap();
        assert_eq!((item.account_id, item.session_id.as_deref()), (named.parse().ok(), Some("s")));
        assert_eq!(item.origin, domain::Origin::TRUSTED, "a retry may name somebody else, which is a conflict");
    }
    assert_eq!(item("null").unwrap().account_id, None);
    for bad in ["", "42", "00000000-0000-0000-0000-000000000000", &named.replace('-', ""), &format!("{{{named}}}")] {
        let rejection = item(&format!(r#""{bad}""#)).unwrap_err().rejection;
        assert_eq!(rejection.code, RejectionCode::InvalidAccountId, "{bad}");
        assert!(rejection.message.starts_with("account_id: must be a UUID"), "{}", rejection.message);
    }
    assert_eq!(item("7").unwrap_err().rejection.code, RejectionCode::WrongType);
}

#[test]
fn a_guest_has_less_room_for_metadata() {
    let sized = |bytes: usize| view(&format!(r#","session_id":"s","metadata":{{"a":"{}"}}"#, "x".repeat(bytes - 8)));
    assert!(item_as(Caller::Guest, &sized(2_048)).is_ok());
    let refused = item_as(Caller::Guest, &sized(2_049)).unwrap_err().rejection;
    assert_eq!(refused.code, RejectionCode::InvalidMetadata);
    assert_eq!(refused.message, "metadata: must have at most 2048 bytes, has 2049");
    for caller in [Caller::Account(ACCOUNT), Caller::Trusted] {
        assert!(item_as(caller, &sized(8_192)).is_ok());
        assert!(item_as(caller, &sized(8_193)).is_err());
    }
}

#[test]
fn a_request_without_usable_items_says_why() {
    let message = |body: &str| read_as(Caller::Account(ACCOUNT), body).unwrap_err().to_string();
    insta::assert_snapshot!(message("{"), @"body: is not valid JSON (EOF while parsing an object at line 1 column 1)");
    insta::assert_snapshot!(message("[]"), @"body: must be a JSON object");
    insta::assert_snapshot!(message("{}"), @"body: missing field `interactions` at line 1 column 2");
    insta::assert_snapshot!(message(r#"{"interactions":{}}"#), @"body: interactions: must be an array");
    insta::assert_snapshot!(message(r#"{"interactions":[]}"#), @"interactions: must have 1 to 100 items, has 0");
    let items = |count: usize| format!(r#"{{"interactions":[{}]}}"#, vec![view(""); count].join(","));
    assert!(read_as(Caller::Account(ACCOUNT), &items(100)).is_ok());
    insta::assert_snapshot!(message(&items(101)), @"interactions: must have 1 to 100 items, has 101");
    let sized = |bytes: usize| format!("{}{}", items(1), " ".repeat(bytes - items(1).len()));
    assert!(read_as(Caller::Account(ACCOUNT), &sized(BODY_MAX_BYTES)).is_ok());
    insta::assert_snapshot!(message(&sized(BODY_MAX_BYTES + 1)), @"body: must have at most 262144 bytes, has 262145");
}

#[test]
fn depth_in_the_wrong_place_is_an_error_and_not_a_crash() {
    let deep = "[".repeat(100_000);
    let closed = format!("{deep}{}", "]".repeat(100_000));
    assert!(read_as(Caller::Account(ACCOUNT), &deep).is_err());
    assert_eq!(code(&view(&format!(r#","session_id":{closed}"#))), RejectionCode::WrongType);
    assert!(read_as(Caller::Account(ACCOUNT), &format!(r#"{{"interactions":{closed}}}"#)).is_ok());
}

#[test]
fn bytes_that_are_not_utf8_are_not_json() {
    let body = [b"{\"interactions\":[{\"event_type\":\"".as_slice(), &[0xC3, 0x28], b"\"}]}"].concat();
    let error = read_bytes(Caller::Guest, &body).unwrap_err();
    assert!(matches!(error, RequestError::NotJson { .. } | RequestError::WrongShape { .. }), "{error}");
}

/// Two items: one at 11:00 and one without a time, sent at the given time of the phone's clock.
fn sent_at(clock: &str) -> Result<Vec<ItemOutcome>, RequestError> {
    let items = [view(r#","occurred_at":"2026-11-20T11:00:00Z""#), view("")].join(",");
    read_as(Caller::Account(ACCOUNT), &format!(r#"{{"sent_at":{clock},"interactions":[{items}]}}"#))
}

#[test]
fn the_clock_of_a_phone_is_corrected_by_when_it_says_that_it_sent_the_request() {
    // By the phone's clock the event was ten minutes before it was sent, whatever the year.
    for (occurred_at, clock) in [
        ("2026-11-20T11:00:00Z", "2026-11-20T11:10:00Z"),
        ("2026-11-20T15:00:00+02:00", "2026-11-20T13:10:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:10:00Z"),
        ("2031-01-01T00:00:00Z", "2031-01-01T00:10:00Z"),
    ] {
        let item = view(&format!(r#","occurred_at":"{occurred_at}""#));
        let body = format!(r#"{{"sent_at":"{clock}","interactions":[{item}]}}"#);
        let item = read_as(Caller::Account(ACCOUNT), &body).unwrap().remove(0).unwrap();
        assert_eq!(item.corrected_time().unwrap().to_string(), "2026-11-20T11:50:00Z", "{occurred_at}");
    }
}

#[test]
fn limits_apply_after_the_correction() {
    let code = |clock: &str| sent_at(clock).unwrap().remove(0).map_err(|refused| refused.rejection.code).err();
    assert_eq!(code(r#""2026-11-20T11:00:00Z""#), None);
    assert_eq!(code(r#""2026-11-20T10:54:00Z""#), Some(RejectionCode::InFuture));
    assert_eq!(code(r#""2026-11-27T10:59:59Z""#), None);
    assert_eq!(code(r#""2026-11-27T11:00:01Z""#), Some(RejectionCode::TooOld));
}

#[test]
fn a_retry_is_the_same_event_whenever_it_arrives_and_a_time_that_is_not_given_is_the_arrival() {
    let read = |arrival: &str| {
        let names = EventNames::known();
        let sender = Sender { caller: Caller::Account(ACCOUNT), arrival: arrival.parse().unwrap(), names: &names };
        let items = [view(r#","occurred_at":"2026-11-20T11:00:00Z""#), view("")].join(",");
        let body = format!(r#"{{"sent_at":"2026-11-20T11:10:00Z","interactions":[{items}]}}"#);
        let items = read_request(body.as_bytes(), &sender, || Uuid::from_u128(99)).unwrap();
        items.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    };
    let (first, retry) = (read("2026-11-20T12:00:00Z"), read("2026-11-20T12:00:07Z"));
    assert_ne!(first[0].corrected_time(), retry[0].corrected_time());
    assert_eq!(first[0].fingerprint(), retry[0].fingerprint());
    assert_eq!(first[1].corrected_time(), None);
}

#[test]
fn an_odd_time_of_sending_is_refused_by_name() {
    for bad in ["1", "null1", r#""now""#, r#""2026-11-20T11:00:00""#] {
        let refused = sent_at(bad).unwrap_err().to_string();
        assert!(refused.contains("sent_at") || refused.contains("not valid JSON"), "{bad}: {refused}");
    }
    assert!(sent_at("null").is_ok());
}

#[test]
fn a_name_of_another_system_is_the_event_that_it_means() {
    let named = |caller, name: &str| {
        let item = format!(r#"{{"event_type":"{name}","ref_type":"Product","ref_id":"{SPU}","session_id":"s"}}"#);
        item_as(caller, &item).map(|event| event.event_type.to_string()).map_err(|refused| refused.rejection.code)
    };
    assert_eq!(named(Caller::Account(ACCOUNT), "cart").as_deref(), Ok("add_to_cart"));
    assert_eq!(named(Caller::Guest, "Product Viewed").as_deref(), Ok("view"));
    // Whether a guest may send an event is decided by its mapped name.
    assert_eq!(named(Caller::Guest, "order_completed"), Err(RejectionCode::ForbiddenEvent));
    assert_eq!(named(Caller::Account(ACCOUNT), "Newsletter Opened"), Err(RejectionCode::InvalidEventType));
}

fn import(body: &str) -> Result<Vec<ItemOutcome>, RequestError> {
    read_import(body.as_bytes(), "2026-11-20T12:00:00Z".parse().unwrap(), &EventNames::known())
}

fn imported(extra: &str) -> ItemOutcome {
    import(&format!(r#"{{"interactions":[{}]}}"#, view(extra))).unwrap().remove(0)
}

const EVENT_ID: &str = r#","event_id":"0192e4a0-0000-7000-8000-0000000000ff""#;

#[test]
fn an_imported_item_may_be_old_and_names_its_shopper() {
    let item =
        imported(&format!(r#"{EVENT_ID},"occurred_at":"2019-10-01T00:00:00Z","account_id":"{ACCOUNT}""#)).unwrap();
    assert_eq!(item.account_id, Some(ACCOUNT));
    assert_eq!(item.occurred_at, Some("2019-10-01T00:00:00Z".parse().unwrap()));
    assert_eq!(item.origin, domain::Origin::TRUSTED);
}

#[test]
fn an_imported_item_needs_an_event_id_and_a_time() {
    let refusal = |extra: &str| imported(extra).unwrap_err().rejection.message;
    let time = r#","occurred_at":"2019-10-01T00:00:00Z""#;
    insta::assert_snapshot!(refusal(time), @"event_id: is required of imported events");
    insta::assert_snapshot!(refusal(EVENT_ID), @"occurred_at: is required of imported events");
    let at = |time: &str| imported(&format!(r#"{EVENT_ID},"occurred_at":"{time}""#)).unwrap_err().rejection.code;
    assert_eq!(at("1999-12-31T23:59:59Z"), RejectionCode::TooOld);
    assert_eq!(at("2026-11-20T12:05:01Z"), RejectionCode::InFuture);
    // and the same id and time are too old for the live route
    let live = view(&format!("{EVENT_ID}{time}"));
    assert_eq!(item_as(Caller::Trusted, &live).unwrap_err().rejection.code, RejectionCode::TooOld);
}

#[test]
fn an_import_may_hold_a_thousand_items_and_a_megabyte() {
    let items = |count: usize| format!(r#"{{"interactions":[{}]}}"#, vec![view(""); count].join(","));
    assert_eq!(import(&items(IMPORT_ITEMS_MAX)).unwrap().len(), IMPORT_ITEMS_MAX);
    insta::assert_snapshot!(import(&items(1_001)).unwrap_err(), @"interactions: must have 1 to 1000 items, has 1001");
    let sized = |bytes: usize| format!("{}{}", items(1), " ".repeat(bytes - items(1).len()));
    assert!(import(&sized(IMPORT_MAX_BYTES)).is_ok());
    insta::assert_snapshot!(import(&sized(IMPORT_MAX_BYTES + 1)).unwrap_err(), @"body: must have at most 1048576 bytes, has 1048577");
}
