//! Sends the back-end events of a simulated shop, and sums up the outcomes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::api::Api;
use super::args::Args;
use super::crowd::Sender;
use super::order::{Event, Planted, Shop};
use super::progress;
use super::report::Report;
use crate::Error;

/// The API's limit per request.
const EVENTS_PER_REQUEST: usize = 100;

/// The figures of a simulated shop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShopSummary {
    /// Different orders.
    pub orders: usize,
    /// The orders are placed within this many days before `until`.
    pub days: u16,
    /// The time base; with the same seed and run the events are the same.
    pub until: Timestamp,
    /// Events sent, including repeated ones.
    pub events: usize,
    /// Accepted by the API; each is logged once.
    pub accepted: usize,
    /// Refused.
    pub rejected: usize,
    /// Rejected events by code.
    pub rejected_by_code: BTreeMap<String, usize>,
    /// Neither, after all retries.
    pub failed: usize,
    /// The first reason for that.
    pub first_failure: Option<String>,
    /// Requests sent, without repetitions.
    pub requests: usize,
    /// Repetitions.
    pub retries: usize,
    /// From the first request to the last response.
    pub seconds: f64,
    /// The customers that the fraud rules must find, and no others.
    pub planted: Vec<Planted>,
    /// The seller with the highest quantity.
    pub best_seller: Option<Uuid>,
    /// The ids under which the accepted events are logged.
    #[serde(skip)]
    pub event_ids: BTreeSet<Uuid>,
}

impl ShopSummary {
    /// Whether the API has accepted every event.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.rejected == 0 && self.failed == 0
    }

    fn add(&mut self, report: Report) {
        self.requests += 1;
        self.accepted += report.accepted;
        self.failed += report.failed;
        self.retries += report.retries;
        self.event_ids.extend(report.ids);
        for (code, count) in report.rejected {
            self.rejected += count;
            *self.rejected_by_code.entry(code).or_default() += count;
        }
        self.first_failure = self.first_failure.take().or(report.failure);
    }
}

/// Sends every event of a shop. Shows progress on stderr when that is a terminal.
pub(super) async fn send(api: &Api, shop: &Shop, args: &Args, until: Timestamp) -> Result<ShopSummary, Error> {
    let mut summary = describe(shop, args, until);
    let token = api.token(Sender::Producer)?.unwrap_or_default();
    let bar = progress::bar(shop.events.len());
    let start = Instant::now();
    let requests = shop.events.chunks(EVENTS_PER_REQUEST).zip(0..).map(|(events, number)| {
        let due = args.rate.due(start, number * EVENTS_PER_REQUEST);
        report(api, events, &token, due)
    });
    let mut reports = stream::iter(requests).buffer_unordered(usize::from(args.concurrency));
    while let Some((events, report)) = reports.next().await {
        summary.add(report);
        bar.inc(u64::try_from(events).unwrap_or_default());
        let ShopSummary { accepted, rejected, failed, retries, requests, .. } = summary;
        bar.set_message(format!("accepted {accepted}  rejected {rejected}  failed {failed}  retries {retries}"));
        // Each request has been retried for half a minute: the API is not available, and the others would wait in vain.
        if requests >= usize::from(args.concurrency) && accepted + rejected == 0 {
            summary.failed = shop.events.len();
            break;
        }
    }
    bar.finish_and_clear();
    summary.seconds = start.elapsed().as_secs_f64();
    Ok(summary)
}

async fn report(api: &Api, events: &[Event], token: &str, due: Option<Instant>) -> (usize, Report) {
    if let Some(due) = due {
        tokio::time::sleep_until(due.into()).await;
    }
    (events.len(), api.report(events, token).await)
}

fn describe(shop: &Shop, args: &Args, until: Timestamp) -> ShopSummary {
    ShopSummary {
        orders: shop.orders,
        days: args.days,
        until,
        events: shop.events.len(),
        accepted: 0,
        rejected: 0,
        rejected_by_code: BTreeMap::new(),
        failed: 0,
        first_failure: None,
        requests: 0,
        retries: 0,
        seconds: 0.0,
        planted: shop.planted.clone(),
        best_seller: shop.best_seller(),
        event_ids: BTreeSet::new(),
    }
}
