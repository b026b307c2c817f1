//! The log: bytes that an invocation of each function writes, because CloudWatch bills them.
//!
//! Messages have the format in which SQS delivers them: ids are UUIDs, interactions have ten digits, and each message
//! carries the trace header of its request. The number of requests behind a batch therefore matters, and is measured.

use std::time::Duration;

use testkit::{Function, Stack, TestDatabase, hint, sqs_event};
use uuid::Uuid;

use crate::figure::Figure;
use crate::null_sqs::NullSqs;
use crate::recording::{Item, recorder, request};
use crate::rig::{Rig, drive};
use crate::sample::number;

/// The number of invocations over which a figure is averaged.
const TURNS: usize = 5;
/// The number of messages of a batch, and of requests behind them.
const BATCHES: [(usize, usize); 3] = [(10, 10), (100, 100), (100, 1)];

/// Measures each function that an event goes through.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let (database, sqs) = (TestDatabase::create().await, NullSqs::start().await);
    database.execute("SELECT setval('analytic.interaction_id_seq', 1000000000)").await;
    let mut figures = Vec::new();
    let mut function = recorder(rig, &sqs, &database).await;
    // Enough for the batches below.
    drive(&mut function, (0..6).map(|_| request(&(0..100).map(Item::new).collect::<Vec<_>>())).collect()).await;
    for rows in [1, 100] {
        let requests: Vec<_> = (0..TURNS).map(|_| request(&(0..rows).map(Item::new).collect::<Vec<_>>())).collect();
        let plural = if rows == 1 { "" } else { "s" };
        figures.push(line(&mut function, format!("record-interactions, {rows} row{plural}"), requests).await);
    }
    let stack = Stack::get();
    // update-catalog writes to the feed of the stack.
    let feed = [
        ("CATALOG_TABLE", stack.entry("catalog_table")),
        ("CATALOG_TIMEOUT_MS", "10000"),
        ("CATALOG_CONCURRENCY", "10"),
    ];
    for (name, sink) in [("update-popularity", "popularity"), ("update-catalog", "catalog")] {
        let mut function = rig.function(name, database.url(), &feed).await;
        drive(&mut function, vec![batch(&[i64::MAX], 1)]).await;
        for (messages, requests) in BATCHES {
            let ids = waiting(&database, sink, TURNS * messages).await;
            let events = ids.chunks(messages).map(|ids| batch(ids, requests)).collect();
            let case =
                format!("{name}, {messages} messages of {requests} request{}", if requests == 1 { "" } else { "s" });
            figures.push(line(&mut function, case, events).await);
        }
    }
    figures
}

/// Lets a function handle events and counts the bytes that it logs.
async fn line(function: &mut Function, case: String, events: Vec<String>) -> Figure {
    let invocations = events.len();
    settle().await;
    let before = function.output().len();
    drive(function, events).await;
    settle().await;
    let written = function.output().split_off(before);
    assert!(written.lines().count() >= invocations, "an invocation without a line: {written}");
    Figure::alone("log", case, "bytes", number(written.len()) / number(invocations))
}

/// Output is read from a pipe.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

async fn waiting(database: &TestDatabase, sink: &str, count: usize) -> Vec<i64> {
    let query = format!("SELECT interaction_id FROM analytic.pending WHERE sink = '{sink}' ORDER BY 1 LIMIT {count}");
    let ids: Vec<i64> = database.rows(&query).await.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids.len(), count, "every effect of the requests waits");
    ids
}

/// The event of a batch whose messages came from this many requests.
fn batch(ids: &[i64], requests: usize) -> String {
    let traces: Vec<_> = (0..requests).map(|_| Uuid::new_v4().simple().to_string()).collect();
    let mut event = sqs_event(&ids.iter().copied().map(hint).collect::<Vec<_>>());
    for (position, record) in event["Records"].as_array_mut().unwrap().iter_mut().enumerate() {
        let trace = &traces[position % requests];
        record["messageId"] = Uuid::new_v4().to_string().into();
        let header = format!("Root=1-{}-{};Parent={};Sampled=0", &trace[..8], &trace[8..], &trace[16..]);
        record["attributes"]["AWSTraceHeader"] = header.into();
    }
    event.to_string()
}
