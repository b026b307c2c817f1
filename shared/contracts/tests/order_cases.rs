//! The cases of tests/cases/orders.json, read and folded without a database: in any order and with repeats.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};

use contracts::{AddressKey, Intake, read_shop_event};
use domain::{
    Attribution, Attributions, Cell, CellFigures, OrderState, ProductState, ShopEvent, Subject, order_contribution,
};
use serde_json::Value;

fn events(case: &Value) -> Vec<ShopEvent> {
    let intake =
        Intake { currency: "EUR".parse().unwrap(), address_key: AddressKey::new(1, "a secret of the tests").unwrap() };
    let arrival = "2026-06-01T00:00:00Z".parse().unwrap();
    let events = case["events"].as_array().unwrap().iter().map(|event| {
        let body = event["__raw__"].as_str().map_or_else(|| event.to_string(), str::to_owned);
        read_shop_event(&body, &intake, arrival).unwrap_or_else(|refused| panic!("{refused:?}: {body}"))
    });
    events.collect()
}

/// The same events as they may arrive: rotated, reversed, and twice.
fn arrivals(events: &[ShopEvent]) -> Vec<Vec<ShopEvent>> {
    let rotated = (0..events.len()).map(|by| {
        let mut events = events.to_vec();
        events.rotate_left(by);
        events
    });
    let rotated: Vec<_> = rotated.collect();
    let reversed = rotated.iter().map(|events| events.iter().rev().chain(events).cloned().collect());
    rotated.iter().cloned().chain(reversed).collect()
}

/// The products that the events introduce. No two of them claim the same SKU.
fn known(events: &[ShopEvent]) -> Attributions {
    let ids: BTreeSet<_> =
        events.iter().map(|event| event.fact.subject()).filter(|of| of.0 == Subject::Product).collect();
    let mut known = Attributions::new();
    for (_, id) in ids {
        let of_it = events.iter().filter(|event| event.fact.subject() == (Subject::Product, id));
        let product = ProductState::of(of_it);
        let attribution = Attribution { product_id: id.to_owned(), periods: product.periods };
        let skus = product.skus.into_keys().map(|sku| (sku, attribution.clone()));
        known.extend(skus.chain([(id.to_owned(), attribution.clone())]));
    }
    known
}

/// What all orders add to the figures, and where they stand.
fn fold(events: &[ShopEvent]) -> (Vec<(Cell, CellFigures)>, BTreeSet<&'static str>) {
    let mut orders: BTreeMap<&str, Vec<&ShopEvent>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.fact.subject().0 == Subject::Order) {
        orders.entry(event.fact.subject().1).or_default().push(event);
    }
    let known = known(events);
    let mut cells = Vec::new();
    let mut stands = BTreeSet::new();
    for events in orders.values() {
        let state = OrderState::of(events.iter().copied(), &known);
        stands.insert(state.status().as_str());
        cells.extend(order_contribution(&state, &known).iter().map(|(cell, figures)| (cell.clone(), *figures)));
    }
    (cells, stands)
}

fn sum(cells: &[(Cell, CellFigures)], wanted: impl Fn(&Cell) -> bool) -> Value {
    let mut sum = CellFigures::default();
    cells.iter().filter(|(cell, _)| wanted(cell)).for_each(|(_, figures)| sum += *figures);
    #[expect(clippy::cast_precision_loss, reason = "a few pieces")]
    let items = sum.items_milli as f64 / 1_000.0;
    serde_json::json!({
        "orders": sum.orders_paid, "gross": sum.revenue_minor, "refunds": sum.refund_minor, "items": items,
        "shipping": sum.shipping_minor, "tax": sum.tax_minor, "fees": sum.fee_minor,
    })
}

/// Compares what a case expects with what was found; fields that it omits may have any value.
fn check(name: &str, of: &str, expected: &Value, found: &Value) {
    for (figure, right) in expected.as_object().unwrap() {
        assert_eq!(right.as_f64(), found[figure].as_f64(), "{name}: {figure} of {of}");
    }
}

fn check_case(case: &Value, cells: &[(Cell, CellFigures)], stands: &BTreeSet<&str>) {
    let name = case["name"].as_str().unwrap();
    for (key, expected) in case["expect"].as_object().unwrap() {
        match key.as_str() {
            "status" => assert!(stands.contains(&*expected.as_str().unwrap().to_lowercase()), "{name}: {stands:?}"),
            "methods" => expected.as_object().unwrap().iter().for_each(|(method, right)| {
                let of = |cell: &Cell| {
                    matches!(cell, Cell::Sales { seller_id, payment_method, .. }
                    if seller_id.is_empty() && payment_method == method)
                };
                check(name, method, right, &sum(cells, of));
            }),
            "products" => expected.as_object().unwrap().iter().for_each(|(product, right)| {
                let of = |cell: &Cell| matches!(cell, Cell::Product { product_id, .. } if product_id == product);
                check(name, product, right, &sum(cells, of));
            }),
            "sellers" => {
                expected.as_object().unwrap().iter().for_each(|(seller, right)| {
                    let of = |cell: &Cell| matches!(cell, Cell::Sales { seller_id, .. } if seller_id == seller);
                    check(name, seller, right, &sum(cells, of));
                });
            }
            code if code.len() == 3 => {
                let of = |cell: &Cell| {
                    matches!(cell, Cell::Sales { seller_id, currency, .. }
                    if seller_id.is_empty() && currency.as_str() == code)
                };
                check(name, code, expected, &sum(cells, of));
            }
            // Derived interactions, findings and user counts need the database: tests/tests/orders.
            "derived" | "findings" | "users" | "seller_rating" => {}
            other => panic!("{name}: nothing checks {other}"),
        }
    }
}

#[test]
fn every_case_has_its_figures_in_any_order_of_arrival() {
    let cases: Value = serde_json::from_str(include_str!("../../../tests/cases/orders.json")).unwrap();
    for case in cases["cases"].as_array().unwrap() {
        for arrived in arrivals(&events(case)) {
            let (cells, stands) = fold(&arrived);
            check_case(case, &cells, &stands);
        }
    }
}
