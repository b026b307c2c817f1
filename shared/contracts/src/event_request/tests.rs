use super::*;
use crate::{AddressKey, ITEMS_MAX, SHOP_EVENT_MAX_BYTES};

fn intake(secret: &str) -> Intake {
    Intake { currency: "EUR".parse().unwrap(), address_key: AddressKey::new(1, secret).unwrap() }
}

fn read(body: &str) -> Result<Vec<Result<EventMessage, Rejection>>, RequestError> {
    read_events(body.as_bytes(), &intake("a secret of the tests"), "2026-11-20T12:00:00Z".parse().unwrap())
}

fn shipped(rest: &str) -> String {
    format!(r#"{{"event":"OrderShipped","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1"{rest}}}"#)
}

fn outcomes(events: &[String]) -> Vec<String> {
    let read = read(&format!(r#"{{"events":[{}]}}"#, events.join(","))).unwrap();
    let outcome = |result: Result<EventMessage, Rejection>| match result {
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

/// Reads a single event, and what its consumer reads from the message.
fn through_the_queue(event: &str) -> (EventMessage, Result<domain::ShopEvent, Rejection>) {
    let message = read(&format!(r#"{{"events":[{event}]}}"#)).unwrap().remove(0).unwrap();
    let read_again = consume(&message.text);
    (message, read_again)
}

fn consume(text: &str) -> Result<domain::ShopEvent, Rejection> {
    // The consumer's clock may be behind, and it must not check the time a second time.
    read_shop_event(text, &intake("a secret of the tests"), "2020-01-01T00:00:00Z".parse().unwrap())
}

#[test]
fn what_sqs_would_refuse_is_escaped_and_still_says_the_same() {
    let (message, read_again) = through_the_queue(&shipped(",\"service\":\"a\u{ffff}\u{fffe}b\u{10000}\""));
    assert!(message.text.contains(r#""a\uffff\ufffeb"#), "{}", message.text);
    assert_eq!(message.event.service, "a\u{ffff}\u{fffe}b\u{10000}");
    assert_eq!(read_again, Ok(message.event));
}

#[test]
fn the_consumer_reads_the_event_that_was_accepted() {
    let order = r#"{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00.123456789Z","orderId":7,"customerId":"c-1","userEmail":"Ann@Example.com",
                    "items":[{"productId":"p-1","quantity":2,"price":"10.00"}],"note":"ring twice"}"#;
    let login = r#"{"eventType":"USER_LOGIN","timestamp":"2026-11-20T10:00:00","userEmail":"ann@example.com"}"#;
    let wrapped = format!(r#"{{"version":"0","id":"x","detail-type":"shop","detail":{}}}"#, shipped(""));
    for event in [order, login, &wrapped, &shipped(r#","eventId":"e-1""#)] {
        let (message, read_again) = through_the_queue(event);
        // The bus delivers the same event unchanged: identity and content are the same on both paths.
        let over_the_bus =
            read_shop_event(event, &intake("a secret of the tests"), "2026-11-20T12:00:00Z".parse().unwrap());
        assert_eq!((read_again, over_the_bus), (Ok(message.event.clone()), Ok(message.event)), "{event}");
        let text = message.text.to_lowercase();
        assert!(!text.contains("ann") && !text.contains("ring"), "{text}");
    }
}

#[test]
fn a_seal_fits_one_event_of_one_key() {
    let (message, _) = through_the_queue(&shipped(""));
    let (text, seal) = message.text.rsplit_once(r#""seal":""#).unwrap();
    let other = through_the_queue(&shipped(r#","service":"x""#)).0.text;
    let other_seal = other.rsplit_once(r#""seal":""#).unwrap().1;
    let forged = [
        message.text.replace("o-1", "o-2"),
        format!(r#"{text}"seal":"{other_seal}"#),
        format!(r#"{text}"seal":"""#) + "}",
        format!(r#"{text}"seal":"zz"}}"#),
        format!(r#"{text}"seal":1}}"#),
        format!(r#"{text}"extra":1,"seal":"{}"#, seal.to_uppercase().replace("\"}", "")),
        text.trim_end_matches(',').to_owned() + "}",
        r#"{"sealed":{}}"#.to_owned(),
    ];
    for text in forged {
        let refused = consume(&text).expect_err(&text);
        assert_eq!(
            (refused.code, &*refused.message),
            (RejectionCode::Malformed, "seal: does not fit the event"),
            "{text}"
        );
    }
    let arrival = "2026-11-20T12:00:00Z".parse().unwrap();
    assert!(read_shop_event(&message.text, &intake("another secret of ours"), arrival).is_err());
    // A dead letter can be read without the key, and a producer's own text is not mistaken for a sealed event.
    assert_eq!(crate::peek_sealed_event(&message.text), Some(message.event));
    assert_eq!(crate::peek_sealed_event(&shipped("")), None);
}

#[test]
fn the_size_is_that_of_the_event_as_it_was_sent() {
    let padded = |pad: String| shipped(&format!(r#","padding":"{pad}""#));
    let room = SHOP_EVENT_MAX_BYTES - padded(String::new()).len();
    assert_eq!(outcomes(&[padded("x".repeat(room))]), ["read"]);
    let too_large = format!("malformed: event: must have at most 65536 bytes, has {}", SHOP_EVENT_MAX_BYTES + 1);
    assert_eq!(outcomes(&[padded("x".repeat(room + 1))]), [too_large]);
    // Written again it may be larger, and is still accepted.
    let line = |number: usize| format!(r#"{{"skuId":"{number:0>90}","quantity":1,"price":1}}"#);
    let lines: Vec<_> = (0..500).map(line).collect();
    let order = format!(
        r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"1","items":[{}]}}"#,
        lines.join(",")
    );
    let (message, read_again) = through_the_queue(&order);
    assert!(order.len() <= SHOP_EVENT_MAX_BYTES && message.text.len() > SHOP_EVENT_MAX_BYTES, "{}", message.text.len());
    assert_eq!(read_again, Ok(message.event));
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

#[test]
fn what_was_written_under_an_earlier_version_of_the_key_is_still_opened_and_found() {
    let versions = std::collections::BTreeMap::from([(1, "a secret of the tests"), (2, "another secret of the tests")]);
    let keys = |current| AddressKey::choose(&versions, Some(current)).unwrap();
    let (earlier, current) = (keys("1"), keys("2"));
    let both = Intake { currency: "EUR".parse().unwrap(), address_key: current.clone() };
    let arrival = "2026-11-20T12:00:00Z".parse().unwrap();
    let (message, _) = through_the_queue(&shipped(""));
    assert_eq!(read_shop_event(&message.text, &both, arrival).unwrap(), message.event);
    // whichever is in force, a person is looked up under both
    let known = current.customers("ann@example.com");
    assert_eq!((known.len(), &known), (2, &earlier.customers("ann@example.com")));
}
