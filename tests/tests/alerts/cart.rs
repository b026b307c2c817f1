//! Abandoned carts, found by the daily run and not sent as alerts.

use std::collections::BTreeMap;

use cross_tests::fraud::{project, start_projecting};
use cross_tests::shop::Shop;
use jiff::{SignedDuration, Timestamp};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::Function;

use crate::NAMES;

const ABANDONED_AFTER_HOURS: i64 = 24;

fn account(number: u32) -> String {
    format!("{number:08x}-abcd-4000-8000-000000000000")
}

fn product(number: u32) -> String {
    format!("{number:08x}-dcba-4000-8000-000000000000")
}

/// An instant before the current full hour.
fn before_now(age: SignedDuration) -> Timestamp {
    let now = Timestamp::now().as_second();
    Timestamp::from_second(now - now % 3_600).unwrap() - age
}

fn hours_ago(hours: i64) -> Timestamp {
    before_now(SignedDuration::from_hours(hours))
}

/// An event of an account with a product.
type Event = (u32, u32, &'static str, Timestamp);

async fn insert(shop: &Shop, events: &[Event]) {
    for part in events.chunks(5_000) {
        let row = |(who, what, event, at): &Event| {
            format!(
                "(gen_random_uuid(), gen_random_uuid(), '{}', 'Product', '{}', '{event}', '{at}', '{at}')",
                account(*who),
                product(*what)
            )
        };
        let rows: Vec<_> = part.iter().map(row).collect();
        let columns = "origin, event_id, account_id, ref_type, ref_id, event_type, occurred_at, date_created";
        let insert = format!("INSERT INTO analytic.interaction ({columns}) VALUES {}", rows.join(", "));
        shop.database.execute(&insert).await;
    }
}

async fn start_judge_carts(shop: &Shop) -> Function {
    shop.start("judge-carts", &[("ABANDONED_CART_HOURS", &ABANDONED_AFTER_HOURS.to_string())]).await
}

/// Evaluates carts and returns the findings: subject, window, evidence.
async fn found(shop: &Shop) -> BTreeMap<(String, String), Value> {
    start_judge_carts(shop).await.invoke(&json!({})).await.answer();
    let rows = shop.database.rows("SELECT subject, window_name, evidence FROM analytic.finding ORDER BY 1, 2").await;
    let read = |row: &String| {
        let mut parts = row.splitn(3, " | ");
        let mut part = || parts.next().unwrap().to_owned();
        ((part(), part()), serde_json::from_str(&part()).unwrap())
    };
    rows.iter().map(read).collect()
}

async fn subjects(shop: &Shop) -> Vec<String> {
    found(shop).await.into_keys().map(|(subject, _)| subject).collect()
}

#[tokio::test]
async fn a_cart_is_left_once_however_often_it_is_evaluated() {
    let shop = Shop::open().await;
    let row = |account: u32, product: u32, event: &str, hours: u32| {
        format!(
            "('{account:08}-0000-4000-8000-000000000000', 'Product', '{product:08}-0000-4000-8000-000000000000', '{event}', {hours})"
        )
    };
    let rows = [
        row(1, 1, "add_to_cart", 40),
        row(2, 1, "add_to_cart", 40),
        row(2, 1, "purchase", 20),
        row(3, 1, "add_to_cart", 40),
        row(3, 1, "purchase", 15),
        row(4, 1, "add_to_cart", 40),
        row(4, 1, "remove_from_cart", 39),
        row(5, 1, "add_to_cart", 20),
    ];
    let insert = format!(
        "INSERT INTO analytic.interaction (origin, event_id, account_id, ref_type, ref_id, event_type, occurred_at, date_created)
         SELECT gen_random_uuid(), gen_random_uuid(), account::uuid, ref_type, ref_id, event_type, at.hour, at.hour
         FROM (VALUES {}) AS given (account, ref_type, ref_id, event_type, hours),
              LATERAL (SELECT date_trunc('hour', now()) - make_interval(hours => hours)) AS at (hour)",
        rows.join(", ")
    );
    shop.database.execute(&insert).await;
    let mut function = shop.start("judge-carts", &[("ABANDONED_CART_HOURS", "24")]).await;
    for _ in 0..2 {
        assert_eq!(function.invoke(&json!({})).await.answer(), json!({ "carts_left": 2 }));
    }
    let found = shop.database.rows(NAMES).await;
    let subjects: Vec<_> = found.iter().map(|row| row.split(" | ").nth(1).unwrap()).collect();
    let account = |account: u32| format!("account:{account:08}-0000-4000-8000-000000000000");
    assert_eq!(subjects, [account(1), account(3)], "{found:?}");
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending_alert").await, 0);
}

#[tokio::test]
async fn who_is_erased_while_carts_are_read_gets_no_finding() {
    let shop = Shop::open().await;
    let carts: Vec<_> = (1..=3).map(|who| (who, 1, "add_to_cart", hours_ago(40))).collect();
    insert(&shop, &carts).await;
    // the carts are read, and the run waits for a step of an erasure
    let mut holder = shop.database.connect().await;
    let erasure = holder.transaction().await.unwrap();
    erasure.execute("SELECT pg_advisory_xact_lock(hashtext('analytic.erasure'))", &[]).await.unwrap();
    let erasing = async {
        shop.wait_for_a_lock_wait().await;
        let anonymize =
            format!("UPDATE analytic.interaction SET account_id = NULL WHERE account_id = '{}'", account(1));
        let begin = format!(
            "INSERT INTO analytic.erasure (id, named_by, requested_by, linked, date_created)
             VALUES ('{0}', 'account', 'test', '{{}}', now());
             INSERT INTO analytic.erasure_identity (erasure_id, kind, identity) VALUES ('{0}', 'account', '{0}')",
            account(2)
        );
        erasure.batch_execute(&format!("{anonymize}; {begin}")).await.unwrap();
        erasure.commit().await.unwrap();
    };
    let (subjects, ()) = tokio::join!(subjects(&shop), erasing);
    assert_eq!(subjects, [format!("account:{}", account(3))], "the first is erased, the second is being erased");
}

/// The event of an order with one line.
fn placed(order: &str, customer: &Value, item: &str, at: Timestamp) -> Value {
    let mut event = json!({
        "event": "OrderCreated", "timestamp": at, "orderId": order,
        "items": [{ "productId": item, "quantity": 1, "price": "10.00" }],
    });
    event.as_object_mut().unwrap().extend(customer.as_object().unwrap().clone());
    event
}

#[tokio::test]
async fn what_was_ordered_is_not_left_however_the_order_names_customer_and_product() {
    let shop = Shop::open().await;
    let carts: Vec<_> = (1..=9).map(|who| (who, who, "add_to_cart", hours_ago(40))).collect();
    insert(&shop, &carts).await;
    let ordered_at = hours_ago(40) + SignedDuration::from_hours(ABANDONED_AFTER_HOURS);
    let email = |who: u32| json!({ "userEmail": format!("Shopper-{who}@example.com") });
    let known = |who: u32| {
        let address = format!("shopper-{who}@example.com");
        json!({ "event": "user.created", "timestamp": hours_ago(900), "userId": account(who), "userEmail": address })
    };
    let sku = json!({ "event": "product.created", "timestamp": hours_ago(900), "productId": product(3), "skuIds": ["sku-3"] });
    let events = [
        // by the account's id; the product was never announced
        placed("o-1", &json!({ "customerId": account(1) }), &product(1), ordered_at),
        // the same in capitals, and the product too
        placed("o-2", &json!({ "customerId": account(2).to_uppercase() }), &product(2).to_uppercase(), ordered_at),
        // a SKU of the product
        sku,
        placed("o-3", &json!({ "customerId": account(3) }), "sku-3", ordered_at),
        // by an address that another event named with the account
        known(4),
        placed("o-4", &email(4), &product(4), ordered_at),
        // by an address that the order itself names with the account, and then another order by the address alone
        placed(
            "o-5a",
            &json!({ "userId": account(5), "userEmail": "shopper-5@example.com" }),
            &product(99),
            ordered_at,
        ),
        placed("o-5b", &email(5), &product(5), ordered_at),
        // abandoned: an address that no event named with the account
        placed("o-6", &email(6), &product(6), ordered_at),
        // abandoned: another product, another customer, too late
        placed("o-7", &json!({ "customerId": account(7) }), &product(99), ordered_at),
        known(8),
        placed("o-8", &email(9), &product(8), ordered_at),
        placed("o-9", &json!({ "customerId": account(9) }), &product(9), ordered_at + SignedDuration::from_secs(1)),
    ];
    project(&mut start_projecting(&shop).await, &events).await;
    let left: Vec<_> = [6, 7, 8, 9].map(|who| format!("account:{}", account(who))).into();
    let mut carts = subjects(&shop).await;
    carts.retain(|subject| subject.starts_with("account:"));
    assert_eq!(carts, left);
    let links = shop.database.rows("SELECT customer_key, address_key FROM analytic.customer_link ORDER BY 1").await;
    assert_eq!(links.len(), 3, "{links:?}");
    assert!(links.iter().all(|link| !link.contains('@')), "addresses are hashed: {links:?}");
}

#[tokio::test]
async fn a_sku_in_a_cart_is_bought_by_its_product() {
    let shop = Shop::open().await;
    insert(&shop, &[1, 2, 3].map(|who| (who, who, "add_to_cart", hours_ago(40)))).await;
    shop.database.execute("UPDATE analytic.interaction SET ref_id = 'sku-' || left(ref_id, 8)").await;
    let known = |number: u32| {
        let skus = [format!("sku-{number:08x}"), format!("red-{number:08x}")];
        json!({ "event": "product.created", "timestamp": hours_ago(1), "productId": product(number), "skuIds": skus })
    };
    let order =
        |who: u32, item: &str| placed(&format!("o-{who}"), &json!({ "customerId": account(who) }), item, hours_ago(39));
    // The first is bought as another SKU of the product; the second has no product event; the third is not bought.
    let events = [order(1, "red-00000001"), known(1), order(2, &product(2)), known(3)];
    project(&mut start_projecting(&shop).await, &events).await;
    let found = found(&shop).await;
    let left: Vec<_> = found.iter().map(|((who, _), evidence)| (who.clone(), evidence["products"].clone())).collect();
    let expected = [(2, "sku-00000002".to_owned()), (3, product(3))]
        .map(|(who, what)| (format!("account:{}", account(who)), json!([what])));
    assert_eq!(left, expected);
}

#[tokio::test]
async fn many_items_of_a_script_are_bounded_and_nobody_else_suffers() {
    let shop = Shop::open().await;
    let noon = before_now(SignedDuration::from_hours(40));
    // everything within one hour, whose day has at least this many seconds left
    let mut events: Vec<Event> =
        (0..1_500_u32).map(|n| (1, n, "add_to_cart", noon + SignedDuration::from_millis(i64::from(n)))).collect();
    // one product that is added and removed repeatedly, and remains in the cart
    events.extend((0..3_000_u32).map(|n| {
        (
            2,
            7,
            if n % 2 == 0 { "add_to_cart" } else { "remove_from_cart" },
            noon + SignedDuration::from_millis(i64::from(n)),
        )
    }));
    events.push((3, 1, "add_to_cart", noon));
    insert(&shop, &events).await;
    let found = found(&shop).await;
    let evidence: BTreeMap<_, _> = found.into_iter().map(|((subject, _), evidence)| (subject, evidence)).collect();
    let of = |who: u32| evidence.get(&format!("account:{}", account(who)));
    let script = of(1).unwrap();
    assert_eq!(script["product_count"], 1_000, "the first ones of the day");
    let listed: Vec<_> = (0..20).map(|number| json!(product(number))).collect();
    assert_eq!(script["products"], json!(listed));
    assert_eq!(of(2), None, "each was taken out again");
    assert_eq!(of(3).unwrap()["products"], json!([product(1)]));
}

/// The rule, naively: for every item, look at everything that happened later.
fn recount(events: &[Event]) -> BTreeMap<(String, String), Value> {
    let (from, to) = (hours_ago(ABANDONED_AFTER_HOURS + 6 + 48), hours_ago(ABANDONED_AFTER_HOURS + 6));
    let mut left: BTreeMap<(String, String), Vec<(Timestamp, u32)>> = BTreeMap::new();
    for (who, what, _, at) in
        events.iter().filter(|(_, _, event, at)| *event == "add_to_cart" && (from..to).contains(at))
    {
        let settles = |(other, product, event, later): &&Event| {
            other == who
                && product == what
                && ["purchase", "remove_from_cart"].contains(event)
                && (0..=ABANDONED_AFTER_HOURS * 3_600_000)
                    .contains(&later.duration_since(*at).as_millis().try_into().unwrap())
        };
        if events.iter().find(settles).is_none() {
            let hour = at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H").to_string();
            left.entry((format!("account:{}", account(*who)), hour)).or_default().push((*at, *what));
        }
    }
    let evidence = |items: Vec<(Timestamp, u32)>| {
        let products: std::collections::BTreeSet<_> = items.iter().map(|(_, what)| *what).collect();
        let (from, to) = (items.iter().min().unwrap().0, items.iter().max().unwrap().0);
        let listed: Vec<_> = products.iter().take(20).map(|what| product(*what)).collect();
        json!({ "product_count": products.len(), "from": from, "to": to, "products": listed })
    };
    left.into_iter().map(|(name, items)| (name, evidence(items))).collect()
}

#[tokio::test]
async fn carts_are_those_of_a_plain_recount() {
    for seed in 0..3 {
        let shop = Shop::open().await;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut event = || {
            let names = ["add_to_cart", "add_to_cart", "remove_from_cart", "purchase", "view"];
            // Whole minutes, so that some events are at the same instant, also at the boundaries of the evaluated time.
            let age = SignedDuration::from_mins(random.random_range(0..90 * 60));
            (
                random.random_range(1..4),
                random.random_range(1..30),
                *names.choose(&mut random).unwrap(),
                before_now(age),
            )
        };
        let events: Vec<Event> = (0..1_500).map(|_| event()).collect();
        insert(&shop, &events).await;
        let expected = recount(&events);
        assert!(expected.len() > 20, "{}", expected.len());
        assert_eq!(found(&shop).await, expected, "seed {seed}");
    }
}
