use domain::Named;
use serde_json::json;

use super::*;
use crate::AddressKey;

fn intake() -> Intake {
    Intake { currency: "EUR".parse().unwrap(), address_key: AddressKey::new(1, "a secret of the tests").unwrap() }
}

fn arrival() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

fn jane() -> Identities {
    let mut identities = Named::Customer(vec![CustomerKey::of_id("4711")]).identities();
    intake().address_key.customers("jane@example.com").into_iter().for_each(|key| identities.add(key));
    identities
}

fn anonymize(event: &Value) -> Option<Anonymized> {
    let erased = CustomerKey::of_id("erased:x");
    anonymize_in_event(&event.to_string(), (&intake(), arrival()), &jane(), &erased)
}

fn placed() -> Value {
    json!({
        "event": "OrderCreated", "timestamp": "2026-11-19T10:00:00Z", "orderId": "o-1", "customerId": 4711,
        "userEmail": "Jane@Example.com", "customerName": "Jane Doe", "shippingAddress": { "street": "High Street 4711" },
        "items": [{ "productId": "p-1", "quantity": 4711, "price": "2.50", "giftNote": "for jane@example.com" }],
    })
}

#[test]
fn an_event_keeps_what_is_read_and_its_id_and_nothing_of_the_person() {
    let Some(Anonymized::Rewritten(text)) = anonymize(&placed()) else { panic!("it names her") };
    let before = read_shop_event(&placed().to_string(), &intake(), arrival()).unwrap();
    let after = read_shop_event(&text, &intake(), arrival()).unwrap();
    assert_eq!((after.id, after.link), (before.id, None), "sent again it is a duplicate of itself");
    assert_eq!(after.fact.customer().map(CustomerKey::as_str), Some("erased:x"));
    insta::assert_snapshot!(text.replace(&before.id.to_string(), "ID"), @r#"{"customerId":"erased:x","event":"OrderCreated","eventId":"ID","items":[{"price":"2.50","productId":"p-1","quantity":4711}],"orderId":"o-1","timestamp":"2026-11-19T10:00:00Z"}"#);
}

#[test]
fn an_event_on_the_bus_and_one_that_only_has_the_address_are_found_too() {
    let mut event = placed();
    event.as_object_mut().unwrap().remove("customerId");
    let wrapped = json!({ "detail-type": "order", "source": "shop.orders", "account": "123", "detail": event });
    let Some(Anonymized::Rewritten(text)) = anonymize(&wrapped) else { panic!("it names her") };
    assert!(!text.to_lowercase().contains("jane") && text.contains("erased:x"), "{text}");
    let signed_in =
        json!({ "eventType": "USER_LOGIN", "timestamp": "2026-11-19T10:00:00Z", "entityId": "jane@example.com" });
    let Some(Anonymized::Rewritten(text)) = anonymize(&signed_in) else { panic!("it names her") };
    assert!(text.contains(r#""entityId":"erased:x""#), "{text}");
}

#[test]
fn an_event_that_names_others_is_left_alone() {
    let mut event = placed();
    event["customerId"] = json!(4712);
    event["userEmail"] = json!("john@example.com");
    event["items"][0]["giftNote"] = Value::Null;
    assert_eq!(anonymize(&event), None, "4711 is a quantity and a house number here");
}

#[test]
fn what_cannot_be_read_is_not_kept_when_it_names_the_person() {
    assert_eq!(
        anonymize(&json!({ "event": "OrderCreated", "userEmail": "jane@example.com" })),
        Some(Anonymized::Unreadable)
    );
    let erased = CustomerKey::of_id("erased:x");
    let broken = |text: &str| anonymize_in_event(text, (&intake(), arrival()), &jane(), &erased);
    assert_eq!(broken(r#"{"event":"OrderCreated","userEmail":"jane@example.com""#), Some(Anonymized::Unreadable));
    assert_eq!(broken("{\"customerId\": 4712"), None);
}

#[test]
fn every_field_that_the_schema_of_events_names_is_known() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/order-event.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    collect(&schema, &mut names);
    assert!(names.len() > 30, "{names:?}");
    let dropped = ["userEmail", "name", "productName"];
    let unknown: Vec<_> =
        names.iter().filter(|name| !KNOWN.contains(&&***name) && !dropped.contains(&&***name)).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "an event whose person is erased would lose them");
}

fn collect(schema: &Value, names: &mut std::collections::BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                names.extend(properties.keys().cloned());
            }
            members.values().for_each(|value| collect(value, names));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
        _ => {}
    }
}

#[test]
fn a_sealed_event_loses_the_person_and_keeps_its_id_and_a_seal() {
    let raw = r#"{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","userEmail":"jane@example.com",
                  "items":[{"productId":"p-1","quantity":1,"price":5}]}"#;
    let arrival = "2026-11-20T12:00:00Z".parse().unwrap();
    let event = read_shop_event(raw, &intake(), arrival).unwrap();
    let sealed = seal(&event, &intake().address_key);
    let mut jane = Identities::default();
    intake().address_key.customers("jane@example.com").into_iter().for_each(|key| jane.add(key));
    assert!(is_named_in_event(&sealed, &intake(), &jane));
    assert!(!is_named_in_event(&sealed, &intake(), &Identities::default()));
    let erased = CustomerKey::of_id("erased:1");
    let Some(Anonymized::Rewritten(text)) = anonymize_in_event(&sealed, (&intake(), arrival), &jane, &erased) else {
        panic!("not rewritten")
    };
    let anonymized = read_shop_event(&text, &intake(), arrival).unwrap();
    assert_eq!((anonymized.id, anonymized.fact.customer()), (event.id, Some(&erased)));
    assert_eq!(anonymize_in_event(&text, (&intake(), arrival), &jane, &erased), None);
}
