//! The back-end events of a simulated shop: its products, its users, and orders through their life cycle.
//!
//! A pure function of the plan; nothing is sent here. Products are those that the simulated shoppers look at.
//! Customers, orders and event ids belong to one run and time base: the same plan yields the same events byte for byte,
//! which are duplicates when sent again, and another plan never contradicts it.

mod assortment;
mod basket;
mod bill;
mod calendar;
mod customer;
mod delivery;
mod fraud;
mod life;
mod money;
mod plan;
mod sale;
mod tender;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use self::assortment::Assortment;
pub(crate) use self::assortment::Product;
use self::basket::{Order, Shape};
use self::calendar::{Calendar, after};
use self::customer::Customers;
use self::delivery::Delivery;
pub use self::delivery::Event;
use self::fraud::Fraud;
pub use self::fraud::Planted;
use self::life::{Ending, OrderEvent, Outcome};
use self::money::Accounts;
pub use self::money::Moved;
pub use self::plan::Plan;
pub(crate) use self::sale::{Sale, announce, guest, method, order_id};
pub use self::tender::large_orders;
use super::identity::{Kind, id};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// Products, after the sellers, are created this long before the first order.
const OPENING_MS: u64 = 2 * DAY_MS;
/// One product in this many is reported after orders name it.
const LATE_PRODUCT: usize = 40;
/// One product in this many is reported in the analytics format.
const PRODUCT_IN_ANALYTICS: usize = 3;
/// The share of cancelled orders whose creation is sent after their cancellation.
const CANCELLED_FIRST: f64 = 0.25;

/// What happens in a shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    /// All back-end events, in the order of sending: some late, some repeated, some before events that they depend on.
    pub events: Vec<Event>,
    /// The number of distinct orders.
    pub orders: usize,
    /// The customers that the fraud rules must find, and no others.
    pub planted: Vec<Planted>,
    /// Quantity in paid orders by seller, regardless of refunds.
    pub sold: BTreeMap<Uuid, i64>,
    /// Payments and refunds, by currency and payment method.
    pub money: BTreeMap<(&'static str, &'static str), Moved>,
    /// How many people registered or ordered.
    pub users: usize,
}

impl Shop {
    /// Generates the shop of a plan.
    #[must_use]
    pub fn open(plan: &Plan) -> Self {
        if plan.orders == 0 {
            return Self {
                events: Vec::new(),
                orders: 0,
                planted: Vec::new(),
                sold: BTreeMap::new(),
                money: BTreeMap::new(),
                users: 0,
            };
        }
        let stamp = plan.stamp();
        let assortment = Assortment::new(plan.seed, plan.products, plan.product_ids);
        let calendar = Calendar::new(plan.until, plan.days);
        let (planted, mut orders) = Fraud::new(plan, &stamp, &assortment, plan.sequence(1)).plant(&calendar);
        orders.extend(ordinary(plan, &stamp, &assortment, plan.orders - orders.len()));
        let mut story = Story {
            plan,
            stamp: &stamp,
            rng: plan.sequence(2),
            delivery: Delivery::new(plan.until, plan.sequence(3)),
            events: 0,
            sold: BTreeMap::new(),
            money: BTreeMap::new(),
        };
        story.open(&assortment, calendar.start());
        let users = story.register(&orders);
        orders.iter().for_each(|order| story.live(order));
        let Story { delivery, sold, money, .. } = story;
        Self { events: delivery.finish(), orders: orders.len(), planted, sold, money, users }
    }

    /// The seller with the highest quantity.
    #[must_use]
    pub fn best_seller(&self) -> Option<Uuid> {
        self.sold.iter().max_by_key(|(_, pieces)| **pieces).map(|(seller, _)| *seller)
    }
}

fn ordinary<'a>(plan: &Plan, stamp: &str, assortment: &'a Assortment, count: usize) -> Vec<Order<'a>> {
    let (calendar, mut rng, mut bills) = (Calendar::new(plan.until, plan.days), plan.sequence(4), plan.sequence(5));
    let mut customers = Customers::new(plan.seed, stamp, plan.customers);
    let count = u64::try_from(count).unwrap_or_default();
    let position = |number: u64| calendar.length() / count * number;
    let orders = (0..count).map(|number| {
        let at = calendar.at(rng.random_range(position(number)..position(number + 1)));
        let customer = customers.choose(&mut rng, at);
        let lines = basket::fill(assortment, &customer, &mut rng);
        let order = Order::new(id(plan.seed, Kind::Order(stamp), number), (customer, at), lines, &mut rng);
        order.with_real_bill(assortment, &mut bills)
    });
    orders.collect()
}

/// Generates the events.
struct Story<'p> {
    plan: &'p Plan,
    stamp: &'p str,
    rng: ChaCha8Rng,
    delivery: Delivery,
    events: u64,
    sold: BTreeMap<Uuid, i64>,
    money: BTreeMap<(&'static str, &'static str), Moved>,
}

impl Story<'_> {
    fn next_id(&mut self) -> Uuid {
        self.events += 1;
        id(self.plan.seed, Kind::ShopEvent(self.stamp), self.events)
    }

    /// Sellers and products appear before the first order; a few products are reported in the middle of the history.
    fn open(&mut self, assortment: &Assortment, start: Timestamp) {
        let opening = |ago| start.checked_sub(SignedDuration::from_millis(ago)).unwrap_or(start);
        let opened = opening(2 * OPENING_MS.cast_signed());
        for (seller, minute) in assortment.sellers().into_iter().zip(0..) {
            let (id, at) = (self.next_id(), after(opened, minute * 60_000));
            self.delivery.add(at, wire::seller(seller, at, id));
        }
        let (opened, late) = (opening(OPENING_MS.cast_signed()), after(start, u64::from(self.plan.days) * DAY_MS / 2));
        for (product, number) in assortment.products().iter().zip(0_usize..) {
            let at = after(opened, u64::try_from(number).unwrap_or_default() * 10_000);
            let shape = if number % PRODUCT_IN_ANALYTICS == 2 { Shape::Analytics } else { Shape::Lifecycle };
            let body = wire::product(product, at, shape, self.next_id());
            if number % LATE_PRODUCT == 3 {
                self.delivery.add_late(late, at, body);
            } else {
                self.delivery.add(at, body);
            }
        }
    }

    /// Customers register up to three days before they order. Returns how many there are.
    fn register(&mut self, orders: &[Order<'_>]) -> usize {
        let mut known = BTreeSet::new();
        // The orders of each customer are sorted by time.
        for Order { customer, placed_at, .. } in orders.iter().filter(|order| known.insert(order.customer.id)) {
            let before = SignedDuration::from_millis(self.rng.random_range(60_000..3 * DAY_MS.cast_signed()));
            let at = placed_at.checked_sub(before).unwrap_or(*placed_at);
            self.delivery.add(at, wire::user(customer, at));
        }
        known.len()
    }

    fn live(&mut self, order: &Order<'_>) {
        let ending = Ending::draw(order, &mut self.rng);
        let events = life::live(order, ending, &mut self.rng);
        let cancelled = events.iter().find(|(_, event)| *event == OrderEvent::Cancelled).map(|(at, _)| *at);
        let swapped = cancelled.filter(|at| *at <= self.plan.until && self.rng.random_bool(CANCELLED_FIRST));
        for (at, event) in &events {
            let (at, body) = (*at, wire::order(order, *at, *event, self.next_id()));
            match swapped {
                Some(cancelled) if *event == OrderEvent::Placed => {
                    self.delivery.add_late(after(cancelled, 1), at, body)
                }
                Some(_) if *event == OrderEvent::Cancelled => self.delivery.add_late(at, at, body),
                _ => self.delivery.add(at, body),
            }
        }
        let past: Vec<_> = events.iter().filter(|(at, _)| *at <= self.plan.until).map(|(_, event)| *event).collect();
        Accounts::of(&past).add_to(order.customer.tender.code, &mut self.money);
        if past.iter().any(|event| matches!(event, OrderEvent::Paid { outcome: Outcome::Succeeded, .. })) {
            for line in &order.lines {
                *self.sold.entry(line.product.seller).or_default() += line.quantity;
            }
        }
    }
}
