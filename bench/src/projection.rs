//! Order projection: project-orders under a runtime API, against the bare insert of the same events in pgbench, and the
//! processor time that an event costs in the function and in Postgres.
//!
//! The bare insert logs the events and nothing else: no state, no figures, no derived interactions, no rules of fraud.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng as Random;
use serde_json::{Value, json};
use testkit::{Function, TestDatabase, sqs_event};

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::null_sqs::NullSqs;
use crate::pgbench::Script;
use crate::rig::{Rig, drive, processor_seconds};
use crate::sample::{median, number};

const PRODUCTS: u32 = 2_000;
const SELLERS: u32 = 50;
const CUSTOMERS: u32 = 10_000;
/// Orders of one turn, each told by three events.
const ORDERS: usize = 400;
/// The batch size of project-orders' queue.
const BATCH: usize = 100;
/// Turns of a round: ours, the bare insert, and again.
const TURNS: usize = 4;

/// A shop with products, its project-orders, and the orders that are yet to come.
struct Projection {
    database: TestDatabase,
    function: Function,
    random: Random,
    orders: usize,
}

/// Measures batches of 100.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let sqs = NullSqs::start().await;
    let mut projection = Projection::open(rig, &sqs).await;
    let (mut rounds, mut of_function, mut of_postgres, mut both) = (Rounds::default(), vec![], vec![], vec![]);
    for _ in 0..rig.rounds {
        let (mut ours, mut bare) = (0.0, 0.0);
        let before = projection.processor_seconds().await;
        for _ in 0..TURNS {
            let events = projection.events();
            ours += drive(&mut projection.function, batches(&events)).await;
            let inserts = events.chunks(BATCH).map(bare_insert);
            bare += Script::new(inserts.collect::<Vec<_>>()).run(projection.database.url(), 1).await;
        }
        let after = projection.processor_seconds().await;
        let events = number(TURNS * ORDERS * 3);
        rounds.push(events / ours, events / bare);
        let [function, postgres] = [0, 1].map(|i| (after[i] - before[i]) * 1e6 / events);
        of_function.push(function);
        of_postgres.push(postgres);
        both.push(function + postgres);
    }
    let alone = |case: &str, values: &[f64]| {
        Figure::alone("projection", format!("processor time an event, {case}"), "us", median(values))
    };
    vec![
        rounds.figure("projection", "batches of 100", "events/s").against("bare insert in pgbench"),
        alone("function", &of_function),
        alone("Postgres", &of_postgres),
        alone("both", &both).hold(hold::PROJECTION_MICROSECONDS),
    ]
}

impl Projection {
    async fn open(rig: &Rig, sqs: &NullSqs) -> Self {
        let database = TestDatabase::create().await;
        let queues = ["popularity-queue", "catalog-queue", "alerts-queue"].map(|name| sqs.queue(name));
        let variables = [
            ("AWS_ENDPOINT_URL_SQS", sqs.url()),
            ("POPULARITY_QUEUE_URL", &queues[0]),
            ("CATALOG_QUEUE_URL", &queues[1]),
            ("ALERTS_QUEUE_URL", &queues[2]),
            // No order is suspicious: what the rules find is another measurement.
            ("FRAUD_BURST_ORDERS", "1000"),
            ("FRAUD_SIMILAR_ORDERS", "1000"),
        ];
        let function = rig.function("project-orders", database.url(), &variables).await;
        let mut projection = Self { database, function, random: Random::seed_from_u64(11), orders: 0 };
        let products: Vec<_> = (0..PRODUCTS).map(product).collect();
        drive(&mut projection.function, batches(&products)).await;
        projection
    }

    /// The events of the next orders: all placed, then all paid, then all shipped.
    fn events(&mut self) -> Vec<String> {
        let orders: Vec<_> = (self.orders..self.orders + ORDERS).map(|order| format!("o-{order}")).collect();
        self.orders += ORDERS;
        let placed = orders.iter().map(|order| {
            let items = [0, 1].map(|_| {
                let product = self.random.random_range(0..PRODUCTS);
                json!({ "productId": format!("{}", 1_000_000 + product), "quantity": 2, "price": "10.00" })
            });
            let customer = format!("c-{}", self.random.random_range(0..CUSTOMERS));
            event("OrderCreated", &json!({ "orderId": order, "customerId": customer, "items": items }))
        });
        let placed: Vec<_> = placed.collect();
        let paid = orders.iter().map(|order| {
            let payment = json!({ "orderId": order, "paymentId": format!("p-{order}"), "paymentStatus": "SUCCESS",
                                  "amount": "40.00", "paymentMethod": "card" });
            event("PaymentProcessed", &payment)
        });
        let shipped = orders.iter().map(|order| event("OrderShipped", &json!({ "orderId": order })));
        placed.into_iter().chain(paid).chain(shipped).collect()
    }

    /// The seconds that the function and its session in Postgres have spent on a processor so far.
    async fn processor_seconds(&self) -> [f64; 2] {
        let session = "SELECT pid FROM pg_stat_activity
                       WHERE datname = current_database() AND usename = 'shopsignal_project_orders'";
        let pid = u32::try_from(self.database.number(session).await).unwrap();
        [processor_seconds(&self.function), crate::rig::processor_seconds_of(pid)]
    }
}

fn product(number: u32) -> String {
    let fields = json!({ "productId": format!("{}", 1_000_000 + number), "sellerId": format!("s-{}", number % SELLERS),
                         "categoryId": format!("k-{}", number % 20) });
    event("product.created", &fields)
}

/// An event of the lifecycle format, as of now.
fn event(name: &str, fields: &Value) -> String {
    let mut event = fields.clone();
    event["event"] = json!(name);
    event["timestamp"] = json!(jiff::Timestamp::now().to_string());
    event.to_string()
}

fn batches(events: &[String]) -> Vec<String> {
    events.chunks(BATCH).map(|batch| sqs_event(batch).to_string()).collect()
}

/// The rows of a batch in the log of events, and nothing else.
fn bare_insert(events: &[String]) -> String {
    let rows: Vec<_> = events
        .iter()
        .map(|event| {
            let id = uuid::Uuid::new_v4();
            // pgbench reads a colon before a word as a variable.
            let content = event.replace(':', ": ").replace('\'', "''");
            format!("('{id}', '\\x00', 'order_created', 'order', '{id}', 'bench', now(), '{content}', now())")
        })
        .collect();
    format!(
        "INSERT INTO analytic.shop_event (id, fingerprint, event_type, subject, subject_id, service, occurred_at, content, \
         date_created) VALUES {}",
        rows.join(",")
    )
}
