//! The customers whom the fraud rules must find, and nobody else.
//!
//! One set is a burst across the boundary of a minute, a large order and a series of similar orders, each by a separate
//! customer. All orders of one customer lie in the same hour, so that each is one finding.

use domain::fraud::Rule;
use jiff::Timestamp;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use serde::{Serialize, Serializer};

use super::assortment::{Assortment, Product};
use super::basket::{Line, Order};
use super::calendar::{Calendar, after};
use super::customer::Customer;
use super::plan::Plan;
use super::tender::{TENDERS, Tender};
use crate::simulate::identity::{Kind, id};

/// One more than a customer may place within [`BURST_MS`] by default.
const BURST_ORDERS: u64 = 6;
/// From the first to the last order of a burst; the rule looks at a minute.
const BURST_MS: u64 = 50_000;
/// As many similar orders as the rule requires by default.
const SIMILAR_ORDERS: u64 = 3;
/// The time between two of them; all must lie within ten minutes.
const SIMILAR_MS: u64 = 170_000;
/// The number of orders of a set.
const ORDERS_OF_A_SET: usize = 6 + 1 + 3;
/// With fewer orders than this no one is planted; with each further multiple there is another set.
const ORDERS_MIN: usize = 20;
const ORDERS_PER_SET: usize = 2_000;
/// Numbers of planted customers and orders begin here, after all ordinary ones.
const FIRST_NUMBER: u64 = 1 << 40;
const RULES: [Rule; 3] = [Rule::OrderBurst, Rule::LargeOrder, Rule::SimilarOrders];
const MINUTE_MS: u64 = 60_000;

/// A customer whom a fraud rule must find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// The rule.
    #[serde(serialize_with = "write_rule")]
    pub rule: Rule,
    /// The subject of the finding, `customer:<id>`.
    pub subject: String,
}

fn write_rule<S: Serializer>(rule: &Rule, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(rule.as_str())
}

/// Plants the fraudsters of a run.
pub(super) struct Fraud<'a, 'p> {
    plan: &'p Plan,
    stamp: &'p str,
    product: &'a Product,
    rng: ChaCha8Rng,
    orders: Vec<Order<'a>>,
    planted: Vec<Planted>,
}

impl<'a, 'p> Fraud<'a, 'p> {
    /// Takes the plan of the planted orders.
    pub(super) fn new(plan: &'p Plan, stamp: &'p str, assortment: &'a Assortment, rng: ChaCha8Rng) -> Self {
        let product = &assortment.products()[0];
        Self { plan, stamp, product, rng, orders: Vec::new(), planted: Vec::new() }
    }

    /// Returns the planted customers and their orders.
    pub(super) fn plant(mut self, calendar: &Calendar) -> (Vec<Planted>, Vec<Order<'a>>) {
        let sets = if self.plan.orders < ORDERS_MIN { 0 } else { 1 + self.plan.orders / ORDERS_PER_SET };
        let rules: Vec<_> = (0..sets).flat_map(|set| RULES.map(|rule| (set, rule))).collect();
        let count = u64::try_from(rules.len()).unwrap_or_default();
        for (number, (set, rule)) in (0..).zip(rules) {
            // The last days are avoided, so that the orders can complete their life cycle.
            let position = calendar.length() / 20 * 17 * (number + 1) / (count + 1);
            self.add(rule, (number, set), calendar.at(position));
        }
        debug_assert_eq!(self.orders.len(), sets * ORDERS_OF_A_SET, "a set is as large as announced");
        (self.planted, self.orders)
    }

    fn add(&mut self, rule: Rule, (number, set): (u64, usize), around: Timestamp) {
        let tender = if rule == Rule::LargeOrder { &TENDERS[set % TENDERS.len()] } else { &TENDERS[0] };
        // A multiple of eight has an account: an alert names the customer by the shop's id.
        let mut customer = Customer::new(self.plan.seed, self.stamp, FIRST_NUMBER + 8 * number);
        customer.tender = tender;
        self.planted.push(Planted { rule, subject: format!("customer:{}", customer.id) });
        let hour = i64::try_from(60 * MINUTE_MS).unwrap_or(i64::MAX);
        let hour = around.as_millisecond().div_euclid(hour) * hour;
        let minute =
            after(Timestamp::from_millisecond(hour).unwrap_or(around), self.rng.random_range(5..40) * MINUTE_MS);
        match rule {
            Rule::OrderBurst => {
                for k in 0..BURST_ORDERS {
                    let at = after(minute, 35_000 + k * BURST_MS / (BURST_ORDERS - 1));
                    // All different, otherwise they would also be similar orders.
                    self.order(&customer, at, i64::try_from(k + 1).unwrap_or(1));
                }
            }
            Rule::SimilarOrders => {
                (0..SIMILAR_ORDERS).for_each(|k| self.order(&customer, after(minute, k * SIMILAR_MS), 2));
            }
            // [`RULES`] names no third one but large orders.
            _ => self.order(&customer, minute, self.large_quantity(tender)),
        }
    }

    fn large_quantity(&self, tender: &Tender) -> i64 {
        2 * tender.large_minor / tender.price(self.product.cents) + 1
    }

    fn order(&mut self, customer: &Customer, at: Timestamp, quantity: i64) {
        let number = FIRST_NUMBER + u64::try_from(self.orders.len()).unwrap_or_default();
        let id = id(self.plan.seed, Kind::Order(self.stamp), number);
        let price_minor = customer.tender.price(self.product.cents);
        let line = Line::new(self.product, None, quantity, price_minor);
        self.orders.push(Order::new(id, (customer.clone(), at), vec![line], &mut self.rng));
    }
}
