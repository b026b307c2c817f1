//! docs/order-event.schema.json and the parser agree: for the samples, for generated events, and for events with one
//! error.

use std::fs;

use contracts::{AddressKey, Intake, Rejection, read_shop_event};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use testkit::template::repository;

/// Each event with its fields: `!` means required, `|` separates alternatives.
const EVENTS: [(&str, &str); 34] = [
    (
        "OrderCreated",
        "orderId:id! customerId|userId|userEmail:id items:items totalPrice:amount shippingAmount:amount \
         taxAmount:amount discountAmount:amount feeAmount:amount sellerId:id paymentMethod|paymentMode:label \
         currency:currency",
    ),
    (
        "OrderUpdated",
        "orderId:id! customerId|userId|userEmail:id items:items totalPrice:amount shippingAmount:amount \
         taxAmount:amount discountAmount:amount feeAmount:amount sellerId:id paymentMethod|paymentMode:label \
         currency:currency",
    ),
    ("OrderValidated", "orderId:id! isValid:boolean!"),
    (
        "PaymentProcessed",
        "orderId:id! paymentStatus:payment! amount:amount! paymentId:id refundId:id paymentMethod|paymentMode:label currency:currency",
    ),
    ("InventoryReserved", "orderId:id!"),
    ("OrderShipped", "orderId:id!"),
    ("OrderDelivered", "orderId:id! deliveryStatus:delivery"),
    ("OrderCancelled", "orderId:id! refundAmount:amount refundId:id currency:currency"),
    ("OrderReturned", "orderId:id! refundAmount:amount refundId:id items:returned currency:currency"),
    (
        "product.created",
        "productId|entityId:id! sellerId:id categoryId|category:id name|productName:label skuId:id skuIds:ids available:boolean stock:stock",
    ),
    (
        "product.updated",
        "productId|entityId:id! sellerId:id categoryId|category:id name|productName:label skuId:id skuIds:ids available:boolean stock:stock",
    ),
    ("product.deleted", "productId|entityId:id!"),
    ("user.created", "customerId|userId|userEmail:id!"),
    ("user.updated", "customerId|userId|userEmail:id!"),
    ("user.deleted", "customerId|userId|userEmail:id!"),
    ("seller.created", "sellerId:id!"),
    ("seller.updated", "sellerId:id!"),
    ("seller.deleted", "sellerId:id!"),
    ("comment.created", "commentId:id! productId|skuId:id customerId|userId|userEmail:id"),
    ("comment.updated", "commentId:id! productId|skuId:id customerId|userId|userEmail:id"),
    ("comment.deleted", "commentId:id! productId|skuId:id customerId|userId|userEmail:id"),
    ("rating.added", "ratingId:id! rating:rating! scale:scale productId|skuId:id customerId|userId|userEmail:id"),
    ("rating.updated", "ratingId:id! rating:rating! scale:scale productId|skuId:id customerId|userId|userEmail:id"),
    ("rating.deleted", "ratingId:id! productId|skuId:id customerId|userId|userEmail:id"),
    ("click.tracked", "productId|categoryId:id"),
    ("USER_REGISTERED", "customerId|userId|userEmail|entityId:id!"),
    ("USER_LOGIN", "customerId|userId|userEmail|entityId:id!"),
    (
        "ORDER_PLACED",
        "orderId|entityId:id! customerId|userId|userEmail:id items:items amount:amount \
         sellerId:id paymentMethod|paymentMode:label currency:currency",
    ),
    ("ORDER_STATUS_UPDATED", "orderId|entityId:id! status|newStatus:status!"),
    (
        "PAYMENT_SUCCESS",
        "orderId|entityId:id! amount:amount! paymentId|transactionId:id paymentMethod|paymentMode:label currency:currency",
    ),
    (
        "PRODUCT_CREATED",
        "productId|entityId:id! sellerId:id categoryId|category:id name|productName:label skuId:id skuIds:ids available:boolean stock:stock",
    ),
    (
        "PRODUCT_UPDATED",
        "productId|entityId:id! sellerId:id categoryId|category:id name|productName:label skuId:id skuIds:ids available:boolean stock:stock",
    ),
    ("PRODUCT_DELETED", "productId|entityId:id!"),
    ("PRODUCT_STOCK_UPDATED", "skuId|productId|entityId:id! stock:stock"),
];
const LINE: &str = "productId:id skuId:id quantity:quantity price:amount! total:amount sellerId:id categoryId:id";
const RETURNED: &str = "productId:id skuId:id quantity:quantity";
const ENVELOPE: &str = "eventId:id version:version service|source:label";

fn validator() -> Validator {
    let text = fs::read_to_string(repository().join("docs/order-event.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn read(event: &str) -> Result<(), Rejection> {
    let address_key = AddressKey::new(1, "a secret of the tests").unwrap();
    let intake = Intake { currency: "EUR".parse().unwrap(), address_key };
    read_shop_event(event, &intake, "2026-11-20T12:00:00Z".parse().unwrap()).map(|_| ())
}

/// The events in the samples of a function: messages of a queue, or the list in a body.
fn sampled(folder: &str) -> Vec<String> {
    let files = fs::read_dir(repository().join("events").join(folder)).unwrap();
    let invocations = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let mut events = Vec::new();
    for invocation in invocations.map(|text| serde_json::from_str::<Value>(&text).unwrap()) {
        let messages = invocation["Records"].as_array().into_iter().flatten();
        events.extend(messages.map(|message| message["body"].as_str().unwrap().to_owned()));
        let body: Value = serde_json::from_str(invocation["body"].as_str().unwrap_or("null")).unwrap_or_default();
        events.extend(body["events"].as_array().into_iter().flatten().map(Value::to_string));
    }
    events
}

#[test]
fn the_schema_accepts_exactly_the_samples_that_the_reader_accepts() {
    let validator = validator();
    let (mut accepted, mut refused) = (0, 0);
    for event in ["project-orders", "accept-events"].into_iter().flat_map(sampled) {
        let said = read(&event);
        // The schema describes the event itself, without EventBridge's envelope.
        let bare = |event: Value| if event["detail-type"].is_string() { event["detail"].clone() } else { event };
        let fits = serde_json::from_str(&event).is_ok_and(|event| validator.is_valid(&bare(event)));
        // How many decimals an amount may have depends on its currency, which a schema cannot say.
        if said.as_ref().is_err_and(|rejection| rejection.message.contains("decimal places in")) {
            continue;
        }
        assert_eq!(fits, said.is_ok(), "{event}: {said:?}");
        *(if fits { &mut accepted } else { &mut refused }) += 1;
    }
    assert!(accepted > 20 && refused > 10, "{accepted} and {refused}: the samples are not where this test looks");
}

/// The values of one kind of field.
fn value(kind: &'static str) -> BoxedStrategy<Value> {
    let id = || prop_oneof!["[A-Za-z0-9@._ü-]{1,128}".prop_map(Value::from), any::<u32>().prop_map(Value::from)];
    let word = |words: &'static [&'static str]| {
        (select(words), any::<bool>())
            .prop_map(|(word, lower)| json!(if lower { word.to_lowercase() } else { word.to_owned() }))
    };
    match kind {
        "id" => id().boxed(),
        "label" => prop_oneof![id(), junk()].boxed(),
        "returned" => prop::collection::vec(object(RETURNED), 0..3).prop_map(Value::from).boxed(),
        "ids" => {
            let element = prop_oneof![4 => id(), 1 => select(vec![Value::Null, json!("")])];
            prop::collection::vec(element, 0..3).prop_map(Value::from).boxed()
        }
        "amount" => (0..10_000_000_u32, any::<bool>())
            .prop_map(|(minor, text)| {
                if text {
                    json!(format!("{}.{:02}", minor / 100, minor % 100))
                } else {
                    json!(f64::from(minor) / 100.0)
                }
            })
            .boxed(),
        "currency" => select(&["EUR", "USD"][..]).prop_map(Value::from).boxed(),
        "boolean" => {
            let spelled = select(vec![json!(0), json!(1), json!("true"), json!("False"), json!("1")]);
            prop_oneof![any::<bool>().prop_map(Value::from), spelled].boxed()
        }
        "payment" => word(&["SUCCESS", "PAID", "PENDING", "DECLINED", "REFUNDED"]).boxed(),
        "delivery" => word(&["DELIVERED"]).boxed(),
        "status" => word(&["CREATED", "VALIDATED", "RESERVED", "PAID", "CANCELED", "RETURNED"]).boxed(),
        "rating" => (0..=500_u16).prop_map(|hundredths| json!(f64::from(hundredths) / 100.0)).boxed(),
        "scale" => (5..=100_i64).prop_map(Value::from).boxed(),
        "quantity" => prop_oneof![
            (1..=1_000_000_i64).prop_map(Value::from),
            // Multiplied by any price they yield whole minor units.
            (1..=9_999_i64).prop_map(|pieces| json!(format!("{pieces}.000"))),
        ]
        .boxed(),
        "stock" => prop_oneof![
            any::<i64>().prop_filter("a magnitude that fits", |stock| *stock != i64::MIN).prop_map(Value::from),
            (-9_999..9_999_i32).prop_map(|tenths| json!(f64::from(tenths) / 10.0)),
            (0..999_u32).prop_map(|hundredths| json!(format!("-{}.{:02}", hundredths / 100, hundredths % 100))),
        ]
        .boxed(),
        "version" => select(vec![json!(1), json!("1"), json!("1.0")]).boxed(),
        "items" => prop::collection::vec(object(LINE), 0..3).prop_map(Value::from).boxed(),
        other => panic!("no kind {other}"),
    }
}

/// The fields of a list: name, value, and whether it is in `metadata`.
fn fields(list: &'static str) -> BoxedStrategy<Vec<(String, Value, bool)>> {
    let field = |field: &'static str| {
        let (names, kind) = field.split_once(':').unwrap();
        let names: Vec<_> = names.split('|').collect();
        let required = kind.ends_with('!');
        (select(names), value(kind.trim_end_matches('!')), any::<bool>(), any::<bool>()).prop_map(
            move |(name, value, is_there, beside)| (required || is_there).then(|| (name.to_owned(), value, beside)),
        )
    };
    let all: Vec<_> = list.split(' ').map(field).collect();
    all.prop_map(|fields| fields.into_iter().flatten().collect()).boxed()
}

fn object(list: &'static str) -> BoxedStrategy<Value> {
    fields(list).prop_map(|fields| put_together(Map::new(), fields)).boxed()
}

fn put_together(mut members: Map<String, Value>, fields: Vec<(String, Value, bool)>) -> Value {
    let mut metadata = Map::from_iter([("unknown".to_owned(), json!([null]))]);
    for (name, value, beside) in fields {
        (if beside { &mut metadata } else { &mut members }).insert(name, value);
    }
    members.insert("metadata".to_owned(), metadata.into());
    members.into()
}

/// Any valid event.
fn event() -> BoxedStrategy<Value> {
    let times = [
        "2026-11-18T09:00:00Z",
        "2026-11-18t09:00:00.123456789+02:00",
        "2026-11-18T09:00:00",
        "2000-01-01T00:00:00Z",
        "2026-11-18 09:00+0530",
    ];
    let event = (select(&EVENTS[..]), select(times.to_vec()), fields(ENVELOPE));
    event
        .prop_flat_map(|((name, list), time, envelope)| {
            let shape = if name.contains('_') { "eventType" } else { "event" };
            let mut members = Map::from_iter([(shape.to_owned(), json!(name)), ("timestamp".to_owned(), json!(time))]);
            members.extend(envelope.into_iter().map(|(name, value, _)| (name, value)));
            fields(list).prop_map(move |fields| put_together(members.clone(), fields))
        })
        .boxed()
}

/// Wrong values: some of them are valid for some fields.
fn junk() -> BoxedStrategy<Value> {
    let long = "x".repeat(129);
    let junk =
        json!([null, true, -1, 1.5, 0, "", " ", "a\u{1}b", "ü", " DELIVERED ", long, [], [null], {}, { "a": 1 }]);
    select(junk.as_array().unwrap().clone()).boxed()
}

/// Replaces one of the fields, wherever it is; half of the time it is removed, which tests what is required.
fn spoil(event: &mut Value, place: prop::sample::Index, junk: Option<Value>) {
    let objects = ["", "/metadata", "/items/0", "/items/0/metadata", "/metadata/items/0", "/metadata/items/0/metadata"]
        .into_iter();
    let fields = objects.flat_map(|object| {
        let fields = event.pointer(object).and_then(Value::as_object).into_iter().flat_map(Map::keys);
        fields.map(move |field| format!("{object}/{field}"))
    });
    let place = place.get(&fields.collect::<Vec<_>>()).clone();
    *event.pointer_mut(&place).unwrap() = junk.unwrap_or_default();
}

#[test]
fn every_generated_event_fits_the_schema_and_is_read() {
    let validator = validator();
    proptest!(ProptestConfig::with_cases(1_000), |(event in event())| {
        prop_assert_eq!(read(&event.to_string()), Ok(()));
        prop_assert!(validator.is_valid(&event), "{}", event);
    });
}

#[test]
fn an_event_with_one_thing_wrong_is_refused_by_both_or_by_neither() {
    let validator = validator();
    let spoiled = (event(), any::<prop::sample::Index>(), prop::option::of(junk()));
    proptest!(ProptestConfig::with_cases(20_000), |((event, place, junk) in spoiled)| {
        let mut event = event;
        spoil(&mut event, place, junk);
        let said = read(&event.to_string());
        // How many decimals an amount may have depends on its currency, which a schema cannot say.
        prop_assume!(!said.as_ref().is_err_and(|rejection| rejection.message.contains("decimal places in")));
        prop_assert_eq!(validator.is_valid(&event), said.is_ok(), "{}: {:?}", event, said);
    });
}

#[test]
fn every_event_is_generated() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(repository().join("docs/order-event.schema.json")).unwrap()).unwrap();
    let names =
        |shape: usize, field: &str| schema["oneOf"][shape]["properties"][field]["enum"].as_array().unwrap().clone();
    let known: Vec<_> = [names(0, "event"), names(1, "eventType")].concat();
    assert_eq!(known, EVENTS.map(|(name, _)| json!(name)));
}
