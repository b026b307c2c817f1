//! Counts the instructions of the CPU-bound steps that every event goes through.
//!
//! Instructions and not seconds, because a busy machine does not change them. No database, no network, no clock.
#![expect(missing_docs, reason = "the macros write public items without a comment")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot set its stage ends where it stands")]

use std::hint::black_box;
use std::sync::OnceLock;

use contracts::{Cursor, Data, Hint, ItemOutcome, ItemResult, ItemStatus, RecordReply, Sender, SqsEvent, read_request};
use domain::{Caller, EventNames, InteractionId, Micros, NewInteraction};
use gungraun::{library_benchmark, library_benchmark_group, main};
use jiff::Timestamp;
use uuid::Uuid;

const ACCOUNT: Uuid = Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0001);
const PRODUCT: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_00aa);
const SESSION: &str = "5f0c7a52-5d3d-4be1-9a34-1c6a6f0c1f11";

fn cursor() -> Cursor {
    Cursor { score: Micros(1_234_567), id: PRODUCT.to_string().parse().unwrap() }
}

fn event_id(number: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// The body of a request as a shop front sends it. The names of events are ready before, as after a function's start.
fn body(items: u128) -> String {
    NAMES.get_or_init(EventNames::known);
    let item = |number| {
        format!(
            r#"{{"event_id":"{}","event_type":"view","ref_type":"Product","ref_id":"{PRODUCT}","session_id":"{SESSION}","metadata":{{"position":3,"source":"search"}}}}"#,
            event_id(number)
        )
    };
    format!(r#"{{"interactions":[{}]}}"#, (0..items).map(item).collect::<Vec<_>>().join(","))
}

fn sender() -> Sender<'static> {
    let names = NAMES.get_or_init(EventNames::known);
    Sender { caller: Caller::Account(ACCOUNT), arrival: Timestamp::constant(1_700_000_000, 0), names }
}

/// The parts that are the same in every request.
static NAMES: OnceLock<EventNames> = OnceLock::new();

fn read(body: &str) -> Vec<ItemOutcome> {
    read_request(body.as_bytes(), &sender(), Uuid::nil).unwrap()
}

fn interaction(_: u8) -> NewInteraction {
    read(&body(1)).remove(0).unwrap()
}

fn reply(items: i64) -> Data<RecordReply> {
    let stored = |id| ItemResult::stored(0, ItemStatus::Accepted, event_id(0), id);
    Data { data: RecordReply::new((1..=items).map(stored).collect()) }
}

/// The event of a batch as Lambda delivers it.
fn batch(messages: i64) -> String {
    let record = |id| {
        let body = Hint { interaction_id: InteractionId(1_000_000_000 + id) }.body().replace('"', r#"\""#);
        format!(
            r#"{{"messageId":"059f36b4-87a3-44ab-83d2-661975830a7d","receiptHandle":"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a","body":"{body}","attributes":{{"ApproximateReceiveCount":"1","SentTimestamp":"1545082649183","SenderId":"AIDAIENQZJOLO23YVJ4VO","ApproximateFirstReceiveTimestamp":"1545082649185","AWSTraceHeader":"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"}},"messageAttributes":{{}},"md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:popularity-queue","awsRegion":"us-east-1"}}"#
        )
    };
    format!(r#"{{"Records":[{}]}}"#, (1..=messages).map(record).collect::<Vec<_>>().join(","))
}

#[library_benchmark]
#[bench::items_1(body(1))]
#[bench::items_25(body(25))]
#[bench::items_100(body(100))]
fn read_body(body: String) -> Vec<ItemOutcome> {
    black_box(read(black_box(&body)))
}

#[library_benchmark]
#[bench::item(interaction(1))]
fn fingerprint(item: NewInteraction) -> domain::Fingerprint {
    black_box(black_box(&item).fingerprint())
}

#[library_benchmark]
#[bench::items_1(reply(1))]
#[bench::items_100(reply(100))]
fn write_reply(reply: Data<RecordReply>) -> String {
    black_box(serde_json::to_string(black_box(&reply)).unwrap())
}

#[library_benchmark]
#[bench::hint(InteractionId(1_000_000_001))]
fn write_hint(interaction_id: InteractionId) -> String {
    black_box(Hint { interaction_id: black_box(interaction_id) }.body())
}

#[library_benchmark]
#[bench::messages_100(batch(100))]
#[bench::messages_500(batch(500))]
fn read_batch(event: String) -> Vec<Hint> {
    let event: SqsEvent = serde_json::from_str(black_box(&event)).unwrap();
    black_box(event.records.iter().map(|record| Hint::read(&record.body).unwrap()).collect())
}

#[library_benchmark]
#[bench::cursor(cursor())]
fn write_cursor(cursor: Cursor) -> String {
    black_box(black_box(cursor).encode())
}

#[library_benchmark]
#[bench::cursor(cursor().encode())]
fn read_cursor(text: String) -> Cursor {
    black_box(Cursor::decode(black_box(&text)).unwrap())
}

library_benchmark_group!(
    name = hot,
    benchmarks = [read_body, fingerprint, write_reply, write_hint, read_batch, write_cursor, read_cursor]
);
main!(library_benchmark_groups = hot);
