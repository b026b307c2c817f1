use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use contracts::{AddressKey, Intake, read_shop_event};
use domain::{
    Amount, Attributions, Fact, OrderContent, OrderLine, OrderState, OrderStatus, PaymentStatus, ShopEvent, Subject,
};

use super::*;
use crate::simulate::identity::ProductIds;

fn plan(seed: u64, orders: usize) -> Plan {
    let until = "2026-11-21T10:20:30Z".parse().unwrap();
    Plan {
        seed,
        run: "monday".to_owned(),
        orders,
        until,
        days: 30,
        products: 200,
        product_ids: ProductIds::Uuid,
        customers: 400,
    }
}

fn bodies(shop: &Shop) -> Vec<String> {
    shop.events.iter().map(|event| event.body.to_string()).collect()
}

/// Parses every event as the API does, each once.
fn read(shop: &Shop, until: Timestamp) -> Vec<ShopEvent> {
    let address_key = AddressKey::new(1, "a secret of the tests").unwrap();
    let intake = Intake { currency: "EUR".parse().unwrap(), address_key };
    let mut seen = HashSet::new();
    let events = shop.events.iter().map(|event| {
        let body = event.body.to_string();
        let read = read_shop_event(&body, &intake, until).unwrap_or_else(|refused| panic!("{refused:?}: {body}"));
        assert_eq!(read.occurred_at, event.occurred_at);
        read
    });
    events.filter(|event| seen.insert(event.id)).collect()
}

#[test]
fn the_same_plan_is_the_same_shop_byte_for_byte() {
    let shop = Shop::open(&plan(7, 300));
    assert_eq!(shop.orders, 300);
    let again = Shop::open(&plan(7, 300));
    assert!(bodies(&shop) == bodies(&again) && shop == again);
    assert!(bodies(&shop) != bodies(&Shop::open(&plan(8, 300))));
}

#[test]
fn another_run_or_time_base_is_the_same_behaviour_of_other_customers_and_never_contradicts() {
    let shop = |run: &str, until: &str| {
        let plan = Plan { run: run.to_owned(), until: until.parse().unwrap(), ..plan(7, 300) };
        read(&Shop::open(&plan), plan.until)
    };
    let first = shop("monday", "2026-11-21T10:20:30Z");
    for other in [shop("tuesday", "2026-11-21T10:20:30Z"), shop("monday", "2026-11-22T10:20:30Z")] {
        assert_eq!(first.len(), other.len());
        let ids: HashMap<_, _> = first.iter().map(|event| (event.id, event)).collect();
        for event in &other {
            assert!(ids.get(&event.id).is_none_or(|same| *same == event), "{event:?}");
        }
        let orders = |events: &[ShopEvent]| -> BTreeSet<String> {
            let told = events.iter().filter(|event| event.fact.subject().0 == Subject::Order);
            told.map(|event| event.fact.subject().1.to_owned()).collect()
        };
        assert!(orders(&first).is_disjoint(&orders(&other)));
        let names = |events: &[ShopEvent]| events.iter().map(|event| event.fact.name()).collect::<Vec<_>>();
        assert!(names(&first) == names(&other), "the same things happen in the same order");
    }
}

#[test]
fn every_event_is_accepted_in_both_shapes_and_small() {
    let shop = Shop::open(&plan(1, 5_000));
    let events = read(&shop, plan(1, 0).until);
    let names: BTreeSet<_> = events.iter().map(|event| event.fact.name()).collect();
    let expected = [
        "comment_created",
        "inventory_reserved",
        "order_cancelled",
        "order_created",
        "order_delivered",
        "order_returned",
        "order_shipped",
        "order_status_updated",
        "order_updated",
        "order_validated",
        "payment_processed",
        "product_created",
        "rating_added",
        "rating_updated",
        "seller_created",
        "user_registered",
    ];
    assert_eq!(names, expected.into());
    let analytics = shop.events.iter().filter(|event| event.body.get("eventType").is_some()).count();
    assert!((shop.events.len() / 5..shop.events.len() / 2).contains(&analytics), "{analytics}");
    // A hundred of the largest fit into a request of 256 KiB.
    assert!(bodies(&shop).iter().all(|body| body.len() < 2_000));
}

/// What is to be paid for each order in the end, by its id.
fn totals(events: &[ShopEvent]) -> HashMap<&str, i64> {
    let mut totals = HashMap::new();
    for event in events {
        let is_edit = matches!(event.fact, Fact::OrderUpdated { .. });
        // Events may come late: an edit before its order.
        if let Some((id, content)) = content(event)
            && (is_edit || !totals.contains_key(id))
        {
            totals.insert(id, content.total.unwrap().minor(content.currency.code));
        }
    }
    totals
}

fn content(event: &ShopEvent) -> Option<(&str, &OrderContent)> {
    match &event.fact {
        Fact::OrderCreated { order_id, content } | Fact::OrderUpdated { order_id, content } => {
            Some((order_id, content))
        }
        _ => None,
    }
}

#[test]
fn an_order_comes_to_its_lines_and_charges() {
    let shop = Shop::open(&plan(2, 2_000));
    let events = read(&shop, plan(2, 0).until);
    let mut currencies: BTreeMap<String, u32> = BTreeMap::new();
    let (mut charged, mut edited) = (0, 0);
    for event in &events {
        let Some((order_id, content)) = content(event) else { continue };
        let currency = content.currency.code;
        let minor = |amount: &Option<Amount>| amount.map_or(0, |amount| amount.minor(currency));
        let lines: i64 = content.lines.iter().map(|line| line.cost().minor(currency)).sum();
        let added = minor(&content.shipping) + minor(&content.tax) + minor(&content.fee) - minor(&content.discount);
        assert!(lines > 0);
        assert_eq!(content.total.map(|total| total.minor(currency)), Some(lines + added), "{order_id}");
        charged += u32::from(added != 0);
        edited += u32::from(matches!(event.fact, Fact::OrderUpdated { .. }));
        *currencies.entry(currency.to_string()).or_default() += 1;
    }
    assert_eq!((totals(&events).len(), currencies.len()), (2_000, 3), "{currencies:?}");
    assert!((1_000..1_600).contains(&charged) && (70..130).contains(&edited), "{charged} {edited}");
}

#[test]
fn no_payment_exceeds_its_order_and_no_refund_its_payment() {
    let shop = Shop::open(&plan(2, 2_000));
    let events = read(&shop, plan(2, 0).until);
    let totals = totals(&events);
    let mut paid: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    let mut refunded: BTreeMap<&str, i64> = BTreeMap::new();
    for event in &events {
        match &event.fact {
            Fact::PaymentProcessed { order_id, amount: Some(amount), currency, payment_id, status, .. } => {
                let minor = amount.minor(currency.code);
                assert!(minor > 0 && minor <= totals[order_id.as_str()]);
                if *status == PaymentStatus::Succeeded {
                    paid.insert((order_id, payment_id.as_deref().unwrap()), minor);
                }
            }
            Fact::OrderReturned { order_id, refund: Some(refund), currency, .. } => {
                *refunded.entry(order_id).or_default() += refund.minor(currency.code);
            }
            _ => {}
        }
    }
    assert!(refunded.iter().all(|(order, minor)| *minor > 0 && *minor <= totals[order]));
    let paid: i64 = paid.values().sum();
    assert_eq!(paid, shop.money.values().map(|moved| moved.paid_minor).sum::<i64>(), "each payment once");
    assert!(shop.money.values().all(|moved| moved.refunded_minor <= moved.paid_minor));
}

#[test]
fn orders_end_in_realistic_shares() {
    let plan = Plan { days: 60, ..plan(3, 10_000) };
    let mut orders: HashMap<String, Vec<ShopEvent>> = HashMap::new();
    for event in read(&Shop::open(&plan), plan.until) {
        if let (Subject::Order, id) = event.fact.subject() {
            orders.entry(id.to_owned()).or_default().push(event);
        }
    }
    let states: Vec<_> = orders.values().map(|events| OrderState::of(events, &Attributions::new())).collect();
    let share = |wanted: &dyn Fn(&OrderState) -> bool| states.iter().filter(|state| wanted(state)).count() / 100;
    let is = |status: OrderStatus| share(&|state: &OrderState| state.status() == status);
    // In percent; those of the last days are still in progress.
    assert!((65..85).contains(&is(OrderStatus::Delivered)), "{}", is(OrderStatus::Delivered));
    assert!((5..10).contains(&is(OrderStatus::Returned)), "{}", is(OrderStatus::Returned));
    assert!((8..14).contains(&is(OrderStatus::Cancelled)), "{}", is(OrderStatus::Cancelled));
    assert!((1..4).contains(&is(OrderStatus::Rejected)), "{}", is(OrderStatus::Rejected));
    assert!((2..10).contains(&is(OrderStatus::Shipped)), "{}", is(OrderStatus::Shipped));
    let twice = share(&|state: &OrderState| state.payments.len() > 1);
    assert!((8..20).contains(&twice), "{twice}");
    let refunded = share(&|state: &OrderState| state.refunds().next().is_some());
    assert!((12..20).contains(&refunded), "{refunded}");
}

#[test]
fn some_events_come_twice_late_or_before_what_they_rest_on() {
    let shop = Shop::open(&plan(4, 1_000));
    let bodies = bodies(&shop);
    let distinct: HashSet<_> = bodies.iter().collect();
    let twice = bodies.len() - distinct.len();
    assert!((bodies.len() / 100..bodies.len() / 25).contains(&twice), "{twice} of {}", bodies.len());
    let late = shop.events.windows(2).filter(|pair| pair[0].occurred_at > pair[1].occurred_at).count();
    assert!(late > bodies.len() / 100, "{late}");

    let (mut created, mut cancelled_first) = (HashSet::new(), 0);
    let (mut products, mut bought_first) = (HashSet::new(), 0);
    for event in read(&shop, plan(4, 0).until) {
        match &event.fact {
            Fact::OrderCreated { order_id, content } => {
                created.insert(order_id.clone());
                let unknown = |line: &&OrderLine| line.seller_id.is_some() && !products.contains(&line.reference);
                bought_first += content.lines.iter().filter(unknown).count();
            }
            Fact::OrderCancelled { order_id, .. } => cancelled_first += u32::from(!created.contains(order_id)),
            Fact::ProductCreated { product_id, .. } => drop(products.insert(product_id.clone())),
            _ => {}
        }
    }
    assert!(cancelled_first >= 5 && bought_first >= 5, "{cancelled_first} {bought_first}");
}

#[test]
fn nothing_happens_after_the_time_base_and_orders_keep_to_the_days() {
    let plan = Plan { days: 3, ..plan(5, 500) };
    let shop = Shop::open(&plan);
    assert!(shop.events.iter().all(|event| event.occurred_at <= plan.until));
    let placed = read(&shop, plan.until).into_iter().filter(|event| event.fact.name() == "order_created");
    let mut days = [0_u32; 3];
    for event in placed {
        let hours = plan.until.duration_since(event.occurred_at).as_hours();
        days[usize::try_from(hours / 24).unwrap()] += 1;
    }
    assert!(days.iter().all(|count| (150..190).contains(count)), "{days:?}");
}

#[test]
fn the_smallest_shops_open() {
    for orders in [0, 1, 19, 20] {
        let shop = Shop::open(&Plan { days: 1, products: 1, customers: 1, ..plan(6, orders) });
        assert_eq!((shop.orders, shop.planted.len()), (orders, if orders < 20 { 0 } else { 3 }));
        assert_eq!(shop.best_seller().is_some(), orders > 0, "{orders}");
    }
}
