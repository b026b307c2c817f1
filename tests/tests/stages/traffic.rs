//! Shoppers who send views and read scores while a stage is deployed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use testkit::{TestDatabase, eventually};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How many send at once, and how long each pauses between two requests.
const SENDERS: usize = 3;
const PAUSE: Duration = Duration::from_millis(25);
/// The product of this traffic, and of nothing else in the database.
const PRODUCT: &str = "upgrade-traffic";
/// API Gateway gives up after 30 s.
const REQUEST_LIMIT: Duration = Duration::from_secs(31);
const SCORE_LIMIT: Duration = Duration::from_secs(60);

/// What was sent so far.
#[derive(Debug, Default)]
struct Log {
    acknowledged: AtomicUsize,
    read: AtomicUsize,
    failed: Mutex<Vec<String>>,
    over: AtomicBool,
}

/// Traffic that goes on until it is stopped.
pub(crate) struct Traffic {
    log: Arc<Log>,
    shoppers: JoinSet<()>,
}

/// The traffic of a deployment.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) acknowledged: usize,
    pub(crate) read: usize,
    pub(crate) failed: Vec<String>,
}

impl Traffic {
    /// Starts to send to an API.
    pub(crate) fn start(api: &str) -> Self {
        // An error means that a provider is already installed, which is fine.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let client = reqwest::Client::builder().timeout(REQUEST_LIMIT).build().unwrap();
        let (log, mut shoppers) = (Arc::new(Log::default()), JoinSet::new());
        for _ in 0..SENDERS {
            shoppers.spawn(send_views(client.clone(), api.to_owned(), Arc::clone(&log)));
        }
        shoppers.spawn(read_scores(client, api.to_owned(), Arc::clone(&log)));
        Self { log, shoppers }
    }

    /// Lets the requests under way end, and returns what came of all.
    pub(crate) async fn stop(self) -> Sent {
        self.log.over.store(true, Ordering::SeqCst);
        self.shoppers.join_all().await;
        Sent {
            acknowledged: self.log.acknowledged.load(Ordering::SeqCst),
            read: self.log.read.load(Ordering::SeqCst),
            failed: std::mem::take(&mut self.log.failed.lock().unwrap()),
        }
    }
}

impl Sent {
    /// No request failed, and each view that was acknowledged is stored and scored, once.
    pub(crate) async fn must_be_whole(&self, database: &TestDatabase, before: usize) {
        assert_eq!(self.failed, [""; 0], "of {} acknowledged and {} read", self.acknowledged, self.read);
        let all = i64::try_from(before + self.acknowledged).unwrap();
        let stored = format!("SELECT count(*) FROM analytic.interaction WHERE ref_id = '{PRODUCT}'");
        assert_eq!(database.number(&stored).await, all, "stored");
        // Guests of one network soon reach its cap, so not the score.
        let scored = format!(
            "SELECT coalesce(sum(counted + capped), 0)::bigint FROM analytic.activity WHERE reference = '{PRODUCT}'"
        );
        eventually("every view scored", SCORE_LIMIT, async || (database.number(&scored).await == all).then_some(()))
            .await;
        assert_eq!(database.number("SELECT count(*) FROM analytic.pending WHERE sink = 'popularity'").await, 0);
    }
}

async fn send_views(client: reqwest::Client, api: String, log: Arc<Log>) {
    let url = format!("{api}/api/v1/analytic/guest/interaction");
    let session = Uuid::now_v7();
    while !log.over.load(Ordering::SeqCst) {
        let view = json!({"event_id": Uuid::now_v7(), "session_id": session, "event_type": "view", "ref_type": "Product",
            "ref_id": PRODUCT});
        let sent = client.post(&url).json(&json!({ "interactions": [view] })).send().await;
        log.count(&log.acknowledged, sent).await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn read_scores(client: reqwest::Client, api: String, log: Arc<Log>) {
    while !log.over.load(Ordering::SeqCst) {
        let sent = client.get(format!("{api}/api/v1/analytic/popularity/top?limit=1")).send().await;
        log.count(&log.read, sent).await;
        tokio::time::sleep(PAUSE).await;
    }
}

impl Log {
    async fn count(&self, fine: &AtomicUsize, sent: Result<reqwest::Response, reqwest::Error>) {
        let failure = match sent {
            Ok(response) if response.status().is_success() => {
                fine.fetch_add(1, Ordering::SeqCst);
                return;
            }
            Ok(response) => format!("{} {}", response.status(), response.text().await.unwrap_or_default()),
            Err(error) => format!("{error:?}"),
        };
        self.failed.lock().unwrap().push(failure);
    }
}
