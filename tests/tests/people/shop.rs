//! A shop with two people who leave data everywhere: Jane, who will be erased, and John, who stays.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use catalog::{Catalog, FeedCatalog};
use contracts::{AddressKey, Intake};
use domain::fraud::{Evidence, Finding, FindingSubject, Rule, Window};
use domain::{
    Caller, CustomerKey, Interaction, InteractionId, Learning, Named, NewInteraction, Origin, RefType, Reference, Sink,
};
use jiff::Timestamp;
use people::{DeadLetters, Order, Places, Receipt};
use serde_json::{Value, json};
use store::interaction::{Recorded, Submission};
use store::learning::PendingRow;
use testkit::{Function, TestDatabase, TestQueue, TestSecret, TestTable, all_done, sqs_event};
use uuid::Uuid;

/// Jane, in each of her roles.
pub(crate) const JANE: Uuid = Uuid::from_u128(0xa11c_e000_0000_4000_8000_0000_0000_0001);
pub(crate) const JANE_EMAIL: &str = "jane.doe@example.com";
pub(crate) const JANE_SESSION: &str = "session-of-jane";
pub(crate) const JANE_NETWORK: &str = "203.0.113.0";
/// John.
pub(crate) const JOHN: Uuid = Uuid::from_u128(0xb0b0_0000_0000_4000_8000_0000_0000_0002);
pub(crate) const JOHN_SESSION: &str = "session-of-john";
/// The tablet in the living room.
pub(crate) const SHARED_SESSION: &str = "session-of-both";
/// What clicks on recommendations name.
const RECOMMENDATION: &str = "r1-session-l-00000000-0000-4000-8000-000000000001";

pub(crate) struct Shop {
    pub(crate) database: TestDatabase,
    pub(crate) letters: TestQueue,
    /// Whether dead letters are read, which takes seconds.
    pub(crate) has_letters: bool,
    queue: TestQueue,
    pub(crate) table: TestTable,
    pub(crate) projector: Function,
}

impl Shop {
    /// Opens an empty shop.
    pub(crate) async fn open() -> Self {
        let (database, queue) = (TestDatabase::create().await, TestQueue::create().await);
        let variables = [
            ("DATABASE_URL", database.url()),
            ("POPULARITY_QUEUE_URL", queue.url()),
            ("CATALOG_QUEUE_URL", queue.url()),
            ("ALERTS_QUEUE_URL", queue.url()),
            ("DEAD_LETTER_QUEUE_URL", queue.url()),
            ("FRAUD_BURST_ORDERS", "2"),
            ("FRAUD_BURST_SECONDS", "3600"),
            ("FRAUD_LARGE_ORDERS", "EUR:50"),
            ("FRAUD_SIMILAR_ORDERS", "1000"),
            ("FRAUD_SIMILAR_SECONDS", "60"),
        ];
        let projector = Function::start("project-orders", &variables).await;
        let (letters, table) = (TestQueue::create().await, TestTable::create().await);
        Self { database, letters, has_letters: false, queue, table, projector }
    }

    /// Opens a shop with data of Jane and John.
    pub(crate) async fn busy() -> Self {
        let mut shop = Self::open().await;
        shop.send_events(&history()).await;
        shop.browse().await;
        shop.leave_a_cart().await;
        shop.apply().await;
        // Jane works for the shop as well
        let rules = format!(
            "INSERT INTO analytic.merchandising_rule
                (action, target, target_id, starts_at, reason, created_by, date_created, removed_by, date_removed)
             VALUES ('exclude', 'product', 'p-1', now(), 'old', '{JANE}', now(), NULL, NULL),
                    ('exclude', 'product', 'p-2', now(), 'old', '{JOHN}', now(), '{JANE}', now())"
        );
        shop.database.execute(&rules).await;
        shop
    }

    /// Sends events to project-orders; every message must be done.
    pub(crate) async fn send_events(&mut self, events: &[String]) {
        for part in events.chunks(10) {
            assert_eq!(self.projector.invoke(&sqs_event(part)).await, all_done(), "{}", self.projector.output());
        }
    }

    async fn browse(&self) {
        let visits = [
            (Caller::Guest, JANE_SESSION, JANE_NETWORK, "view"),
            (Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, "add_to_cart"),
            (Caller::Account(JANE), "second session of jane", JANE_NETWORK, "add_to_favorites"),
            (Caller::Trusted, JANE_SESSION, JANE_NETWORK, "write_review"),
            (Caller::Account(JANE), SHARED_SESSION, "198.51.100.0", "view"),
            (Caller::Guest, SHARED_SESSION, "198.51.100.0", "view"),
            (Caller::Account(JOHN), SHARED_SESSION, "198.51.100.0", "view"),
            (Caller::Account(JOHN), JOHN_SESSION, "192.0.2.0", "view"),
            (Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, "click_from_recommendation"),
            (Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, "dislike"),
            (Caller::Account(JOHN), JOHN_SESSION, "192.0.2.0", "click_from_recommendation"),
            (Caller::Guest, JOHN_SESSION, "192.0.2.0", "view"),
        ];
        for (number, (caller, session, network, event)) in (1..).zip(visits) {
            self.record(caller, session, network, (event, Uuid::from_u128(number))).await;
        }
    }

    /// Records one interaction.
    pub(crate) async fn record(
        &self,
        caller: Caller,
        session: &str,
        network: &str,
        (event, event_id): (&str, Uuid),
    ) -> Recorded {
        self.record_on(&spu(1), (caller, session, network), (event, event_id)).await
    }

    /// Records one interaction with a product.
    pub(crate) async fn record_on(
        &self,
        product: &str,
        (caller, session, network): (Caller, &str, &str),
        (event, event_id): (&str, Uuid),
    ) -> Recorded {
        let (origin, account_id) = match caller {
            Caller::Account(id) => (Origin::of_account(id), Some(id)),
            // a service of the shop that names Jane
            Caller::Trusted => (Origin::TRUSTED, Some(JANE)),
            Caller::Guest => (Origin::of_session(session), None),
        };
        let item = NewInteraction {
            origin,
            account_id,
            event_id,
            event_type: event.parse().unwrap(),
            reference: Reference::new(RefType::Product, product).unwrap(),
            session_id: Some(session.to_owned()),
            metadata: format!(r#"{{"note":"written in {session}","recommendation_id":"{RECOMMENDATION}"}}"#),
            occurred_at: None,
            clock_error: jiff::SignedDuration::ZERO,
        };
        let user_agent = format!("browser of {session}");
        let submission = Submission {
            caller,
            user_agent: Some(&user_agent),
            ip_address: Some(network),
            is_bot: false,
            guest_events_per_minute: None,
        };
        store::interaction::record(&self.database.store(), &[item], &submission).await.unwrap()[0].recorded
    }

    /// Stores an abandoned cart of each.
    async fn leave_a_cart(&self) {
        let at: Timestamp = "2026-11-18T09:30:00Z".parse().unwrap();
        let cart = |account| Finding {
            rule: Rule::AbandonedCart,
            subject: FindingSubject::Account(account),
            window: Window::hour_of(at),
            evidence: Evidence::Cart { from: at, to: at, count: 1, products: vec![spu(1).parse().unwrap()] },
        };
        store::finding::save(&self.database.store(), &[cart(JANE), cart(JOHN)]).await.unwrap();
    }

    /// Applies everything that is pending: scores, recommendations, and the feed.
    pub(crate) async fn apply(&self) {
        let store = self.database.store();
        let ids = self.database.rows("SELECT id FROM analytic.interaction ORDER BY id").await;
        let ids: Vec<_> = ids.iter().map(|id| InteractionId(id.parse().unwrap())).collect();
        store::popularity::apply(&store, &ids).await.unwrap();
        let learning = Learning { lookback: 5, half_life_days: 30 };
        store::learning::learn(&store, &ids, PendingRow::Keep, learning).await.unwrap();
        let open = self.read_pending().await;
        self.deliver(&open).await;
        let delivered: Vec<_> = open.iter().map(|interaction| interaction.id).collect();
        store::pending::remove(&store, Sink::Catalog, &delivered).await.unwrap();
    }

    /// Reads what the feed has not got, as update-catalog does before it delivers.
    pub(crate) async fn read_pending(&self) -> Vec<Interaction> {
        let ids = self.database.rows("SELECT interaction_id FROM analytic.pending WHERE sink = 'catalog'").await;
        let ids: Vec<_> = ids.iter().map(|id| InteractionId(id.parse().unwrap())).collect();
        store::interaction::get_awaiting_catalog(&self.database.store(), &ids).await.unwrap().open
    }

    /// Writes interactions to the feed.
    pub(crate) async fn deliver(&self, interactions: &[Interaction]) {
        let deadline = Instant::now() + Duration::from_secs(20);
        Catalog::Feed(self.feed()).deliver(interactions, deadline).await.unwrap();
    }

    pub(crate) fn feed(&self) -> FeedCatalog {
        FeedCatalog::new(TestTable::client(), self.table.name().to_owned())
    }

    /// Every place with data of a person.
    pub(crate) fn places(&self) -> Places {
        let letters = || DeadLetters::new(TestQueue::client(), self.letters.url().to_owned(), intake());
        let letters = self.has_letters.then(letters);
        Places { database: self.database.store(), feed: Some(self.feed()), letters }
    }

    /// Erases a person, and advances the time in which deliveries to the feed may be in progress.
    pub(crate) async fn erase(&self, named: &Named) -> Receipt {
        let first = self.erase_once(named, Duration::from_secs(600)).await;
        if first.complete {
            return first;
        }
        self.database.execute("UPDATE analytic.erasure SET settles_at = now()").await;
        let second = self.erase_once(named, Duration::from_secs(600)).await;
        assert!(second.complete && second.id == first.id, "{second:?}");
        second
    }

    /// Makes one call, with a time limit.
    pub(crate) async fn erase_once(&self, named: &Named, time: Duration) -> Receipt {
        let order = Order { named, requested_by: "test", deadline: Instant::now() + time };
        people::erase(&self.places(), order).await.unwrap()
    }

    /// Removes and counts the dead letters of project-orders.
    pub(crate) async fn dead_letters(&self) -> usize {
        let letters = self.queue.drain().await.into_iter().filter_map(|letter| letter.body);
        letters.filter(|body| body.contains("orderId")).count()
    }

    /// Reads every figure, score and state without names of persons.
    pub(crate) async fn figures(&self) -> Vec<String> {
        let mut figures = Vec::new();
        for query in FIGURES {
            figures.extend(self.database.rows(query).await);
        }
        figures
    }

    /// Checks that everything equals a recount of the logs.
    pub(crate) async fn assert_exact(&self) {
        let mut client = store::connect(&self.database.settings(), None).await.unwrap();
        let snapshot = store::verification::Snapshot::open(&mut client).await.unwrap();
        let report = snapshot.report(30).await.unwrap();
        assert_eq!(report.differences(), 0, "{report:?}");
    }

    /// Returns every item of the feed as a string.
    pub(crate) async fn feed_items(&self) -> Vec<String> {
        let items = self.table.items().await.into_iter();
        let mut items: Vec<_> = items.map(|item| text(&AttributeValue::M(item))).collect();
        items.sort();
        items
    }
}

/// An item of the feed, or a part of one, with its attributes in order.
fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::L(list) => format!("[{}]", list.iter().map(text).collect::<Vec<_>>().join(", ")),
        AttributeValue::M(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(name, value)| (name, text(value))).collect();
            format!("{sorted:?}")
        }
        other => format!("{other:?}"),
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let (table, queues) = (self.table.clone(), [&self.queue, &self.letters].map(|queue| queue.url().to_owned()));
        // A drop cannot wait for the test's runtime; a thread with its own can.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                table.delete().await;
                for url in queues {
                    TestQueue::client().delete_queue().queue_url(url).send().await.ok();
                }
            });
        });
        dropped.join().ok();
    }
}

/// Figures and states without the name of a customer. Customers are sorted by what they spent.
const FIGURES: [&str; 19] = [
    "SELECT * FROM analytic.sales_rollup ORDER BY seller_id, grain, bucket, currency, payment_method",
    "SELECT * FROM analytic.product_rollup ORDER BY seller_id, grain, bucket, product_id, currency",
    "SELECT * FROM analytic.category_rollup ORDER BY grain, bucket, category_id, currency",
    "SELECT currency, orders_paid, revenue_minor, refund_minor FROM analytic.customer_rollup ORDER BY 1, 2, 3, 4",
    "SELECT * FROM analytic.customer_spend_rollup WHERE customers <> 0 ORDER BY currency, floor_minor",
    "SELECT * FROM analytic.order_status_rollup ORDER BY seller_id, status",
    "SELECT * FROM analytic.rating_rollup ORDER BY product_id",
    "SELECT * FROM analytic.user_rollup ORDER BY grain, bucket",
    "SELECT * FROM analytic.event_rollup ORDER BY grain, bucket, service, event_type",
    "SELECT * FROM analytic.product_popularity ORDER BY id",
    "SELECT order_id, status, seller_id, currency, total_minor, payment_method, paid_minor, refund_minor, placed_at, paid_at
     FROM analytic.sales_order ORDER BY order_id",
    "SELECT * FROM analytic.order_line ORDER BY order_id, position",
    "SELECT * FROM analytic.payment ORDER BY order_id, payment_id",
    "SELECT subject, opinion_id, reference, product_id, score_micros, given_at, deleted FROM analytic.opinion ORDER BY 1, 2",
    "SELECT registered_at, deleted_at FROM analytic.shop_user ORDER BY 1, 2",
    "SELECT rule, window_name, evidence FROM analytic.finding ORDER BY 1, 2, 3",
    "SELECT * FROM analytic.learned_product ORDER BY product_no",
    "SELECT * FROM analytic.related_product ORDER BY product_no, kind",
    "SELECT * FROM analytic.recommendation_count ORDER BY day, placement, arm",
];

/// The settings for parsing events.
pub(crate) fn intake() -> Intake {
    Intake { currency: "EUR".parse().unwrap(), address_key: AddressKey::new(1, TestSecret::ADDRESS_KEY).unwrap() }
}

/// Jane by her address.
pub(crate) fn by_email(address: &str) -> Named {
    Named::Email(intake().address_key.customers(address))
}

/// The hash of Jane's address, as stored.
pub(crate) fn jane_hash() -> String {
    let Named::Email(keys) = by_email(JANE_EMAIL) else { unreachable!() };
    keys[0].as_str().to_owned()
}

/// A customer by id.
pub(crate) fn by_id(id: &str) -> Named {
    Named::Customer(vec![CustomerKey::of_id(id)])
}

/// A product id with a readable number.
pub(crate) fn spu(number: u32) -> String {
    format!("5b0b0000-0000-4000-8000-{number:012}")
}

/// An event in the lifecycle format, at a minute of a fixed day.
pub(crate) fn event(name: &str, minute: i64, fields: Value) -> String {
    let start: Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
    let mut event = fields;
    event["event"] = json!(name);
    event["timestamp"] = json!((start + jiff::SignedDuration::from_mins(minute)).to_string());
    event.to_string()
}

/// An order that is placed and paid. `who` names the customer.
pub(crate) fn order(id: &str, who: Value, minute: i64) -> [String; 2] {
    let mut created = who;
    created["orderId"] = json!(id);
    created["sellerId"] = json!("seller-1");
    created["items"] = json!([{ "productId": spu(1), "quantity": 2, "price": "30.00" }]);
    let paid = json!({ "orderId": id, "paymentId": format!("pay-{id}"), "paymentStatus": "SUCCESS", "amount": "60.00", "paymentMethod": "card" });
    [event("OrderCreated", minute, created), event("PaymentProcessed", minute + 1, paid)]
}

/// The back-end events of Jane and John.
fn history() -> Vec<String> {
    let product = json!({ "productId": spu(1), "sellerId": "seller-1", "categoryId": "shoes", "name": "Shoe" });
    let mut events = vec![
        event("product.created", 0, product),
        event("user.created", 1, json!({ "userId": JANE, "userEmail": JANE_EMAIL, "name": "Jane Doe" })),
        event("user.created", 2, json!({ "userId": JOHN, "userEmail": "john@example.com" })),
        event("rating.added", 40, json!({ "ratingId": "r-1", "productId": spu(1), "userId": JANE, "rating": 5 })),
        event("comment.created", 41, json!({ "commentId": "c-1", "productId": spu(1), "userEmail": JANE_EMAIL })),
        event("rating.added", 42, json!({ "ratingId": "r-2", "productId": spu(1), "userId": JOHN, "rating": 2 })),
    ];
    events.extend(order("o-1", json!({ "customerId": JANE, "customerName": "Jane Doe" }), 5));
    events.extend(order("o-2", json!({ "customerId": JANE.to_string().to_uppercase() }), 10));
    // guest checkout only knows the address
    events.extend(order("o-3", json!({ "userEmail": JANE_EMAIL }), 15));
    events.extend(order("o-4", json!({ "customerId": JOHN }), 20));
    events.push(json!({
        "eventType": "ORDER_PLACED", "service": "legacy", "timestamp": "2026-11-18T09:05:30", "userEmail": JANE_EMAIL,
        "entityId": "o-1", "amount": 60, "metadata": {},
    }).to_string());
    events.push(
        json!({ "eventType": "USER_LOGIN", "timestamp": "2026-11-18T09:07:00", "userEmail": JANE_EMAIL }).to_string(),
    );
    events
}
