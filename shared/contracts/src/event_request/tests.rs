use super::*;
use crate::{AddressKey, ITEMS_MAX, SHOP_EVENT_MAX_BYTES};

fn read(body: &str) -> Result<Vec<Result<EventMessage, Rejection>>, RequestError> {
    let address_key = AddressKey::new(1, "a secret of the tests").unwrap();
    let intake = Intake { currency: "EUR".parse().unwrap(), address_key };
    read_events(body.as_bytes(), &intake, "2026-11-20T12:00:00Z".parse().unwrap())
}

fn shipped(rest: &str) -> String {
    format!(r#"{{"event":"OrderShipped","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1"{rest}}}"#)
}

fn outcomes(events: &[String]) -> Vec<String> {
    let read = read(&format!(r#"{{"events":[{}]}}"#, events.join(","))).unwrap();
    let outcome = |it: Result<EventMessage, Rejection>| match it {
        Ok(_) => "read".to_owned(),
        Err(rejection) => format!("{}: {}", rejection.code.as_str(), rejection.message),
    };
    read.into_iter().map(outcome).collect()
}

#[test]
fn both_shapes_are_read_beside_an_event_that_is_refused() {
    let analytics = r#"{"eventType":"USER_LOGIN","timestamp":"2026-11-20T10:00:00","userEmail":"a@b.c"}"#;
    let events = [shipped(""), "7".to_owned(), analytics.to_owned(), r#"{"event":"OrderEaten"}"#.to_owned()];
    let outcomes = outcomes(&events);
    assert_eq!((&*outcomes[0], &*outcomes[2]), ("read", "read"));
    assert!(outcomes[1].starts_with("malformed: event: must be a JSON object"), "{}", outcomes[1]);
    assert!(outcomes[3].starts_with("invalid_event_type: event: \"OrderEaten\""), "{}", outcomes[3]);
}

#[test]
fn an_event_may_come_twice_but_an_id_has_one_content() {
    let named = |rest: &str| shipped(&format!(r#","eventId":"e-1"{rest}"#));
    let other = named(r#","service":"another""#);
    assert_eq!(
        outcomes(&[named(""), named(r#","ignored":1"#), other, shipped(""), shipped("")]),
        [
            "read",
            "read",
            "conflict: eventId: another event of this request has it; use a new id for a new event",
            "read",
            "read"
        ]
    );
}

#[test]
fn what_sqs_would_refuse_is_escaped_and_still_says_the_same() {
    let events =
        read(&format!(r#"{{"events":[{}]}}"#, shipped(",\"service\":\"a\u{ffff}\u{fffe}b\u{10000}\""))).unwrap();
    let message = events.into_iter().next().unwrap().unwrap();
    assert!(message.text.contains(r#""a\uffff\ufffeb"#), "{}", message.text);
    assert_eq!(message.event.service, "a\u{ffff}\u{fffe}b\u{10000}");
}

#[test]
fn the_size_is_that_of_the_message_that_is_sent() {
    let padded = |pad: String| shipped(&format!(r#","padding":"{pad}""#));
    let room = SHOP_EVENT_MAX_BYTES - padded(String::new()).len();
    assert_eq!(outcomes(&[padded("x".repeat(room))]), ["read"]);
    let too_large = format!("malformed: event: must have at most 65536 bytes, has {}", SHOP_EVENT_MAX_BYTES + 1);
    assert_eq!(outcomes(&[padded("x".repeat(room + 1))]), [too_large]);
    // Three bytes as it comes, six as it goes on.
    let refused = outcomes(&[padded("\u{ffff}".repeat(room / 6 + 1))]);
    assert!(refused[0].starts_with("malformed: event: must have at most 65536 bytes, has 65"), "{refused:?}");
}

#[test]
fn a_body_that_is_no_list_of_events_is_refused_as_a_whole() {
    let refusal = |body: &str| match read(body) {
        Ok(events) => panic!("{body} is {} events", events.len()),
        Err(error) => format!("{} {}: {error}", error.answer().0, error.answer().1),
    };
    let many = format!(r#"{{"events":[{}]}}"#, vec!["1"; ITEMS_MAX + 1].join(","));
    let refusals = [
        refusal(""),
        refusal("[]"),
        refusal("{}"),
        refusal(r#"{"events":{}}"#),
        refusal(r#"{"events":[]}"#),
        refusal(&many),
        refusal(r#"{"events":[1],"account_id":"x"}"#),
        refusal(&" ".repeat(262_145)),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @"
    400 validation: body: is not valid JSON (EOF while parsing a value at line 1 column 0)
    400 validation: body: must be a JSON object
    400 validation: body: missing field `events` at line 1 column 2
    400 validation: body: events: must be an array
    400 validation: events: must have 1 to 100 items, has 0
    400 validation: events: must have 1 to 100 items, has 101
    400 validation: body: unknown field `account_id`, expected `events` at line 1 column 26
    413 payload_too_large: body: must have at most 262144 bytes, has 262145
    ");
}
