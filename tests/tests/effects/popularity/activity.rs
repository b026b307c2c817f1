//! Whatever happens and in which order, what is counted, scored, explained and shown by time equals a naive count.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cross_tests::shop::Shop;
use domain::{InteractionId, Micros, NewInteraction, ProductId, Step, TimeSpan, Zone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use store::activity::{self, Counts, Fold, Pass};
use store::popularity;
use store::weight::{self, Change};
use testkit::interaction;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::weight::WEIGHTS;

/// The events of a case; the last one gets a weight only when a step gives it one.
const EVENTS: [&str; 4] = ["view", "purchase", "remove_from_cart", "wishlist_shared"];
/// How long before today (UTC) began an event happened, in hours: near the ends of what stays an hour and a day.
const HOURS: [i64; 13] = [
    0,
    1,
    2,
    30,
    24 * 7,
    24 * 35,
    24 * 35 + 1,
    24 * 35 + 2,
    24 * 36 + 1,
    24 * 800,
    24 * 800 + 1,
    24 * 801 + 1,
    24 * 900,
];
/// The references of a case: two SKUs, then two products.
const REFERENCES: usize = 4;

/// What happens in a case.
#[derive(Debug, Clone)]
enum Happening {
    /// Events are recorded: of this type, with this reference, so long ago.
    Recorded(Vec<(usize, usize, usize)>),
    /// Hints come in, in any order, with repetitions, split into batches.
    Scored(Vec<Index>, usize),
    /// A weight changes.
    Weighed(usize, i64),
    /// A SKU gets a product, or loses it.
    Led(usize, Option<usize>),
    /// What is old enough is folded.
    Folded,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let event = (0..EVENTS.len(), 0..REFERENCES, 0..HOURS.len());
    let happening = prop_oneof![
        4 => prop::collection::vec(event, 1..12).prop_map(Happening::Recorded),
        4 => (prop::collection::vec(any::<Index>(), 1..30), 1..8_usize)
            .prop_map(|(order, size)| Happening::Scored(order, size)),
        1 => (0..EVENTS.len(), -1_000_000..1_000_000_i64).prop_map(|(event, weight)| Happening::Weighed(event, weight)),
        2 => (0..2_usize, prop::option::of(2..REFERENCES)).prop_map(|(sku, product)| Happening::Led(sku, product)),
        1 => Just(Happening::Folded),
    ];
    prop::collection::vec(happening, 1..14)
}

/// An event: type, reference, time.
type Event = (usize, usize, Timestamp);

/// One case, told to the product and to the naive count.
struct Case<'s> {
    shop: &'s Shop,
    today: Timestamp,
    weights: &'s RefCell<BTreeMap<usize, i64>>,
    references: Vec<String>,
    leads: [Option<usize>; 2],
    events: Vec<Event>,
    ids: Vec<InteractionId>,
}

impl Case<'_> {
    async fn happen(&mut self, happening: Happening) {
        let store = self.shop.database.store();
        match happening {
            Happening::Recorded(events) => {
                let at = |hours: usize| self.today - SignedDuration::from_hours(HOURS[hours]);
                let events: Vec<Event> =
                    events.into_iter().map(|(event, reference, hours)| (event, reference, at(hours))).collect();
                let item = |&(event, reference, at): &Event| NewInteraction {
                    occurred_at: Some(at),
                    ..interaction(EVENTS[event], &self.references[reference])
                };
                let items: Vec<_> = events.iter().map(item).collect();
                self.ids.extend(self.shop.database.record(&items).await);
                self.events.extend(events);
            }
            Happening::Scored(order, size) if !self.ids.is_empty() => {
                let hinted: Vec<_> = order.iter().map(|place| *place.get(&self.ids)).collect();
                for batch in hinted.chunks(size) {
                    popularity::apply(&store, batch).await.unwrap();
                }
            }
            Happening::Scored(..) => {}
            Happening::Weighed(event, micros) => {
                let mut client = self.shop.database.connect().await;
                let change = Change {
                    event_type: EVENTS[event].parse().unwrap(),
                    weight: Micros(micros),
                    counter: None,
                    trusted: None,
                    cap: None,
                };
                weight::set(&mut client, &[change], std::time::Duration::from_secs(5)).await.unwrap();
                self.weights.borrow_mut().insert(event, micros);
            }
            Happening::Led(sku, product) => {
                let to = product.map(|product| self.references[product].as_str());
                let mut transaction = store.begin().await.unwrap();
                popularity::remap_skus(&mut transaction, &[(self.references[sku].as_str(), to)]).await.unwrap();
                transaction.commit().await.unwrap();
                self.leads[sku] = product;
            }
            Happening::Folded => fold(&store).await,
        }
    }

    /// Everything that names a product, or a SKU that leads to it.
    fn of(&self, product: usize) -> Vec<Event> {
        let leads = |reference: usize| self.leads.get(reference).copied().flatten().unwrap_or(reference);
        self.events.iter().filter(|(_, reference, _)| leads(*reference) == product).copied().collect()
    }

    /// The stored rows of the case, and what they must be when everything is scored and folded.
    async fn activity(&self) -> (Vec<String>, Vec<String>) {
        let names: Vec<_> = self.references.iter().map(|name| format!("'{name}'")).collect();
        let stored = format!(
            "SELECT reference, grain, CASE grain WHEN 'total' THEN 0 ELSE extract(epoch FROM bucket)::bigint END, event_type,
                    counted, capped, excluded
             FROM analytic.activity WHERE reference IN ({})",
            names.join(", ")
        );
        let mut stored = self.shop.database.rows(&stored).await;
        stored.sort();
        let mut counted = BTreeMap::new();
        for (event, reference, at) in &self.events {
            let days = |days: i64| self.today - SignedDuration::from_hours(24 * days);
            let floor = |seconds: i64| at.as_second().div_euclid(seconds) * seconds;
            let (grain, bucket) = match at {
                at if *at >= days(35) => ("hour", floor(3_600)),
                at if *at >= days(800) => ("day", floor(86_400)),
                _ => ("total", 0),
            };
            *counted.entry((&self.references[*reference], grain, bucket, EVENTS[*event])).or_insert(0) += 1;
        }
        let line = |((reference, grain, bucket, event), count): (_, i32)| {
            let (reference, grain, bucket, event): (&String, &str, i64, &str) = (reference, grain, bucket, event);
            format!("{reference} | {grain} | {bucket} | {event} | {count} | 0 | 0")
        };
        let mut lines: Vec<_> = counted.into_iter().map(line).collect();
        lines.sort();
        (stored, lines)
    }

    fn points(&self, event: usize, count: i64) -> i64 {
        self.weights.borrow().get(&event).map_or(0, |weight| weight * count)
    }

    /// Compares the score, the explanation and the history of one product with the events.
    async fn check_product(&self, product: usize) {
        let store = self.shop.database.store();
        let id: ProductId = self.references[product].parse().unwrap();
        let events = self.of(product);
        let count = |event: usize| i64::try_from(events.iter().filter(|(kind, ..)| *kind == event).count()).unwrap();
        let score: i64 = (0..EVENTS.len()).map(|event| self.points(event, count(event))).sum();
        let row = store::rank::get(&store, &id).await.unwrap().map(|ranked| ranked.popularity);
        let counters = row.as_ref().map(|row| [row.view_count, row.purchase_count, row.cart_count]);
        assert_eq!(row.map_or(0, |row| row.score_micros.0), score);
        assert_eq!(counters.unwrap_or_default(), [count(0), count(1), count(2)]);

        let Some(explained) = activity::explain(&store, &id).await.unwrap() else {
            return assert!(events.is_empty());
        };
        assert_eq!((explained.id, explained.score), (id.clone(), Micros(score)));
        let parts = explained.events.iter().map(|part| part.counts.counted * part.weight.map_or(0, |weight| weight.0));
        assert_eq!(parts.sum::<i64>(), score, "the parts add up");
        for (event, name) in EVENTS.iter().enumerate() {
            let part = explained.events.iter().find(|part| part.event_type == *name);
            assert_eq!(part.map_or(0, |part| part.counts.counted), count(event), "{name}");
        }
        self.check_history(&id, &events, Step::Hour, 35).await;
        self.check_history(&id, &events, Step::Day, 800).await;
    }

    async fn check_history(&self, id: &ProductId, events: &[Event], step: Step, days: i64) {
        let span = TimeSpan {
            start: self.today - SignedDuration::from_hours(24 * days),
            end: self.today + SignedDuration::from_hours(24),
        };
        let steps: Vec<_> = domain::split(span, step, &Zone::UTC).into_iter().map(|(_, step)| step).collect();
        let store = self.shop.database.store();
        let (_, found) = activity::list(&store, id, &steps, step == Step::Day).await.unwrap().unwrap();
        for (step, found) in steps.iter().zip(found) {
            let inside = events.iter().filter(|(.., at)| *at >= step.start && *at < step.end);
            let (mut counted, mut points) = (0, 0);
            for (event, ..) in inside {
                counted += 1;
                points += self.points(*event, 1);
            }
            let expected = (Counts { counted, capped: 0, excluded: 0 }, Micros(points));
            assert_eq!((found.counts, found.points), expected, "{step:?}");
        }
    }
}

async fn fold(store: &store::Database) {
    for kind in Fold::ALL {
        let mut pass = Pass::default();
        while !pass.complete {
            activity::fold(store, kind, &mut pass).await.unwrap();
        }
    }
}

async fn run(shop: &Shop, weights: &RefCell<BTreeMap<usize, i64>>, happenings: Vec<Happening>) {
    // Separate references, so that the cases can share one database.
    let references: Vec<_> = (0..REFERENCES).map(|_| Uuid::now_v7().to_string()).collect();
    let rows: Vec<_> = references.iter().map(|reference| format!("('{reference}')")).collect();
    shop.database.execute(&format!("INSERT INTO analytic.product_reference VALUES {}", rows.join(", "))).await;
    let today = Step::Day.start(Timestamp::now(), &Zone::UTC);
    let mut case = Case { shop, today, weights, references, leads: [None; 2], events: Vec::new(), ids: Vec::new() };
    for happening in happenings {
        case.happen(happening).await;
    }
    // What is still outstanding, then everything once more; and what was late is folded.
    let store = shop.database.store();
    for _ in 0..2 {
        popularity::apply(&store, &case.ids).await.unwrap();
    }
    fold(&store).await;
    let (stored, counted) = case.activity().await;
    assert_eq!(stored, counted);
    for product in 0..REFERENCES {
        // A SKU that leads to a product is answered with it.
        if case.leads.get(product).copied().flatten().is_none() {
            case.check_product(product).await;
        }
    }
}

#[test]
fn any_order_of_events_hints_weights_mappings_and_folds_gives_the_naive_count() {
    let runtime = Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    let of = |event: &&str| WEIGHTS.iter().find(|(name, ..)| name == event).map(|(_, micros, _)| *micros);
    let weights = (0..).zip(&EVENTS).filter_map(|(place, event)| Some((place, of(event)?))).collect();
    let weights = RefCell::new(weights);
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&happenings(), |happenings| {
        runtime.block_on(run(&shop, &weights, happenings));
        Ok(())
    });
    checked.unwrap();
    // The database goes before the runtime that its connection runs on.
    drop(shop);
}
