//! What the demo shop sells to people, reported as the simulated shop reports its own orders.

use jiff::Timestamp;
use uuid::Uuid;

use super::assortment::Product;
use super::basket::{Charges, Line, METHODS, Order, Shape};
use super::calendar::after;
use super::customer::Customer;
use super::life::{OrderEvent, Outcome, Payment};
use super::{Event, wire};
use crate::simulate::identity::{Kind, id};

/// Separates the ids of the demo shop from those of simulated runs, whose seeds are chosen by people.
const SEED: u64 = u64::MAX;

/// An order that is paid at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sale<'a> {
    /// The order's id; the ids of its events follow from it, so that a report may be repeated.
    pub(crate) id: Uuid,
    pub(crate) placed_at: Timestamp,
    pub(crate) customer: Uuid,
    /// The shop knows a guest by an address only.
    pub(crate) is_guest: bool,
    /// One of those that `method` knows.
    pub(crate) method: &'static str,
    /// Products and quantities.
    pub(crate) lines: Vec<(&'a Product, i64)>,
}

/// Returns the customer whom the shop knows from a visit; it does not reveal the visit, whose id is a secret.
pub(crate) fn guest(session: &str) -> Uuid {
    id(SEED, Kind::Customer(session), 0)
}

/// Returns the id of the order that a checkout makes; it is derived, so that a page cannot name an order that exists.
pub(crate) fn order_id(checkout: Uuid, placed_at: Timestamp) -> Uuid {
    id(SEED, Kind::Order(&format!("{checkout} {placed_at}")), 0)
}

/// Returns the payment method with a name.
pub(crate) fn method(name: &str) -> Option<&'static str> {
    METHODS.iter().map(|(method, _)| *method).find(|method| *method == name)
}

impl Sale<'_> {
    /// The amount due, in minor units of the shop's first currency.
    pub(crate) fn total_minor(&self) -> i64 {
        self.order().total_minor()
    }

    /// Reports the order: created, validated, paid, reserved; the same sale is always reported by the same events.
    pub(crate) fn report(&self) -> Vec<Event> {
        let order = self.order();
        let payment = Payment { number: 1, method: self.method, minor: order.total_minor() };
        let steps = [
            OrderEvent::Placed,
            OrderEvent::Checked { valid: true },
            OrderEvent::Paid { payment, outcome: Outcome::Succeeded },
            OrderEvent::Reserved,
        ];
        let stamp = self.id.to_string();
        let events = steps.into_iter().zip(0..).map(|(step, number)| {
            let at = after(self.placed_at, number);
            let body = wire::order(&order, at, step, id(SEED, Kind::ShopEvent(&stamp), number));
            Event { occurred_at: at, body }
        });
        events.collect()
    }

    fn order(&self) -> Order<'_> {
        let lines = self.lines.iter().map(|(product, quantity)| Line::new(product, None, *quantity, product.cents));
        Order {
            id: self.id,
            customer: Customer::of_shop(self.customer, self.is_guest),
            shape: Shape::Lifecycle,
            method: self.method,
            placed_at: self.placed_at,
            lines: lines.collect(),
            first_lines: None,
            charges: Charges::default(),
            second_method: None,
        }
    }
}

/// Announces products. `stamp` names the state of the catalog: the same one is always announced by the same events.
pub(crate) fn announce(products: &[Product], at: Timestamp, stamp: &str) -> Vec<Event> {
    let events = products.iter().zip(0..).map(|(product, number)| {
        let body = wire::product(product, at, Shape::Lifecycle, id(SEED, Kind::ShopEvent(stamp), number));
        Event { occurred_at: at, body }
    });
    events.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product() -> Product {
        Product {
            id: "lund-mug".into(),
            seller: Uuid::from_u128(7),
            category: "coffee".into(),
            name: "Lund mug".into(),
            skus: vec![],
            cents: 1490,
        }
    }

    #[test]
    fn a_sale_is_reported_with_its_prices_and_may_be_reported_again() {
        let product = product();
        let sale = Sale {
            id: Uuid::from_u128(1),
            placed_at: "2026-11-20T12:00:00Z".parse().unwrap(),
            customer: Uuid::from_u128(2),
            is_guest: false,
            method: "card",
            lines: vec![(&product, 3)],
        };
        let events = sale.report();
        assert_eq!(events, sale.report());
        let names: Vec<_> = events.iter().map(|event| event.body["event"].clone()).collect();
        assert_eq!(names, ["OrderCreated", "OrderValidated", "PaymentProcessed", "InventoryReserved"]);
        assert_eq!(events[0].body["customerId"], sale.customer.to_string());
        assert_eq!(events[0].body["items"][0]["price"].as_f64(), Some(14.9));
        assert_eq!(events[2].body["amount"].as_f64(), Some(44.7));
        assert_eq!(sale.total_minor(), 4470);
    }

    #[test]
    fn products_are_announced_once_for_each_state_of_the_catalog() {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let first = announce(&[product()], at, "one");
        assert_eq!(first, announce(&[product()], at, "one"));
        assert_ne!(first, announce(&[product()], at, "two"));
        assert_eq!(first[0].body["name"], "Lund mug");
    }
}
