//! Recording: record-interactions with SQS answered at once, against the bare insert of the same rows in pgbench.
//!
//! The bare insert stores the rows and nothing else: no keys, no pending rows, no hints, so it promises nothing. In
//! between stands the statement of record-interactions alone, which tells what Postgres does from what the function does.

use testkit::{Function, HttpEvent, TestDatabase};
use uuid::Uuid;

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::null_sqs::NullSqs;
use crate::pgbench::{Script, fill};
use crate::rig::{Rig, drive};
use crate::sample::number;

/// The statement that record-interactions sends.
const RECORD: &str = include_str!("../../shared/store/sql/interaction/record.sql");
/// Turns of a round: ours, the bare insert, the statement alone, and again.
const TURNS: usize = 6;
const PRODUCTS: u128 = 100_000;
const SESSION: &str = "5f0c7a52-5d3d-4be1-9a34-1c6a6f0c1f11";
const METADATA: &str = r#"{"position":3,"source":"search"}"#;
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const ACCOUNT: Uuid = Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0001);

/// Measures 1, 25 and 100 rows a request.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let (database, sqs) = (TestDatabase::create().await, NullSqs::start().await);
    let bench = Recording { rig, database, sqs };
    let mut figures = Vec::new();
    for rows in [1, 25, 100] {
        figures.extend(bench.against_pgbench(rows).await);
    }
    figures
}

/// What a slice needs.
struct Recording<'a> {
    rig: &'a Rig,
    database: TestDatabase,
    sqs: NullSqs,
}

impl Recording<'_> {
    async fn against_pgbench(&self, rows: usize) -> Vec<Figure> {
        let (mut against_bare, mut against_statement, mut statement_alone) =
            (Rounds::default(), Rounds::default(), Rounds::default());
        for _ in 0..self.rig.rounds {
            let mut function = self.start().await;
            let mut seconds = [0.0; 3];
            for _ in 0..TURNS {
                let turn = || (0..requests(rows)).map(|_| (0..rows).map(Item::new).collect::<Vec<_>>()).collect::<Vec<_>>();
                seconds[0] += drive(&mut function, turn().iter().map(|items| request(items)).collect()).await;
                seconds[1] += self.pgbench(turn().iter().map(|items| bare_insert(items))).await;
                seconds[2] += self.pgbench(turn().iter().map(|items| record(items))).await;
            }
            self.check_stored(1 + 3 * TURNS * requests(rows) * rows).await;
            let [shipped, bare, statement] = seconds.map(|seconds| number(TURNS * requests(rows) * rows) / seconds);
            against_bare.push(shipped, bare);
            against_statement.push(shipped, statement);
            statement_alone.push(statement, bare);
        }
        let plural = if rows == 1 { "" } else { "s" };
        let figure = |rounds: Rounds, what: &str, against| {
            rounds.figure("recording", format!("{rows} row{plural} a request{what}"), "rows/s", against)
        };
        let against_bare = figure(against_bare, "", "bare insert in pgbench");
        vec![
            if rows == 25 { against_bare.hold(hold::RECORDING) } else { against_bare },
            figure(against_statement, "", "same SQL in pgbench"),
            figure(statement_alone, ", SQL alone", "bare insert in pgbench"),
        ]
    }

    /// Empties the tables and starts the function, connected.
    async fn start(&self) -> Function {
        self.database.execute("TRUNCATE analytic.interaction, analytic.interaction_key, analytic.pending").await;
        self.database.execute("CHECKPOINT").await;
        let mut function = recorder(self.rig, &self.sqs, &self.database).await;
        drive(&mut function, vec![request(&[Item::new(0)])]).await;
        function
    }

    /// Ends the measurement unless exactly this many rows were stored.
    async fn check_stored(&self, rows: usize) {
        let stored = self.database.number("SELECT count(*) FROM analytic.interaction").await;
        assert_eq!(usize::try_from(stored).unwrap(), rows);
    }

    async fn pgbench(&self, statements: impl Iterator<Item = String>) -> f64 {
        Script::new(statements).run(self.database.url(), 1).await
    }
}

/// Starts record-interactions with queues that take everything.
pub(crate) async fn recorder(rig: &Rig, sqs: &NullSqs, database: &TestDatabase) -> Function {
    let queues = [sqs.queue("popularity-queue"), sqs.queue("catalog-queue")];
    let variables = [
        ("AWS_ENDPOINT_URL", sqs.url()),
        ("POPULARITY_QUEUE_URL", &queues[0]),
        ("CATALOG_QUEUE_URL", &queues[1]),
        ("SEND_TIMEOUT_MS", "5000"),
    ];
    rig.function("record-interactions", database.url(), &variables).await
}

/// Requests of one turn: a tenth of a second or so.
fn requests(rows: usize) -> usize {
    (600 / rows).clamp(8, 60)
}

/// One interaction of a shopper.
pub(crate) struct Item {
    event_id: Uuid,
    event_type: &'static str,
    product: Uuid,
}

impl Item {
    /// Makes the so-manyth of a request, with an id of its own.
    pub(crate) fn new(position: usize) -> Self {
        const TYPES: [&str; 5] = ["view", "click_from_search", "view", "add_to_cart", "product_impression"];
        let event_id = Uuid::now_v7();
        let product = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | (event_id.as_u128() % PRODUCTS));
        Self { event_id, event_type: TYPES[position % TYPES.len()], product }
    }
}

/// Writes the event of a request that brings these items.
pub(crate) fn request(items: &[Item]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| {
            format!(
                r#"{{"event_id":"{}","event_type":"{}","ref_type":"Product","ref_id":"{}","session_id":"{SESSION}","metadata":{METADATA}}}"#,
                item.event_id, item.event_type, item.product
            )
        })
        .collect();
    let body = format!(r#"{{"interactions":[{}]}}"#, items.join(","));
    HttpEvent::new("POST", "/api/v1/analytic/interaction")
        .account(ACCOUNT)
        .header("user-agent", AGENT)
        .body(body)
        .event()
        .to_string()
}

/// The rows of a request, inserted and nothing else.
fn bare_insert(items: &[Item]) -> String {
    let rows: Vec<String> = items
        .iter()
        .map(|item| {
            format!(
                "('{}','{ACCOUNT}','{SESSION}','{}','Product','{}','{METADATA}','{AGENT}','203.0.113.0/24',now(),now())",
                item.event_id, item.event_type, item.product
            )
        })
        .collect();
    format!(
        "INSERT INTO analytic.interaction (event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, \
         user_agent, ip_address, occurred_at, date_created) VALUES {}",
        rows.join(",")
    )
}

/// The statement of record-interactions with the values of a request.
fn record(items: &[Item]) -> String {
    let column = |kind: &str, value: &dyn Fn(&Item) -> String| {
        let values: Vec<String> = items.iter().map(value).collect();
        format!("ARRAY[{}]::{kind}[]", values.join(","))
    };
    let quoted = |text: String| format!("'{text}'");
    let product = |item: &Item| quoted(item.product.to_string());
    let values = [
        column("uuid", &|item| quoted(item.event_id.to_string())),
        column("bytea", &|item| format!("'\\x{}'", item.event_id.simple())),
        column("text", &|item| quoted(item.event_type.to_owned())),
        column("text", &|_| "'Product'".to_owned()),
        column("text", &product),
        column("uuid", &product),
        column("text", &|_| quoted(SESSION.to_owned())),
        column("text", &|_| quoted(METADATA.to_owned())),
        column("timestamptz", &|_| "NULL".to_owned()),
        format!("'{ACCOUNT}'::uuid"),
        "false".to_owned(),
        quoted(AGENT.to_owned()),
        "'203.0.113.0/24'".to_owned(),
    ];
    fill(RECORD, &values)
}
