//! However the events are delivered, every response of every route has the same bytes, and every table the same rows.

use cross_tests::history::history;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use super::{Setup, admin, in_two_currencies, seller};

/// A grid of queries: every route, size, currency and order, for the shop and each seller.
fn questions() -> Vec<testkit::HttpEvent> {
    let mut questions = sales_questions();
    for currency in ["", "&currency=EUR", "&currency=USD"] {
        for tz in ["UTC", "Asia/Kathmandu", "America/New_York"] {
            let of_money = |target: &str| of_admin(&format!("/api/analytics/{target}tz={tz}{currency}"));
            questions.push(of_money("dashboard?"));
            for days in
                ["from=2026-11-16&to=2026-11-19", "from=2026-11-17&to=2026-11-18", "from=2026-11-01&to=2026-11-30"]
            {
                questions
                    .extend(["revenue", "revenue/payment-methods"].map(|route| of_money(&format!("{route}?{days}&"))));
                let counts = ["users", "events"];
                questions.extend(counts.map(|route| of_admin(&format!("/api/analytics/{route}?{days}&tz={tz}"))));
            }
            for (start, end) in [("2026-11-10", "2026-11-30"), ("2026-11-17", "2026-11-18")] {
                let range = format!("start={start}T00:00:00Z&end={end}T00:00:00Z&tz={tz}{currency}");
                let target = format!("/api/v1/analytic/seller-dashboard?{range}");
                questions.extend(SELLERS.map(|id| testkit::HttpEvent::new("GET", &target).claim("sub", id)));
            }
        }
    }
    questions.push(of_admin("/api/analytics/orders"));
    questions
}

/// The sellers of the history, and one without sales.
const SELLERS: [&str; 5] = ["seller-0", "seller-1", "seller-2", "seller-3", "seller-9"];

fn of_admin(target: &str) -> testkit::HttpEvent {
    testkit::HttpEvent::new("GET", target).claim("sub", "an-admin").claim("cognito:groups", "[admin]")
}

fn sales_questions() -> Vec<testkit::HttpEvent> {
    let mut targets = Vec::new();
    for currency in ["", "&currency=EUR", "&currency=USD"] {
        for (size, start) in
            [("1m", "2026-11-17T10:00:00Z"), ("5m", "2026-11-15T12:00:00Z"), ("1h", "2026-11-15T00:00:00Z")]
        {
            targets.push(format!("windows?size={size}&start={start}&end=2026-11-18T09:00:00Z{currency}"));
        }
        for tz in ["UTC", "Asia/Kathmandu", "America/New_York"] {
            targets
                .push(format!("windows?size=1d&start=2026-11-10T00:00:00Z&end=2026-11-20T00:00:00Z&tz={tz}{currency}"));
        }
        for (window, end) in
            [("1d", "2026-11-18T09:03:00Z"), ("1h", "2026-11-17T21:07:00Z"), ("5m", "2026-11-16T12:00:00Z")]
        {
            for by in ["quantity", "revenue"] {
                targets.push(format!("top-products?window={window}&end={end}&by={by}&limit=100{currency}"));
            }
        }
    }
    let own: Vec<_> = SELLERS.into_iter().flat_map(|id| targets.iter().map(move |target| seller(id, target))).collect();
    for currency in ["", "currency=EUR", "currency=USD"] {
        for by in ["quantity", "revenue"] {
            targets.push(format!("categories?window=1d&end=2026-11-18T09:03:00Z&by={by}&limit=100&{currency}"));
        }
        targets.push(format!("customer-segments?{currency}"));
        targets.push(format!("months?months=12&tz=Asia/Ho_Chi_Minh&{currency}"));
    }
    targets.iter().map(|target| admin(target)).chain(own).collect()
}

async fn answers(setup: &mut Setup) -> Vec<String> {
    let mut answers = Vec::new();
    for question in questions() {
        let reply = setup.ask(&question).await;
        assert_eq!(reply.status, 200, "{reply:?} to {question:?}");
        answers.push(reply.body);
    }
    answers
}

/// Delivers events to a new shop: shuffled, some of them again, split at random.
async fn shuffled(events: &[String], seed: u64) -> Setup {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut sent = events.to_vec();
    let again = random.random_range(events.len() / 4..events.len());
    sent.extend(events.sample(&mut random, again).cloned());
    sent.shuffle(&mut random);
    let setup = Setup::open().await;
    let mut projection = setup.shop.start().await;
    setup.shop.send_in_batches(&mut projection, &sent, || random.random_range(1..=100)).await;
    setup
}

#[tokio::test]
async fn shuffled_repeated_and_split_deliveries_are_answered_with_the_same_bytes() {
    for seed in 20..22 {
        let events = in_two_currencies(&history(seed, 120));
        let mut ordered = Setup::open().await;
        ordered.send_events(&events).await;
        let (expected, rows) = (answers(&mut ordered).await, ordered.shop.state().await);
        let sold =
            expected.iter().filter(|answer| answer.contains("\"items\":") || answer.contains("\"orders\":1")).count();
        assert!(sold > expected.len() / 3, "{sold} of {} answers have something to tell", expected.len());
        for delivery in 1..4 {
            let mut setup = shuffled(&events, seed * 100 + delivery).await;
            for (question, (answer, expected)) in
                questions().iter().zip(answers(&mut setup).await.iter().zip(&expected))
            {
                assert_eq!(answer, expected, "seed {seed}, delivery {delivery}: {question:?}");
            }
            assert_eq!(setup.shop.state().await, rows, "seed {seed}, delivery {delivery}");
            setup.shop.assert_exact().await;
        }
    }
}
