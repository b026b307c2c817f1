//! The number of calls per event and their cost. Pure arithmetic over the flow in ARCHITECTURE.md.
//!
//! Not included: Postgres, and what runs without any events (queue polling, resend-pending every minute), see
//! [`IDLE_SQS_REQUESTS_A_MONTH`] and the documentation.

use serde::Serialize;

use super::price::{Price, Prices};

/// Queues that every event is hinted to.
const QUEUES: f64 = 2.0;
/// The maximum number of messages of one SQS call: sending, receiving and deleting.
const MESSAGES_PER_CALL: u32 = 10;
/// Bytes of a write unit of DynamoDB.
const WRITE_UNIT_BYTES: u32 = 1024;
/// Bytes that DynamoDB adds to an item when it bills its storage.
const ITEM_OVERHEAD_BYTES: u32 = 100;
/// Months that an item stays in our own feed.
const FEED_MONTHS: f64 = catalog::FEED_LIFETIME_DAYS as f64 / 30.4;
/// Bytes of a line of the access log that template.yaml sets, with the values of a request that succeeds.
const ACCESS_LOG_BYTES: f64 = 263.0;
/// The share of invocations whose trace is recorded; Lambda fixes it, besides one a second:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>.
const TRACED: f64 = 0.05;
/// Lambda polls each queue with five connections and waits up to 20 seconds at each: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>.
pub(crate) const IDLE_SQS_REQUESTS_A_MONTH: f64 = QUEUES * 5.0 * 3.0 * 60.0 * 24.0 * 30.4;

/// The resource usage of the functions per invocation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Load {
    /// Rows of a request.
    pub(crate) rows: u32,
    /// Messages of a batch, of either consumer.
    pub(crate) batch: u32,
    /// Messages per receive, at most ten.
    pub(crate) receive: u32,
    /// Interactions of an item of our own feed; `None` without the feed.
    pub(crate) interactions_per_item: Option<u32>,
    /// One request, one popularity batch, one catalog batch: billed seconds.
    pub(crate) seconds: Seconds,
    /// One request, one popularity batch, one catalog batch: bytes of log.
    pub(crate) log_bytes: LogBytes,
}

/// Billed seconds of an invocation of each function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Seconds {
    pub(crate) record: f64,
    pub(crate) popularity: f64,
    pub(crate) catalog: f64,
}

/// Bytes that an invocation of each function writes to its log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct LogBytes {
    pub(crate) record: f64,
    pub(crate) popularity: f64,
    pub(crate) catalog: f64,
}

/// The memory of all three functions, GB; template.yaml sets it.
const MEMORY_GB: f64 = 0.5;

/// One line of the bill: units and US$ per million events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Line {
    pub(crate) what: &'static str,
    /// Units for one event.
    pub(crate) units_per_event: f64,
    pub(crate) usd_per_million: f64,
}

/// Builds the bill, one line per kind of unit, in the order of the flow.
pub(crate) fn bill(load: &Load, prices: &Prices) -> Vec<Line> {
    let (rows, batch) = (f64::from(load.rows), f64::from(load.batch));
    let invocations = 1.0 / rows + QUEUES / batch;
    let seconds = load.seconds.record / rows + (load.seconds.popularity + load.seconds.catalog) / batch;
    let log = load.log_bytes.record / rows + (load.log_bytes.popularity + load.log_bytes.catalog) / batch;
    // A send call contains messages of one request only; a batch is deleted in full calls.
    let sends = QUEUES * f64::from(load.rows.div_ceil(MESSAGES_PER_CALL)) / rows;
    let receives = QUEUES / f64::from(load.receive.clamp(1, load.batch.min(MESSAGES_PER_CALL)));
    let deletes = QUEUES * f64::from(load.batch.div_ceil(MESSAGES_PER_CALL)) / batch;
    let line = |what, units_per_event: f64, price: &Price| Line {
        what,
        units_per_event,
        usd_per_million: units_per_event * price.usd_per_million,
    };
    let mut lines = vec![
        line("API requests", 1.0 / rows, &prices.http_api_requests),
        line("Lambda requests", invocations, &prices.lambda_requests),
        line("Lambda GB-seconds", seconds * MEMORY_GB, &prices.lambda_gb_seconds),
        line("SQS sends", sends, &prices.sqs_requests),
        line("SQS receives", receives, &prices.sqs_requests),
        line("SQS deletes", deletes, &prices.sqs_requests),
        line("logs of the functions", log / 1e6, &prices.log_megabytes),
        line("access log of the API", ACCESS_LOG_BYTES / rows / 1e6, &prices.log_megabytes),
        line("X-Ray traces", invocations * TRACED, &prices.traces),
    ];
    if let Some(interactions) = load.interactions_per_item {
        let bytes = catalog::FEED_ITEM_BYTES + interactions * catalog::FEED_INTERACTION_BYTES;
        let each = |units: u32| f64::from(units) / f64::from(interactions);
        let (writes, stored) = (each(bytes.div_ceil(WRITE_UNIT_BYTES)), each(bytes + ITEM_OVERHEAD_BYTES) / 1e6);
        lines.push(line("DynamoDB write units", writes, &prices.dynamodb_write_units));
        lines.push(line("DynamoDB storage", stored * FEED_MONTHS, &prices.dynamodb_megabyte_months));
    }
    lines
}

/// Sums a bill up.
pub(crate) fn total(lines: &[Line]) -> f64 {
    lines.iter().map(|line| line.usd_per_million).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        let price = |usd_per_million| Price { usd_per_million, source: String::new(), checked: String::new() };
        Prices {
            region: "test".to_owned(),
            date: "2026-11-20".parse().unwrap(),
            http_api_requests: price(1.0),
            lambda_requests: price(0.2),
            lambda_gb_seconds: price(10.0),
            sqs_requests: price(0.4),
            dynamodb_write_units: price(0.5),
            dynamodb_megabyte_months: price(250.0),
            log_megabytes: price(500.0),
            traces: price(5.0),
        }
    }

    fn load(rows: u32, batch: u32) -> Load {
        let seconds = Seconds { record: 0.010, popularity: 0.020, catalog: 0.040 };
        let log_bytes = LogBytes { record: 1000.0, popularity: 2000.0, catalog: 3000.0 };
        Load { rows, batch, receive: rows, interactions_per_item: None, seconds, log_bytes }
    }

    fn units(rows: u32, batch: u32) -> Vec<f64> {
        let lines = bill(&load(rows, batch), &prices());
        lines.iter().map(|line| (line.units_per_event * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn one_event_a_request_pays_for_every_call_alone() {
        // one API call, one invocation and two hundredths, two sends of one message, each received alone, two tenths of a
        // delete, a line a request and two a batch, every twentieth invocation traced
        let lambda_seconds = (0.010 + 0.06 / 100.0) * 0.5;
        let expected = [1.0, 1.02, lambda_seconds, 2.0, 2.0, 0.2, (1000.0 + 50.0) / 1e6, 263.0 / 1e6, 0.051];
        assert_eq!(units(1, 100), expected.map(|unit| (unit * 1e6_f64).round() / 1e6));
    }

    #[test]
    fn twenty_five_rows_take_three_sends_a_queue() {
        assert_eq!(units(25, 100)[3], 0.24);
        assert_eq!(units(100, 100)[3], 0.2);
    }

    #[test]
    fn a_batch_that_does_not_fill_a_delete_still_pays_for_it() {
        assert_eq!(units(1, 1)[5], 2.0);
        assert_eq!(units(1, 15)[5], 0.266_667);
    }

    #[test]
    fn a_receive_brings_ten_at_most_and_never_more_than_the_batch() {
        let receives = |receive, batch| bill(&Load { receive, ..load(25, batch) }, &prices())[4].units_per_event;
        assert_eq!(
            [(1, 100), (25, 100), (10, 2), (0, 100)].map(|(receive, batch)| receives(receive, batch)),
            [2.0, 0.2, 1.0, 2.0]
        );
    }

    #[test]
    fn an_item_takes_a_write_unit_a_kibibyte_which_its_interactions_share() {
        let lines =
            |interactions| bill(&Load { interactions_per_item: Some(interactions), ..load(25, 100) }, &prices());
        // 236 bytes and 207 for each: 443, and 5,411
        assert_eq!([1, 25].map(|interactions| lines(interactions)[9].units_per_event), [1.0, 6.0 / 25.0]);
        let stored = |interactions| lines(interactions)[10].units_per_event * 1e6;
        let expected = [543.0, 5511.0 / 25.0].map(|bytes: f64| bytes * 30.0 / 30.4);
        assert!((stored(1) - expected[0]).abs() < 1e-9 && (stored(25) - expected[1]).abs() < 1e-9);
        assert_eq!(bill(&load(25, 100), &prices()).len(), 9);
    }

    #[test]
    fn the_total_is_the_sum_in_us_dollars_per_million_events() {
        let lines = bill(&load(10, 100), &prices());
        // 0.1 x 1 + 0.12 x 0.2 + (0.001 + 0.0006) x 0.5 x 10 + 3 x 0.2 x 0.4 + 0.00015 x 500 + 0.0000263 x 500
        // + 0.12 x 0.05 x 5
        let expected = 0.1 + 0.024 + 0.008 + 0.24 + 0.075 + 0.013_15 + 0.03;
        assert!((total(&lines) - expected).abs() < 1e-9, "{}", total(&lines));
    }
}
