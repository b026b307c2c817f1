use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;
use tower::ServiceExt as _;

use super::*;

const PLACED_AT: &str = "2026-11-20T12:00:00.123Z";

fn body(lines: &Value, placed_at: &str) -> Vec<u8> {
    let body = json!({
        "checkout_id": Uuid::from_u128(1), "placed_at": placed_at, "lines": lines, "payment_method": "card", "session": "s-1",
    });
    body.to_string().into_bytes()
}

fn now() -> Timestamp {
    "2026-11-20T12:30:00Z".parse().unwrap()
}

fn checkout_at(lines: &Value, placed_at: &str) -> Result<Checkout, Refusal> {
    Checkout::read(&body(lines, placed_at), &demo_shop::products().unwrap(), now())
}

fn checkout(lines: &Value) -> Result<Checkout, Refusal> {
    checkout_at(lines, PLACED_AT)
}

fn why(body: &Value) -> String {
    match Checkout::read(body.to_string().as_bytes(), &demo_shop::products().unwrap(), now()) {
        Err(Refusal::Invalid(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn placed(lines: &Value) -> Placed {
    let checkout = checkout(lines).unwrap();
    let buyer = Buyer::of(None, &checkout);
    Placed { checkout, buyer }
}

fn shop() -> Shop {
    Shop::new(Stack::find("test-no-stack").unwrap()).unwrap()
}

#[test]
fn prices_are_those_of_the_shop() {
    let products = demo_shop::products().unwrap();
    let checkout = checkout(&json!([{"product": "lund-mug", "quantity": 2}, {"product": "ly-tent", "quantity": 1}]));
    let checkout = checkout.unwrap();
    let sale = checkout.sale(&products, Buyer::of(None, &checkout));
    assert_eq!(sale.total_minor(), 2 * 1490 + 24_900);
}

#[test]
fn an_error_names_the_field() {
    let line = json!([{"product": "lund-mug", "quantity": 1}]);
    assert_eq!(why(&json!({ "lines": line })), "checkout_id: must be a UUID");
    let with = |lines: Value| {
        json!({
            "checkout_id": Uuid::from_u128(1), "placed_at": PLACED_AT, "lines": lines, "payment_method": "card",
        })
    };
    assert_eq!(why(&with(json!([]))), "lines: must be a list of at least one line");
    assert_eq!(why(&with(json!([1]))), "lines[0]: must be an object");
    assert_eq!(
        why(&with(json!([{"product": "yacht", "quantity": 1}]))),
        "lines[0].product: must be the id of a product of this shop, such as \"lund-mug\""
    );
    for quantity in [json!(0), json!(21), json!(1.5), json!("1"), json!(-1)] {
        let lines = json!([{"product": "ly-tent", "quantity": 1}, {"product": "lund-mug", "quantity": quantity}]);
        assert_eq!(why(&with(lines)), "lines[1].quantity: must be a whole number from 1 to 20");
    }
    assert_eq!(
        why(&with(json!([{"product": "lund-mug", "quantity": 1, "price": 1}]))),
        "lines[0].price: is not known",
        "a page does not name prices"
    );
}

#[test]
fn an_order_is_placed_within_the_last_hour() {
    let lines = json!([{"product": "lund-mug", "quantity": 1}]);
    for time in ["2026-11-20T11:30:00Z", PLACED_AT, "2026-11-20T13:00:00+01:00", "2026-11-20T12:31:00Z"] {
        assert!(checkout_at(&lines, time).is_ok(), "{time}");
    }
    for time in ["2026-11-20T11:29:59.999Z", "2026-11-20T12:31:00.001Z", "2026-11-20T12:00:00", "12:00", ""] {
        let message = "placed_at: must be a time within the last hour, such as \"2026-11-20T12:00:00.000Z\"";
        assert_eq!(checkout_at(&lines, time), Err(Refusal::Invalid(message.to_owned())), "{time}");
    }
}

#[test]
fn the_same_checkout_again_is_the_same_order_also_for_a_new_server() {
    let lines = json!([{"product": "lund-mug", "quantity": 1}]);
    let report = |shop: &Shop| {
        let placed = placed(&lines);
        shop.place(&placed, now()).unwrap();
        placed.checkout.sale(&shop.products, placed.buyer).report()
    };
    let first = shop();
    assert_eq!(report(&first), report(&first));
    assert_eq!(report(&first), report(&shop()));
}

#[test]
fn a_page_cannot_name_an_order_or_customer_that_exists() {
    let products = demo_shop::products().unwrap();
    let body = json!({
        "checkout_id": Uuid::from_u128(1), "placed_at": PLACED_AT, "payment_method": "card",
        "lines": [{"product": "lund-mug", "quantity": 1}],
    });
    let checkout = Checkout::read(body.to_string().as_bytes(), &products, now()).unwrap();
    let sale = checkout.sale(&products, Buyer::of(None, &checkout));
    assert_ne!(sale.id, Uuid::from_u128(1));
    assert_ne!(sale.customer, Uuid::from_u128(1));
}

#[test]
fn another_order_with_the_same_id_is_refused() {
    let shop = shop();
    shop.place(&placed(&json!([{"product": "lund-mug", "quantity": 1}])), now()).unwrap();
    let other = shop.place(&placed(&json!([{"product": "lund-mug", "quantity": 2}])), now());
    assert_eq!(other, Err(Refusal::Conflict("checkout_id: belongs to another order")));
}

#[test]
fn a_guest_is_known_by_the_visit_without_revealing_it() {
    let checkout = checkout(&json!([{"product": "lund-mug", "quantity": 1}])).unwrap();
    let Buyer::Guest(id) = Buyer::of(None, &checkout) else { panic!() };
    assert_eq!(Buyer::of(None, &checkout), Buyer::Guest(id));
    assert_ne!(id, checkout.order_id());
    let account = Uuid::from_u128(9);
    assert_eq!(Buyer::of(Some(account), &checkout), Buyer::Account(account));
}

#[test]
fn a_guest_reports_only_what_guests_do_with_products() {
    let products = demo_shop::products().unwrap();
    let body = |action: &str| {
        json!({ "event_id": Uuid::from_u128(1), "event_type": action, "product": "lund-mug", "session": "s-1" })
            .to_string()
    };
    assert!(Interaction::read(body("add_to_cart").as_bytes(), &products).is_ok());
    assert_eq!(
        Interaction::read(body("purchase").as_bytes(), &products),
        Err(Refusal::Invalid(
            "event_type: must be one of add_to_cart, remove_from_cart, add_to_favorites, not_interested".to_owned()
        ))
    );
}

#[tokio::test]
async fn only_json_is_taken() {
    let shop = Arc::new(shop());
    let status = async |content_type: Option<&str>| {
        let mut request = Request::builder().method("POST").uri("/shop-api/checkout");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let request = request.body(Body::from("{}")).unwrap();
        router(Arc::clone(&shop)).oneshot(request).await.unwrap().status()
    };
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        assert_eq!(status(content_type).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type:?}");
    }
    // The stack is not up.
    for content_type in ["application/json", "Application/JSON; charset=utf-8"] {
        assert_eq!(status(Some(content_type)).await, StatusCode::SERVICE_UNAVAILABLE, "{content_type}");
    }
}
