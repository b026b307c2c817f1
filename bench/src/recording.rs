//! Recording: record-interactions with a stub SQS, against the bare insert of the same rows in pgbench.
//!
//! The bare insert stores the rows and nothing else: no keys, no pending rows, no hints, so it guarantees nothing. In
//! between is the statement of record-interactions alone, which separates the cost of Postgres from that of the
//! function.

use contracts::Route;
use domain::Sink;
use testkit::{Function, HttpEvent, TestDatabase, statement_of};
use uuid::Uuid;

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::null_sqs::NullSqs;
use crate::pgbench::{Script, fill};
use crate::rig::{Rig, drive, processor_seconds};
use crate::sample::{median, number};

/// The statement that record-interactions sends.
const RECORD: &str = "SELECT * FROM analytic.record_interactions(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
/// Turns of a round: ours, the bare insert, the statement alone, the same planned at every call, and again.
const TURNS: usize = 6;
const PRODUCTS: u128 = 100_000;
const SESSION: &str = "5f0c7a52-5d3d-4be1-9a34-1c6a6f0c1f11";
const METADATA: &str = r#"{"position":3,"source":"search"}"#;
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
/// An arbitrary origin, in the form of an account's origin.
const ORIGIN: &str = "3b1f0c7e-3a57-8a55-9d5b-6f3f6a1f0001";
const ACCOUNT: Uuid = Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0001);

/// Measures 1, 25 and 100 rows per request, and 25 once more without waiting for the disk, where nothing hides the cost
/// of the function and its statement.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let (database, sqs) = (TestDatabase::create().await, NullSqs::start().await);
    let bench = Recording { rig, database, sqs };
    let mut figures = Vec::new();
    for rows in [1, 25, 100] {
        figures.extend(bench.compare(rows, "").await);
    }
    bench.database.execute(NO_FLUSH).await;
    figures.extend(bench.compare(25, ", no flush").await);
    figures
}

/// Turns off `synchronous_commit` for later sessions of the database.
const NO_FLUSH: &str =
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$";

/// The data of a slice.
struct Recording<'a> {
    rig: &'a Rig,
    database: TestDatabase,
    sqs: NullSqs,
}

/// Seconds of all turns of a round.
#[derive(Default)]
struct Seconds {
    shipped: f64,
    processor: f64,
    bare: f64,
    statement: f64,
    unplanned: f64,
}

impl Recording<'_> {
    async fn compare(&self, rows: usize, note: &str) -> Vec<Figure> {
        let [mut shipped, mut statement, mut alone, mut planned] = [const { Rounds::new() }; 4];
        let mut processor = Vec::new();
        for _ in 0..self.rig.rounds {
            let seconds = self.round(rows).await;
            let rate = |seconds: f64| number(TURNS * requests(rows) * rows) / seconds;
            shipped.push(rate(seconds.shipped), rate(seconds.bare));
            statement.push(rate(seconds.shipped), rate(seconds.statement));
            alone.push(rate(seconds.statement), rate(seconds.bare));
            planned.push(rate(seconds.statement), rate(seconds.unplanned));
            processor.push(seconds.processor * 1e3 / number(TURNS * requests(rows)));
        }
        let case = format!("{rows} row{} a request{note}", if rows == 1 { "" } else { "s" });
        let shipped = shipped.figure("recording", &case, "rows/s").against("bare insert in pgbench");
        let alone = alone.figure("recording", format!("{case}, SQL alone"), "rows/s").against("bare insert in pgbench");
        let hold_it = rows == 25 && note.is_empty();
        vec![
            if hold_it { shipped.hold(hold::RECORDING) } else { shipped },
            statement.figure("recording", &case, "rows/s").against("same SQL in pgbench"),
            if hold_it { alone.hold(hold::RECORDING_STATEMENT) } else { alone },
            planned
                .figure("recording", format!("{case}, SQL alone"), "rows/s")
                .against("the same, planned at every call"),
            Figure::alone("recording", format!("{case}, processor of the function"), "ms", median(&processor)),
        ]
    }

    async fn round(&self, rows: usize) -> Seconds {
        let mut function = self.start().await;
        let mut seconds = Seconds::default();
        let unplanned = statement_of("record_interactions");
        let before = processor_seconds(&function);
        for _ in 0..TURNS {
            let turn =
                || -> Vec<Vec<Item>> { (0..requests(rows)).map(|_| (0..rows).map(Item::new).collect()).collect() };
            seconds.shipped += drive(&mut function, turn().iter().map(|items| request(items)).collect()).await;
            seconds.bare += self.pgbench(turn().iter().map(|items| bare_insert(items))).await;
            seconds.statement += self.pgbench(turn().iter().map(|items| record(RECORD, items))).await;
            seconds.unplanned += self.pgbench(turn().iter().map(|items| record(&unplanned, items))).await;
        }
        seconds.processor = processor_seconds(&function) - before;
        self.check_stored(1 + 4 * TURNS * requests(rows) * rows).await;
        seconds
    }

    /// Empties the tables and starts the function, connected.
    async fn start(&self) -> Function {
        self.database.execute("TRUNCATE analytic.interaction, analytic.interaction_key, analytic.pending").await;
        self.database.execute("CHECKPOINT").await;
        let mut function = recorder(self.rig, &self.sqs, &self.database).await;
        drive(&mut function, vec![request(&[Item::new(0)])]).await;
        function
    }

    /// Aborts the measurement unless exactly this many rows were stored.
    async fn check_stored(&self, rows: usize) {
        let stored = self.database.number("SELECT count(*) FROM analytic.interaction").await;
        assert_eq!(usize::try_from(stored).unwrap(), rows);
    }

    async fn pgbench(&self, statements: impl Iterator<Item = String>) -> f64 {
        Script::new(statements).run(self.database.url(), 1).await
    }
}

/// Starts record-interactions with queues that accept everything.
pub(crate) async fn recorder(rig: &Rig, sqs: &NullSqs, database: &TestDatabase) -> Function {
    let queues = [sqs.queue("popularity-queue"), sqs.queue("catalog-queue")];
    let variables = [
        ("AWS_ENDPOINT_URL", sqs.url()),
        ("POPULARITY_QUEUE_URL", &queues[0]),
        ("CATALOG_QUEUE_URL", &queues[1]),
        ("SEND_TIMEOUT_MS", "5000"),
        ("GUEST_EVENTS_PER_MINUTE", "3000"),
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
    /// Creates the n-th item of a request, with an id that is greater than all before.
    pub(crate) fn new(position: usize) -> Self {
        Self::with_id(position, Uuid::now_v7())
    }

    /// Creates the n-th item of a request, with this event id.
    pub(crate) fn with_id(position: usize, event_id: Uuid) -> Self {
        const TYPES: [&str; 5] = ["view", "click_from_search", "view", "add_to_cart", "product_impression"];
        let product = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | (event_id.as_u128() % PRODUCTS));
        Self { event_id, event_type: TYPES[position % TYPES.len()], product }
    }
}

/// Writes the event of a request with these items.
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
    HttpEvent::new("POST", Route::RecordInteractions.path())
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
                "('{ORIGIN}','{}','{ACCOUNT}','{SESSION}','{}','Product','{}','{METADATA}','{ACCOUNT}','{AGENT}','203.0.113.0/24',now(),now())",
                item.event_id, item.event_type, item.product
            )
        })
        .collect();
    format!(
        "INSERT INTO analytic.interaction (origin, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, \
         actor, user_agent, ip_address, occurred_at, date_created) VALUES {}",
        rows.join(",")
    )
}

/// A statement of record-interactions with the values of a request.
fn record(statement: &str, items: &[Item]) -> String {
    // One constant per column: a list of constants would be planned one by one, which parameters are not.
    let column = |kind: &str, value: &dyn Fn(&Item) -> String| {
        let values: Vec<String> = items.iter().map(value).collect();
        format!("'{{{}}}'::{kind}[]", values.join(","))
    };
    let quoted = |text: &str| format!("'{text}'");
    let product = |item: &Item| item.product.to_string();
    let values = [
        column("uuid", &|item| item.event_id.to_string()),
        column("uuid", &|_| ORIGIN.to_owned()),
        column("bytea", &|item| format!(r#""\\x{}""#, item.event_id.simple())),
        column("text", &|item| item.event_type.to_owned()),
        column("text", &|_| "Product".to_owned()),
        column("text", &product),
        column("text", &product),
        column("uuid", &|_| ACCOUNT.to_string()),
        column("text", &|_| SESSION.to_owned()),
        column("uuid", &|_| ACCOUNT.to_string()),
        column("text", &|_| format!("{METADATA:?}")),
        column("timestamptz", &|_| "NULL".to_owned()),
        "false".to_owned(),
        quoted(AGENT),
        quoted("203.0.113.0/24"),
        // An account: no network, no bot, no limit a minute.
        "NULL::uuid".to_owned(),
        "false".to_owned(),
        "NULL::bigint".to_owned(),
        format!("'{{{}}}'::text[]", Sink::ALL.map(Sink::as_str).join(",")),
    ];
    fill(statement, &values)
}

#[cfg(test)]
mod tests {
    use testkit::{TestDatabase, statement_of};

    use super::{Item, RECORD, bare_insert, record};

    /// The statements are written here once more, and only a measurement would find that they are outdated.
    #[tokio::test]
    async fn every_statement_that_is_measured_stores_its_rows() {
        let database = TestDatabase::create().await;
        for (done, statement) in [RECORD.to_owned(), statement_of("record_interactions")].iter().enumerate() {
            let items: Vec<_> = (0..3).map(Item::new).collect();
            database.execute(&record(statement, &items)).await;
            database.execute(&bare_insert(&items)).await;
            let rows = i64::try_from(6 * (done + 1)).unwrap();
            assert_eq!(database.number("SELECT count(*) FROM analytic.interaction").await, rows);
            assert_eq!(database.number("SELECT count(*) FROM analytic.interaction_key").await, rows / 2);
        }
    }
}
