//! Whatever happens in which order, a generation is what a naive recount of the events says as of its hour.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cross_tests::shop::Shop;
use domain::fraud::PushLimits;
use domain::{AnnouncedOnly, HalfLife, InteractionId, Micros, NewInteraction, RankList, RankScope};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use store::rank::Basis;
use store::weight::{self, Change};
use store::{popularity, rank as steps};
use testkit::interaction;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::naive::{self, Weighed};

/// The events of a case, with their weights at first; the last one has none until it gets one.
const EVENTS: [(&str, Option<i64>); 4] =
    [("view", Some(300_000)), ("purchase", Some(800_000)), ("dislike", Some(-500_000)), ("wishlist_shared", None)];
/// How many hours ago an event happened: at both sides of the end of each window, and ahead of the clock.
const AGES: [i64; 14] = [-1, 0, 1, 2, 24, 25, 26, 48, 49, 168, 169, 720, 721, 900];
/// How many hours pass.
const PASSING: [i64; 8] = [0, 1, 2, 23, 24, 25, 144, 552];
const HALF_LIVES: [u16; 3] = [24, 36, 168];
/// The references of a case: two SKUs, then three products.
const REFERENCES: usize = 5;
const SKUS: usize = 2;

#[derive(Debug, Clone)]
enum Happening {
    /// Events are recorded: type, reference, age, how often.
    Recorded(Vec<(usize, usize, usize, usize)>),
    /// Hints come in, in any order, with repetitions.
    Scored(Vec<Index>),
    /// A weight changes.
    Weighed(usize, i64),
    /// A SKU gets a product, or loses it.
    Led(usize, Option<usize>),
    /// Hours pass.
    Passed(usize),
    /// rank-products runs: with time for so many steps.
    Ranked(usize),
    /// The setting of the half-life changes.
    HalfLife(usize),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let event = (0..EVENTS.len(), 0..REFERENCES, 0..AGES.len(), 1..14_usize);
    let happening = prop_oneof![
        4 => prop::collection::vec(event, 1..8).prop_map(Happening::Recorded),
        4 => prop::collection::vec(any::<Index>(), 1..40).prop_map(Happening::Scored),
        1 => (0..EVENTS.len(), -1_000_000..1_000_000_i64).prop_map(|(event, weight)| Happening::Weighed(event, weight)),
        2 => (0..SKUS, prop::option::of(SKUS..REFERENCES)).prop_map(|(sku, product)| Happening::Led(sku, product)),
        2 => (0..PASSING.len()).prop_map(Happening::Passed),
        3 => (0..6_usize).prop_map(Happening::Ranked),
        1 => (0..HALF_LIVES.len()).prop_map(Happening::HalfLife),
    ];
    prop::collection::vec(happening, 1..16)
}

/// What all cases share, because they share a database: its clock only goes forward.
struct World {
    now: Timestamp,
    weights: BTreeMap<usize, i64>,
    half_life: u16,
}

struct Case<'s> {
    shop: &'s Shop,
    world: &'s RefCell<World>,
    references: Vec<String>,
    leads: [Option<usize>; SKUS],
    events: Vec<(usize, usize, Timestamp)>,
    ids: Vec<InteractionId>,
}

impl Case<'_> {
    async fn happen(&mut self, happening: Happening) {
        let store = self.shop.database.store();
        match happening {
            Happening::Recorded(events) => {
                let now = self.world.borrow().now;
                let events = events.into_iter().flat_map(|(event, reference, age, times)| {
                    std::iter::repeat_n((event, reference, now - SignedDuration::from_hours(AGES[age])), times)
                });
                let events: Vec<_> = events.collect();
                let item = |&(event, reference, at): &(usize, usize, Timestamp)| NewInteraction {
                    occurred_at: Some(at),
                    ..interaction(EVENTS[event].0, &self.references[reference])
                };
                self.ids.extend(self.shop.database.record(&events.iter().map(item).collect::<Vec<_>>()).await);
                self.events.extend(events);
            }
            Happening::Scored(order) if !self.ids.is_empty() => {
                let hinted: Vec<_> = order.iter().map(|place| *place.get(&self.ids)).collect();
                popularity::apply(&store, &hinted).await.unwrap();
            }
            Happening::Scored(_) => {}
            Happening::Weighed(event, micros) => self.weigh(event, micros).await,
            Happening::Led(sku, product) => {
                let to = product.map(|product| self.references[product].as_str());
                let mut transaction = store.begin().await.unwrap();
                popularity::remap_skus(&mut transaction, &[(self.references[sku].as_str(), to)]).await.unwrap();
                transaction.commit().await.unwrap();
                self.leads[sku] = product;
            }
            Happening::Passed(hours) => self.world.borrow_mut().now += SignedDuration::from_hours(PASSING[hours]),
            Happening::Ranked(steps) => {
                let asked = RefCell::new(0);
                self.rank(|| asked.replace_with(|asked| *asked + 1) < steps).await;
            }
            Happening::HalfLife(place) => self.world.borrow_mut().half_life = HALF_LIVES[place],
        }
    }

    async fn weigh(&self, event: usize, micros: i64) {
        let mut client = self.shop.database.connect().await;
        let event_type = EVENTS[event].0.parse().unwrap();
        let change = Change { event_type, weight: Micros(micros), counter: None, trusted: None, cap: None };
        weight::set(&mut client, &[change], std::time::Duration::from_secs(5)).await.unwrap();
        self.world.borrow_mut().weights.insert(event, micros);
    }

    async fn rank(&self, has_time: impl Fn() -> bool) {
        let (now, half_life) = (self.world.borrow().now, self.world.borrow().half_life);
        let basis = Basis { half_life: HalfLife::of_hours(half_life).unwrap(), announced_only: AnnouncedOnly::False };
        rank_products::rank(&self.shop.database.store(), (basis, PushLimits::default()), now, has_time).await.unwrap();
    }

    /// What counts for a reference: everything that names it, or a SKU that leads to it; nothing if it leads elsewhere.
    fn of(&self, product: usize) -> Vec<Weighed> {
        let world = self.world.borrow();
        let leads = |reference: usize| self.leads.get(reference).copied().flatten().unwrap_or(reference);
        let own = self.events.iter().filter(|(_, reference, _)| leads(*reference) == product);
        own.filter_map(|(event, _, at)| world.weights.get(event).map(|weight| (*at, *weight))).collect()
    }

    /// Compares the current generation with the naive recount, when everything is scored and ranked.
    async fn check(&self) {
        let (now, half_life) = (self.world.borrow().now, i64::from(self.world.borrow().half_life));
        let store = self.shop.database.store();
        let mut rows = Vec::new();
        for (product, id) in self.references.iter().enumerate() {
            let events = self.of(product);
            let expected = naive::standing(&events, now, half_life);
            let score: i64 = events.iter().map(|(_, weight)| weight).sum();
            rows.push((id.clone(), score, expected));
            // A SKU that leads to a product is answered with it.
            if self.leads.get(product).copied().flatten().is_some() {
                continue;
            }
            let found = steps::get(&store, &id.parse().unwrap()).await.unwrap();
            match found {
                Some(found) => assert_eq!(found.ranks.map(|ranks| ranks.standing), Some(expected), "{product}"),
                None => assert_eq!(events, [], "{product} has events and no score"),
            }
        }
        for list in RankList::ALL {
            self.check_list(list, &rows).await;
        }
    }

    async fn check_list(&self, list: RankList, rows: &[(String, i64, steps::Standing)]) {
        let value = |score: i64, standing: &steps::Standing| match list {
            RankList::Alltime => score,
            RankList::Trending => standing.trend.map_or(0, |key| key.0),
            RankList::Hour => standing.points[0].0,
            RankList::Day => standing.points[1].0,
            RankList::Week => standing.points[2].0,
            RankList::Month => standing.points[3].0,
            RankList::Rising => standing.rising.map_or(0, |growth| growth.0),
        };
        let mut expected: Vec<_> = rows.iter().map(|(id, score, row)| (-value(*score, row), id.clone())).collect();
        expected.retain(|(value, _)| *value < 0);
        expected.sort();
        let store = self.shop.database.store();
        let page = steps::list(&store, (list, &RankScope::Shop), None, 100_000).await.unwrap().unwrap().1;
        let own = page.iter().filter(|row| self.references.iter().any(|id| id == row.id.as_str()));
        let found: Vec<_> = own.map(|row| (-row.value, row.id.as_str().to_owned())).collect();
        assert_eq!(found, expected, "{list:?}");
    }
}

async fn run(shop: &Shop, world: &RefCell<World>, happenings: Vec<Happening>) {
    // Separate references, so that the cases can share one database.
    let references: Vec<_> = (0..REFERENCES).map(|_| Uuid::now_v7().to_string()).collect();
    let rows: Vec<_> = references.iter().map(|reference| format!("('{reference}')")).collect();
    shop.database.execute(&format!("INSERT INTO analytic.product_reference VALUES {}", rows.join(", "))).await;
    let mut case = Case { shop, world, references, leads: [None; SKUS], events: Vec::new(), ids: Vec::new() };
    for happening in happenings {
        case.happen(happening).await;
    }
    popularity::apply(&shop.database.store(), &case.ids).await.unwrap();
    case.rank(|| true).await;
    case.check().await;
}

#[test]
fn any_order_of_events_weights_mappings_hours_and_runs_gives_the_naive_recount() {
    let runtime = Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    let weights = (0..).zip(EVENTS).filter_map(|(place, (_, weight))| Some((place, weight?))).collect();
    let world = World { now: super::at("2026-11-20T12:30:00Z"), weights, half_life: 24 };
    let world = RefCell::new(world);
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&happenings(), |happenings| {
        runtime.block_on(run(&shop, &world, happenings));
        Ok(())
    });
    checked.unwrap();
    // The database goes before the runtime that its connection runs on.
    drop(shop);
}
