use serde_json::json;

use super::*;

fn body(lines: &Value) -> Vec<u8> {
    let body = json!({ "checkout_id": Uuid::from_u128(1), "lines": lines, "payment_method": "card", "session": "s-1" });
    body.to_string().into_bytes()
}

fn checkout(lines: &Value) -> Result<Checkout, Refusal> {
    Checkout::read(&body(lines), &demo_shop::products().unwrap())
}

fn why(body: &Value) -> String {
    match Checkout::read(body.to_string().as_bytes(), &demo_shop::products().unwrap()) {
        Err(Refusal::Invalid(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn placed(lines: &Value, second: i64) -> Placed {
    let checkout = checkout(lines).unwrap();
    let buyer = Buyer::of(None, &checkout);
    Placed { at: Timestamp::from_second(second).unwrap(), checkout, buyer }
}

fn shop() -> Shop {
    Shop::new(Stack::find("test-no-stack").unwrap()).unwrap()
}

#[test]
fn prices_are_those_of_the_shop() {
    let products = demo_shop::products().unwrap();
    let checkout = checkout(&json!([{"product": "lund-mug", "quantity": 2}, {"product": "ly-tent", "quantity": 1}]));
    let checkout = checkout.unwrap();
    let sale = checkout.sale(&products, Buyer::of(None, &checkout), Timestamp::UNIX_EPOCH);
    assert_eq!(sale.total_minor(), 2 * 1490 + 24_900);
}

#[test]
fn an_error_names_the_field() {
    let line = json!([{"product": "lund-mug", "quantity": 1}]);
    assert_eq!(why(&json!({ "lines": line })), "checkout_id: must be a UUID");
    let with = |lines: Value| json!({ "checkout_id": Uuid::from_u128(1), "lines": lines, "payment_method": "card" });
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
fn the_same_checkout_again_is_the_same_order() {
    let (shop, lines) = (shop(), json!([{"product": "lund-mug", "quantity": 1}]));
    let first = shop.place(placed(&lines, 100)).unwrap();
    let again = shop.place(placed(&lines, 160)).unwrap();
    assert_eq!(again.at, first.at);
}

#[test]
fn another_order_with_the_same_id_is_refused() {
    let shop = shop();
    shop.place(placed(&json!([{"product": "lund-mug", "quantity": 1}]), 100)).unwrap();
    let other = shop.place(placed(&json!([{"product": "lund-mug", "quantity": 2}]), 160));
    assert_eq!(other.err(), Some(Refusal::Conflict("checkout_id: belongs to another order")));
}

#[test]
fn a_guest_is_known_by_the_visit_without_revealing_it() {
    let checkout = checkout(&json!([{"product": "lund-mug", "quantity": 1}])).unwrap();
    let Buyer::Guest(id) = Buyer::of(None, &checkout) else { panic!() };
    assert_eq!(Buyer::of(None, &checkout), Buyer::Guest(id));
    assert_ne!(id, checkout.id);
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
