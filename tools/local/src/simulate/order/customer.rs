//! Customers. An ordinary customer leaves so much time between two orders that no fraud rule applies.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::tender::{TENDERS, Tender};
use crate::simulate::identity::{Kind, id};
use crate::simulate::mix;

/// Longer than any rule looks back by default, with room for a deployment that looks further.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// One customer in this many never signed in: the shop only knows an email address.
const KNOWN_BY_ADDRESS: u64 = 8;
/// What shops write as the customer id of a guest; for a third of the guests they write nothing.
const GUEST_IDS: [Option<&str>; 3] = [None, Some("0"), Some("guest")];
const CURRENCIES: [(&Tender, u32); 3] = [(&TENDERS[0], 70), (&TENDERS[1], 20), (&TENDERS[2], 10)];

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) id: Uuid,
    by_address: bool,
    /// Written for the id of a guest.
    pub(super) guest_id: Option<&'static str>,
    pub(super) tender: &'static Tender,
}

impl Customer {
    /// The customer of that number in a run. Customers belong to the run: otherwise, in two runs over the same days, a
    /// customer would order everything twice, and that is what the fraud rules look for.
    pub(super) fn new(seed: u64, stamp: &str, number: u64) -> Self {
        let id = id(seed, Kind::Customer(stamp), number);
        let by_address = number % KNOWN_BY_ADDRESS == KNOWN_BY_ADDRESS - 1;
        let guest = usize::try_from(number / KNOWN_BY_ADDRESS % 3).unwrap_or_default();
        let guest_id = GUEST_IDS[guest].filter(|_| by_address);
        Self { id, by_address, guest_id, tender: &TENDERS[0] }
    }

    /// A visitor of the demo shop: an account, or a guest.
    pub(super) fn of_shop(id: Uuid, is_guest: bool) -> Self {
        Self { id, by_address: is_guest, guest_id: None, tender: &TENDERS[0] }
    }

    /// Names the customer as in the lifecycle format.
    pub(super) fn name(&self, members: &mut Map<String, Value>) {
        if self.by_address {
            members.insert("userEmail".to_owned(), self.address().into());
            members.extend(self.guest_id.map(|id| ("customerId".to_owned(), id.into())));
        } else {
            members.insert("customerId".to_owned(), json!(self.id));
        }
    }

    /// The customer id, if the shop knows one.
    pub(super) fn known_id(&self) -> Option<Uuid> {
        (!self.by_address).then_some(self.id)
    }

    pub(super) fn address(&self) -> String {
        format!("c-{}@example.com", self.id.simple())
    }
}

/// The ordinary customers of a run.
pub(super) struct Customers<'p> {
    seed: u64,
    stamp: &'p str,
    pool: u64,
    /// The last order of each customer.
    last: BTreeMap<u64, (Timestamp, &'static Tender)>,
}

impl<'p> Customers<'p> {
    pub(super) fn new(seed: u64, stamp: &'p str, pool: u32) -> Self {
        Self { seed, stamp, pool: u64::from(pool.max(1)), last: BTreeMap::new() }
    }

    /// Chooses the customer of an order at `at`, which is no earlier than in the previous call. When all customers have
    /// just ordered, it is a new one.
    pub(super) fn choose(&mut self, rng: &mut ChaCha8Rng, at: Timestamp) -> Customer {
        // The smaller of two draws: some order often, most rarely.
        let first = rng.random_range(0..self.pool).min(rng.random_range(0..self.pool));
        let tender = mix::draw(rng, &CURRENCIES);
        let rested = |number: &u64| self.last.get(number).is_none_or(|(last, _)| at.duration_since(*last) >= PAUSE);
        let around = (first..self.pool).chain(0..first).find(rested);
        let number = around.or_else(|| (self.pool..).find(rested)).unwrap_or(u64::MAX);
        let (last, tender) = self.last.entry(number).or_insert((at, tender));
        *last = at;
        Customer { tender, ..Customer::new(self.seed, self.stamp, number) }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn nobody_orders_twice_within_an_hour_even_when_there_are_few() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut customers = Customers::new(1, "a", 2);
        let mut before: BTreeMap<Uuid, (Timestamp, &'static str)> = BTreeMap::new();
        for minute in 0..600 {
            let at = Timestamp::from_second(minute * 60).unwrap();
            let customer = customers.choose(&mut rng, at);
            if let Some((last, code)) = before.insert(customer.id, (at, customer.tender.code)) {
                assert!(at.duration_since(last) >= SignedDuration::from_mins(60), "{customer:?}");
                assert_eq!(code, customer.tender.code, "a customer keeps the currency");
            }
        }
        assert_eq!(before.len(), 60);
    }
}
