use domain::{Fact, OrderContent, OrderStatus, PaymentStatus, Quantity};

use super::*;

fn intake() -> Intake {
    Intake { currency: "EUR".parse().unwrap(), address_key: AddressKey::new(1, "a secret of the tests").unwrap() }
}

fn read_at_noon(body: &str) -> Result<ShopEvent, Rejection> {
    read_shop_event(body, &intake(), "2026-11-20T12:00:00Z".parse().unwrap())
}

fn refusal(body: &str) -> String {
    let rejection = read_at_noon(body).unwrap_err();
    format!("{}: {}", rejection.code.as_str(), rejection.message)
}

#[test]
fn an_order_of_the_lifecycle_shape_is_read() {
    let event = read_at_noon(
        r#"{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","customerId":"c-1",
            "items":[{"productId":"p-1","quantity":2,"price":19.9}],"totalPrice":"39.80","carrier":"ignored"}"#,
    );
    let Fact::OrderCreated { order_id, content } = event.unwrap().fact else { panic!("another event") };
    let OrderContent { customer, total, lines, currency, .. } = content;
    assert_eq!((&*order_id, customer.unwrap().as_str(), total), ("o-1", "c-1", "39.80".parse().ok()));
    assert_eq!((lines[0].price, lines[0].quantity_milli), ("19.9".parse().ok(), Quantity::whole(2)));
    assert_eq!((currency.code.as_str(), currency.named), ("EUR", false));
}

#[test]
fn the_analytics_shape_says_the_same_with_metadata_and_without_a_time_zone() {
    let event = read_at_noon(
        r#"{"eventType":"PAYMENT_SUCCESS","service":"PAYMENT_SERVICE","userEmail":"A@b.c","entityId":42,"amount":150000,
            "timestamp":"2026-11-20T10:00:00","metadata":{"paymentMode":"UPI"},"currency":"VND","eventId":"e-1"}"#,
    );
    let event = event.unwrap();
    assert_eq!(
        (&*event.service, event.occurred_at.to_string()),
        ("PAYMENT_SERVICE", "2026-11-20T10:00:00Z".to_owned())
    );
    let Fact::PaymentProcessed { order_id, status, amount, method, .. } = event.fact else { panic!("another event") };
    assert_eq!((&*order_id, status, amount), ("42", PaymentStatus::Succeeded, "150000".parse().ok()));
    assert_eq!(method.as_deref(), Some("upi"));
}

#[test]
fn an_event_comes_bare_or_inside_of_eventbridge() {
    let bare = r#"{"event":"OrderShipped","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","source":"orders"}"#;
    let wrapped = format!(r#"{{"version":"0","detail-type":"OrderShipped","source":"shop","detail":{bare}}}"#);
    assert_eq!(read_at_noon(bare), read_at_noon(&wrapped));
}

#[test]
fn ids_of_one_thing_are_the_same_however_each_service_spells_them() {
    let event = |product: &str, seller: &str, customer: &str| {
        let body = format!(
            r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","sellerId":{seller},
                "customerId":{customer},"items":[{{"productId":{product},"quantity":1,"price":1}}]}}"#
        );
        read_at_noon(&body).unwrap()
    };
    let id = "0192e4a0-0000-7000-8000-00000000abcd";
    let (plain, capitals) = (format!("\"{id}\""), format!("\"{{{}}}\"", id.to_uppercase()));
    assert_eq!(event(&plain, &plain, &plain), event(&capitals, &capitals, &capitals));
    assert_eq!(event("7", "8", "9"), event(r#"" 7""#, r#""8""#, r#""9 ""#));
}

#[test]
fn every_id_of_an_event_is_the_same_in_any_spelling_of_its_uuid() {
    let bodies = [
        ("PaymentProcessed", r#""paymentStatus":"REFUNDED","amount":1,"paymentId":ID,"refundId":ID"#),
        ("OrderCancelled", r#""refundAmount":1,"refundId":ID"#),
        ("OrderReturned", r#""refundAmount":1,"refundId":ID,"items":[{"skuId":ID,"quantity":1}]"#),
        ("PAYMENT_SUCCESS", r#""amount":1,"paymentId":ID"#),
        ("PAYMENT_SUCCESS", r#""amount":1,"transactionId":ID"#),
        ("comment.created", r#""commentId":ID,"skuId":ID,"userId":ID"#),
        ("rating.added", r#""ratingId":ID,"rating":1,"productId":ID,"customerId":ID"#),
        ("product.created", r#""productId":ID,"sellerId":ID,"category":ID,"skuId":ID,"skuIds":[ID]"#),
        ("click.tracked", r#""categoryId":ID"#),
    ];
    let id = "b0c1e4a0-0000-4000-8000-00000000abcd";
    let spellings =
        [id.to_uppercase(), format!("{{{id}}}"), id.replace('-', ""), format!("urn:uuid:{id}"), format!(" {id} ")];
    for (name, fields) in bodies {
        let event = |id: &str| {
            let kind = if name.contains('_') { "eventType" } else { "event" };
            let fields = fields.replace("ID", &format!("\"{id}\""));
            let common = r#""timestamp":"2026-11-20T10:00:00Z""#;
            read_at_noon(&format!(r#"{{"{kind}":"{name}",{common},"orderId":"{id}","eventId":"{id}",{fields}}}"#))
                .unwrap()
        };
        for spelling in &spellings {
            assert_eq!(event(spelling), event(id), "{name}: {spelling}");
        }
    }
}

#[test]
fn an_address_is_hashed_whoever_it_is_given_as() {
    let event = |field: &str, address: &str| {
        let body =
            format!(r#"{{"eventType":"USER_REGISTERED","timestamp":"2026-11-20T10:00:00Z","{field}":"{address}"}}"#);
        let Fact::UserRegistered { user } = read_at_noon(&body).unwrap().fact else { panic!("another event") };
        user.as_str().to_owned()
    };
    let key = event("userEmail", "ann@example.com");
    assert!(key.starts_with("email:1:") && key.len() == 8 + 64 && !key.contains("ann"), "{key}");
    assert_eq!(key, event("customerId", " Ann@Example.com "));
    assert_ne!(key, event("userEmail", "bob@example.com"));
}

#[test]
fn an_event_without_an_id_is_its_content() {
    let at = |time: &str| {
        let body = format!(r#"{{"event":"OrderShipped","timestamp":"{time}","orderId":"o-1"}}"#);
        read_at_noon(&body).unwrap().id
    };
    assert_eq!(at("2026-11-20T10:00:00Z"), at("2026-11-20T11:00:00+01:00"));
    assert_ne!(at("2026-11-20T10:00:00Z"), at("2026-11-20T10:00:01Z"));
    let named = |id: &str| {
        let body = format!(
            r#"{{"event":"OrderShipped","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","eventId":"{id}"}}"#
        );
        read_at_noon(&body).unwrap().id
    };
    let uuid = "0192e4a0-0000-7000-8000-000000000001";
    assert_eq!(named(uuid).to_string(), uuid);
    assert_ne!(named("order-1-shipped"), named("order-2-shipped"));
}

#[test]
fn an_event_id_that_was_made_of_an_address_tells_nobody_which_one() {
    let id = |event_id: &str| {
        let body = format!(
            r#"{{"event":"OrderShipped","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","eventId":"{event_id}"}}"#
        );
        read_at_noon(&body).unwrap().id
    };
    let with_another_key = |event_id: &str| {
        let address_key = AddressKey::new(1, "another secret of the tests").unwrap();
        named_id(&address_key, event_id)
    };
    for personal in ["shipped-ann@example.com", "4111-1111-1111-1111"] {
        assert_eq!(id(personal), id(personal));
        assert_ne!(id(personal), with_another_key(personal), "{personal}: anybody could try all of them");
    }
    // Any other id is known to its sender, so it stays unchanged when the key is replaced.
    for ordinary in ["e-1", "0192e4a0-0000-7000-8000-000000000001"] {
        assert_eq!(id(ordinary), with_another_key(ordinary));
    }
}

#[test]
fn a_name_put_together_from_two_others_is_none() {
    for name in ["PaymentCancelled", "InventoryCreated", "OrderProcessed", "OrderReserved", "PaymentShipped"] {
        let refused = refusal(&format!(r#"{{"event":"{name}","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1"}}"#));
        assert!(refused.starts_with("invalid_event_type: "), "{name}: {refused}");
    }
}

#[test]
fn metadata_has_fields_of_the_event_and_none_that_every_event_has() {
    let body = r#"{"eventType":"USER_LOGIN","timestamp":"2026-11-20T10:00:00","metadata":{
                   "userId":"u-1","event":"click","version":7,"eventId":"","source":7,"timestamp":"never","detail":{},"detail-type":"x"}}"#;
    let event = read_at_noon(body).unwrap();
    assert_eq!((&*event.service, event.occurred_at.to_string()), ("", "2026-11-20T10:00:00Z".to_owned()));
    assert!(matches!(event.fact, Fact::UserLoggedIn { user } if user.as_str().contains("u-1")));
    let named = r#"{"timestamp":"2026-11-20T10:00:00","metadata":{"event":"click.tracked"}}"#;
    assert!(refusal(named).starts_with("missing_field: event or eventType"));
}

#[test]
fn a_time_without_an_offset_is_utc() {
    let at = |time: &str| read_at_noon(&format!(r#"{{"event":"click.tracked","timestamp":"{time}"}}"#)).ok();
    assert_eq!(at("2026-11-20t10:00:00.5"), at("2026-11-20T10:00:00.5Z"));
    assert_eq!(at("2026-11-20 10:00"), at("2026-11-20T10:00:00Z"));
    for refused in ["2026-11-20", "2026-11-20T10", "2026-11-20T10:00:00[UTC]"] {
        assert_eq!(at(refused), None, "{refused}");
    }
}

#[test]
fn a_status_has_many_spellings() {
    let body = r#"{"eventType":"ORDER_STATUS_UPDATED","timestamp":"2026-11-20T10:00:00.123456789Z","entityId":"o-1","metadata":{"status":"canceled"}}"#;
    let event = read_at_noon(body).unwrap();
    assert!(matches!(event.fact, Fact::OrderStatusUpdated { status: OrderStatus::Cancelled, .. }));
    assert_eq!(event.occurred_at.to_string(), "2026-11-20T10:00:00.123456Z");
}

#[test]
fn a_rating_is_a_share_of_its_scale() {
    let score = |rating: &str| {
        let body = format!(
            r#"{{"event":"rating.added","timestamp":"2026-11-20T10:00:00Z","ratingId":"r","productId":"p",{rating}}}"#
        );
        match read_at_noon(&body).map(|event| event.fact) {
            Ok(Fact::RatingAdded(opinion)) => opinion.score_micros,
            _ => None,
        }
    };
    assert_eq!(score(r#""rating":4"#), Some(800_000));
    assert_eq!(score(r#""rating":0.4,"scale":1"#), Some(400_000));
    assert_eq!(score(r#""rating":5.1"#), None);
    assert_eq!(score(r#""rating":-1"#), None);
}

#[test]
fn every_name_of_both_shapes_is_known() {
    for name in lifecycle::NAMES {
        let refused = refusal(&format!(r#"{{"event":"{name}"}}"#));
        assert!(!refused.starts_with("invalid_event_type"), "{name}: {refused}");
    }
    for name in analytics::NAMES {
        let refused = refusal(&format!(r#"{{"eventType":"{name}"}}"#));
        assert!(!refused.starts_with("invalid_event_type"), "{name}: {refused}");
    }
}

#[test]
fn the_schema_lists_the_names_of_both_shapes() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../docs/order-event.schema.json")).unwrap();
    assert_eq!(schema["oneOf"][0]["properties"]["event"]["enum"], serde_json::json!(lifecycle::NAMES));
    assert_eq!(schema["oneOf"][1]["properties"]["eventType"]["enum"], serde_json::json!(analytics::NAMES));
}

#[test]
fn a_refusal_names_the_field_and_the_limit() {
    let refusals = [
        refusal("junk"),
        refusal("[]"),
        refusal("{}"),
        refusal(r#"{"event":"OrderCreated","eventType":"ORDER_PLACED"}"#),
        refusal(r#"{"event":"OrderEaten"}"#),
        refusal(r#"{"event":"OrderShipped","orderId":"o"}"#),
        refusal(r#"{"event":"OrderShipped","orderId":"o","timestamp":"2026-11-20T12:06:00Z"}"#),
        refusal(r#"{"event":"OrderShipped","orderId":"o","timestamp":"1999-12-31T23:59:59Z"}"#),
        refusal(r#"{"event":"OrderShipped","orderId":"o","timestamp":"20.11.2026"}"#),
        refusal(r#"{"event":"OrderShipped","orderId":"o","timestamp":"2026-11-20T10:00:00Z","version":2}"#),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    malformed: event: must be a JSON object
    malformed: event: must be a JSON object
    missing_field: event or eventType: exactly one of them is required and names what happened
    missing_field: event or eventType: exactly one of them is required and names what happened
    invalid_event_type: event: "OrderEaten" is not one of OrderCreated, OrderUpdated, OrderValidated, PaymentProcessed, Inve…ser.created, user.updated, user.deleted, seller.created, seller.updated, seller.deleted, comment.created, comment.updated, comment.deleted, rating.added, rating.updated, rating.deleted, click.tracked
    missing_field: timestamp: is required
    in_future: timestamp: is more than 5 minutes after arrival
    too_old: timestamp: must not lie before 2000-01-01T00:00:00Z
    invalid_time: timestamp: must be a time like 2026-11-20T12:00:00Z (seconds and the offset may be missing), or a whole number of milliseconds since 1970
    malformed: version: must be 1 or be left out
    "#);
}

#[test]
fn a_refused_line_is_named_by_its_place() {
    let order =
        |rest: &str| refusal(&format!(r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z",{rest}}}"#));
    let item = |rest: &str| order(&format!(r#""orderId":"o","items":[{{"productId":"p",{rest}}}]"#));
    let refusals = [
        order(r#""orderId":"""#),
        order(r#""orderId":"o","currency":"euro""#),
        item(r#""quantity":0,"price":1"#),
        item(r#""quantity":1,"price":19.999"#),
        item(r#""quantity":1,"price":-1"#),
        item(r#""quantity":1000000,"price":10000000000000"#),
        item(r#""quantity":1"#),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    missing_field: orderId: is required
    invalid_currency: currency: must be a currency code of three capital letters, like EUR
    wrong_type: items[0].quantity: must be a number from 0.001 to 1000000 with at most 3 decimal places
    invalid_amount: items[0].price: must have at most 2 decimal places in EUR
    invalid_amount: items[0].price: must be a decimal number that is not negative, like 19.90
    invalid_amount: items[0].price: times quantity must be at most 1000000000000000 minor units
    missing_field: items[0].price or total: is required
    "#);
}

#[test]
fn what_looks_personal_is_hidden_in_every_field() {
    let address = "ann@example.com";
    for text in [address, "4111 1111 1111 1111", "paid by ann@example.com", "4111-1111-1111-1111"] {
        let events = [
            format!(
                r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"{text}","customerId":"{text}","sellerId":"{text}",
                 "paymentMethod":"{text}","service":"{text}","eventId":"{text}",
                 "items":[{{"productId":"{text}","quantity":1,"price":1,"sellerId":"{text}","categoryId":"{text}"}}]}}"#
            ),
            format!(
                r#"{{"event":"PaymentProcessed","timestamp":"2026-11-20T10:00:00Z","orderId":"{text}","paymentId":"{text}",
                 "paymentStatus":"SUCCESS","amount":1,"paymentMethod":"{text}","source":"{text}"}}"#
            ),
            format!(
                r#"{{"event":"product.created","timestamp":"2026-11-20T10:00:00Z","productId":"{text}","name":"{text}","skuIds":["{text}"],
                 "sellerId":"{text}","categoryId":"{text}"}}"#
            ),
            format!(
                r#"{{"event":"rating.added","timestamp":"2026-11-20T10:00:00Z","ratingId":"{text}","skuId":"{text}","rating":1}}"#
            ),
            format!(
                r#"{{"event":"comment.created","timestamp":"2026-11-20T10:00:00Z","commentId":"{text}","userId":"{text}"}}"#
            ),
            format!(r#"{{"event":"click.tracked","timestamp":"2026-11-20T10:00:00Z","productId":"{text}"}}"#),
            format!(
                r#"{{"eventType":"ORDER_PLACED","timestamp":"2026-11-20T10:00:00Z","entityId":"{text}","amount":1,"metadata":{{"paymentMode":"{text}","sellerId":"{text}"}}}}"#
            ),
            format!(
                r#"{{"eventType":"USER_REGISTERED","timestamp":"2026-11-20T10:00:00Z","entityId":"{text}","userEmail":"{address}"}}"#
            ),
        ];
        for event in events {
            let kept = read_at_noon(&event).unwrap_or_else(|refused| panic!("{refused:?}: {event}"));
            let kept_text = serde_json::to_string(&kept).unwrap();
            assert!(!kept_text.contains("ann") && !kept_text.contains("1111"), "{kept_text}");
            // An address that names the customer is a separate key.
            let is_of_customer =
                text == address || text.contains('@') && matches!(kept.fact, Fact::UserRegistered { .. });
            assert!(is_of_customer || crate::count_hidden_in(&kept) > 0, "{kept_text}");
            assert_eq!(read_at_noon(&event), Ok(kept), "the same text is hidden in the same way");
        }
    }
}

#[test]
fn an_id_that_is_hidden_stays_one_id_and_a_label_becomes_none() {
    let order = |id: &str| {
        format!(r#"{{"event":"OrderShipped","timestamp":"2026-11-20T10:00:00Z","orderId":"{id}","service":"{id}"}}"#)
    };
    let kept = |id: &str| read_at_noon(&order(id)).unwrap();
    let one = kept("order-of-ann@example.com");
    assert_eq!(one.fact.subject(), kept("Order-Of-Ann@Example.com").fact.subject());
    assert_ne!(one.fact.subject(), kept("order-of-bob@example.com").fact.subject());
    assert!(one.fact.subject().1.starts_with(crate::HASHED_PREFIX) && one.service == crate::HIDDEN, "{one:?}");
    assert_eq!(kept("order-4711").fact.subject().1, "order-4711");
}

#[test]
fn a_name_is_what_can_be_seen_of_it() {
    let name = |name: &str| {
        let body = format!(
            r#"{{"event":"product.created","timestamp":"2026-11-20T10:00:00Z","productId":"p","name":"{name}"}}"#
        );
        let Fact::ProductCreated { facts, .. } = read_at_noon(&body).unwrap().fact else { panic!("{body}") };
        facts.name
    };
    assert_eq!(name("\u{202e}live eman\u{202c}").as_deref(), Some("live eman"));
    assert_eq!(name("a\u{200b}b").as_deref(), Some("ab"));
    for family in ["👨\u{200d}👩\u{200d}👧", "می\u{200c}خواهم"] {
        assert_eq!(name(family).as_deref(), Some(family), "joiners belong to it");
    }
    for nothing in ["\u{200b}", "\u{2060}\u{feff}", " \u{200d} \u{ad}", "\u{200e}"] {
        assert_eq!(name(nothing), None, "{nothing:?}");
    }
}

#[test]
fn a_line_whose_product_is_the_nil_uuid_has_none() {
    let nil = "00000000-0000-0000-0000-000000000000";
    let body = format!(
        r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o","items":[
            {{"productId":"{nil}","quantity":1,"price":"1"}},{{"productId":"{}","skuId":"s","quantity":1,"price":"1"}}]}}"#,
        nil.replace('-', "")
    );
    let Fact::OrderCreated { content, .. } = read_at_noon(&body).unwrap().fact else { panic!("{body}") };
    assert_eq!(content.lines.iter().map(|line| line.reference.as_str()).collect::<Vec<_>>(), ["", "s"]);
}

#[test]
fn empty_text_is_absent() {
    let event = read_at_noon(
        r#"{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o-1","eventId":"","service":" ","currency":"",
            "customerId":"","userEmail":"","sellerId":"","paymentMethod":"","metadata":[],"totalPrice":"",
            "items":[{"productId":"p","price":1,"sellerId":"","categoryId":""},{"productId":null,"skuId":"","quantity":2,"price":1}]}"#,
    );
    let Fact::OrderCreated { content, .. } = event.unwrap().fact else { panic!("another event") };
    assert_eq!((content.customer, content.seller_id, content.payment_method, content.total), (None, None, None, None));
    let lines: Vec<_> = content.lines.iter().map(|line| (&*line.reference, line.quantity_milli)).collect();
    assert_eq!(lines, [("p", Quantity::whole(1)), ("", Quantity::whole(2))]);
}

#[test]
fn a_member_comes_once() {
    let twice = |members: &str| {
        refusal(&format!(
            r#"{{"event":"PaymentProcessed","timestamp":"2026-11-20T10:00:00Z","orderId":"o",{members}}}"#
        ))
    };
    let refusals = [
        twice(r#""amount":1,"amount":100"#),
        twice(r#""metadata":{"a":1,"a":2}"#),
        twice(r#""metadata":"{}""#),
        twice(r#""metadata":[1]"#),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    malformed: event: must be a JSON object without a member twice, but "amount" is
    malformed: metadata: must be a JSON object without a member twice, but "a" is
    malformed: metadata: must be a JSON object
    malformed: metadata: must be a JSON object
    "#);
}

#[test]
fn who_is_nobody_is_told_by_the_address() {
    let customer = |fields: &str| {
        let body = format!(r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o",{fields}}}"#);
        read_at_noon(&body).unwrap().fact.customer().map(|key| key.as_str().to_owned())
    };
    let address = customer(r#""userEmail":"ann@example.com""#);
    for nobody in
        [r#""0""#, "0", r#""null""#, r#""Guest""#, r#""ANONYMOUS""#, r#""00000000-0000-0000-0000-000000000000""#]
    {
        assert_eq!(customer(&format!(r#""customerId":{nobody},"userEmail":"ann@example.com""#)), address, "{nobody}");
        assert_eq!(customer(&format!(r#""customerId":{nobody}"#)), None, "{nobody}");
    }
    assert_eq!(customer(r#""customerId":"0","userId":"7""#).as_deref(), Some("7"));
}

#[test]
fn a_name_that_is_only_shown_refuses_nothing() {
    let name = |name: &str| {
        let body = format!(
            r#"{{"event":"product.created","timestamp":"2026-11-20T10:00:00Z","productId":"p","name":{name}}}"#
        );
        let Fact::ProductCreated { facts, .. } = read_at_noon(&body).unwrap().fact else { panic!("another event") };
        facts.name
    };
    assert_eq!(name(r#""Boots\n\u0000 of  leather""#).as_deref(), Some("Boots of leather"));
    assert_eq!(name(&format!("\"{}\"", "x".repeat(500))).map(|text| text.len()), Some(SHOP_TEXT_MAX_CHARS));
    assert_eq!(name("{}"), None);
}

#[test]
fn whether_a_product_can_be_bought_is_read_as_shops_write_it() {
    let read = |fields: &str| {
        let event = format!(
            r#"{{"event":"product.updated","timestamp":"2026-11-20T10:00:00Z","productId":"p-1","sellerId":"s-1",{fields}}}"#
        );
        let event = read_at_noon(&event).unwrap_or_else(|refused| panic!("{fields}: {refused:?}"));
        let Fact::ProductUpdated { facts, .. } = event.fact else { panic!("another event") };
        assert_eq!(facts.seller_id.as_deref(), Some("s-1"));
        facts.available
    };
    // Shops with back orders report what they owe, and those that sell by weight a fraction.
    for stock in ["-1", "\"-1\"", "0", "-0.5", "\"0.000\"", "-9007199254740993"] {
        assert_eq!(read(&format!(r#""stock":{stock}"#)), Some(false), "{stock}");
    }
    for stock in ["1", "\" 3 \"", "0.5", "\"12.250\"", "1e3", "9223372036854775807"] {
        assert_eq!(read(&format!(r#""stock":{stock}"#)), Some(true), "{stock}");
    }
    for (flag, available) in [("1", true), ("\"TRUE\"", true), ("0", false), ("\"false\"", false)] {
        assert_eq!(read(&format!(r#""available":{flag}"#)), Some(available), "{flag}");
    }
    assert_eq!(read(r#""available":true,"stock":-2"#), Some(false));
    assert_eq!(read(r#""available":null,"stock":"""#), None);
    for (wrong, message) in [
        (r#""stock":"many""#, "wrong_type: stock: must be a number, like 12, 0.5 or -3"),
        (r#""stock":9223372036854775808"#, "wrong_type: stock: must be a number, like 12, 0.5 or -3"),
        (r#""available":"soon""#, "wrong_type: available: must be true or false"),
    ] {
        let event = r#"{"event":"product.updated","timestamp":"2026-11-20T10:00:00Z","productId":"p-1","#;
        assert_eq!(refusal(&format!("{event}{wrong}}}")), message);
    }
}

#[test]
fn a_part_of_unknown_size_is_not_everything() {
    let read = |fields: &str| {
        let event = format!(
            r#"{{"event":"PaymentProcessed","timestamp":"2026-11-20T10:00:00Z","orderId":"o","paymentId":"p",{fields}}}"#
        );
        let Fact::PaymentProcessed { status, .. } = read_at_noon(&event).unwrap().fact else { panic!("another event") };
        status
    };
    assert_eq!(read(r#""paymentStatus":"PARTIALLY_REFUNDED""#), PaymentStatus::Unknown);
    assert_eq!(read(r#""paymentStatus":"partially_refunded","amount":3"#), PaymentStatus::Refunded);
    assert_eq!(read(r#""paymentStatus":"REFUNDED""#), PaymentStatus::Refunded);
}

#[test]
fn a_variant_without_a_sku_is_left_out() {
    let event = r#"{"event":"product.created","timestamp":"2026-11-20T10:00:00Z","productId":"p-1","skuIds":["b",null,""," ",7]}"#;
    let Fact::ProductCreated { facts, .. } = read_at_noon(event).unwrap().fact else { panic!("another event") };
    assert_eq!(facts.skus, ["7", "b"]);
}

#[test]
fn a_status_that_nobody_knows_refuses_nothing() {
    let fact = |fields: &str| {
        read_at_noon(&format!(r#"{{"timestamp":"2026-11-20T10:00:00Z","orderId":"o",{fields}}}"#)).unwrap().fact
    };
    let status = fact(r#""eventType":"ORDER_STATUS_UPDATED","status":"ON_HOLD""#);
    assert!(matches!(status, Fact::OrderStatusUpdated { status: OrderStatus::Unknown, .. }));
    let payment = fact(r#""event":"PaymentProcessed","paymentStatus":"AUTHORIZED","amount":1"#);
    assert!(matches!(payment, Fact::PaymentProcessed { status: PaymentStatus::Unknown, .. }));
    let delivery = fact(r#""event":"OrderDelivered","deliveryStatus":"ATTEMPTED""#);
    assert!(matches!(delivery, Fact::OrderStatusUpdated { status: OrderStatus::Unknown, .. }));
}

#[test]
fn float_noise_is_settled_by_a_total() {
    let item = |fields: &str| {
        read_at_noon(&format!(
            r#"{{"event":"OrderCreated","timestamp":"2026-11-20T10:00:00Z","orderId":"o",{fields}}}"#
        ))
    };
    assert!(item(r#""items":[{"productId":"p","quantity":3,"price":14.309999999999999}]"#).is_ok(), "noise");
    assert!(item(r#""items":[{"productId":"p","quantity":3,"price":8.3333}]"#).is_err(), "24.9999 is a guess");
    assert!(item(r#""items":[{"productId":"p","quantity":3,"price":8.3333,"total":25}]"#).is_ok());
    assert!(item(r#""totalPrice":25,"items":[{"productId":"p","quantity":3,"price":8.3333}]"#).is_ok());
}

#[test]
fn an_amount_of_sixteen_digits_is_no_card() {
    let body = r#"{"event":"PaymentProcessed","timestamp":"2026-11-20T10:00:00Z","orderId":"o","paymentStatus":"SUCCESS",
                   "amount":378282246310005,"currency":"VND"}"#;
    let Fact::PaymentProcessed { amount, .. } = read_at_noon(body).unwrap().fact else { panic!("another event") };
    assert_eq!(amount.unwrap().to_string(), "378282246310005");
}
