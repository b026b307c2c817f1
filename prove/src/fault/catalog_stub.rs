//! The catalog: a keyed set behind HTTP, which may be slow, down, or lose its response after it accepted a call.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use testkit::{Recorded, Reply, TestProxy, TestServer};

/// The faults of the catalog, in percent of the calls.
#[derive(Debug, Clone, Copy, Default)]
pub struct CatalogFaults {
    /// Calls answered by 503, without effect.
    pub fail: u32,
    /// Accepted calls whose connection ends without a response.
    pub lose_answers: u32,
    /// How long every call takes.
    pub slow: Duration,
}

/// What the catalog received about one interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `event_type` and `ref_id` of the first call.
    pub event: (String, String),
    /// Calls that were accepted.
    pub times: usize,
}

/// A server on a free loopback port; it stops when the value is dropped.
#[derive(Debug)]
pub struct CatalogStub {
    line: Arc<TestProxy>,
    url: String,
    shared: Arc<Shared>,
    _server: TestServer,
}

#[derive(Debug)]
struct Shared {
    faults: Mutex<CatalogFaults>,
    random: Mutex<ChaCha8Rng>,
    received: Mutex<BTreeMap<i64, Received>>,
    contradictions: Mutex<Vec<String>>,
    away: Arc<AtomicBool>,
}

impl CatalogStub {
    /// Starts an empty catalog.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn open(seed: u64) -> Self {
        let shared = Arc::new(Shared {
            faults: Mutex::default(),
            random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
            received: Mutex::default(),
            contradictions: Mutex::default(),
            away: Arc::default(),
        });
        let line = Arc::new(std::sync::OnceLock::<Arc<TestProxy>>::new());
        let (keeper, way) = (Arc::clone(&shared), Arc::clone(&line));
        let server = TestServer::start(move |call| {
            let (keeper, way) = (Arc::clone(&keeper), Arc::clone(&way));
            async move { keeper.answer(call, way.get().unwrap()).await }
        })
        .await;
        let proxy = Arc::new(TestProxy::start(server.url().strip_prefix("http://").unwrap()).await);
        line.set(Arc::clone(&proxy)).unwrap();
        let url = format!("http://{}/interactions", proxy.address());
        Self { line: proxy, url, shared, _server: server }
    }

    /// Returns the URL, as `CATALOG_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the proxy in front of it, for breaking the connection.
    #[must_use]
    pub fn line(&self) -> &TestProxy {
        &self.line
    }

    /// Makes the catalog unavailable: every call is answered by 404, as before a service is registered.
    pub fn leave(&self) {
        self.shared.away.store(true, SeqCst);
    }

    /// Makes it available again.
    pub fn come_back(&self) {
        self.shared.away.store(false, SeqCst);
    }

    /// Returns the switch that says whether it is away.
    #[must_use]
    pub fn away(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.shared.away)
    }

    /// Sets the faults from now on.
    pub fn set_faults(&self, faults: CatalogFaults) {
        *self.shared.faults.lock().unwrap() = faults;
    }

    /// Returns what it accepted, by interaction id.
    #[must_use]
    pub fn received(&self) -> BTreeMap<i64, Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Returns the errors found in calls.
    #[must_use]
    pub fn contradictions(&self) -> Vec<String> {
        self.shared.contradictions.lock().unwrap().clone()
    }
}

impl Shared {
    async fn answer(&self, call: Recorded, line: &TestProxy) -> Reply {
        let faults = *self.faults.lock().unwrap();
        tokio::time::sleep(faults.slow).await;
        if self.away.load(SeqCst) {
            return TestServer::reply(404, "");
        }
        if self.happens(faults.fail) {
            return TestServer::reply(503, "");
        }
        let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
        if body["metadata"]["poison"] == true {
            return TestServer::reply(422, "");
        }
        self.accept(&call, &body);
        if self.happens(faults.lose_answers) {
            // The next response is lost, and with it a connection.
            line.lose_next_answer();
        }
        TestServer::reply(200, "")
    }

    fn accept(&self, call: &Recorded, body: &Value) {
        let key = call.headers.get("idempotency-key").and_then(|key| key.to_str().ok()?.parse::<i64>().ok());
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let event = (text("event_type"), text("ref_id"));
        let Some(id) = key.filter(|id| body["id"] == *id) else {
            let contradiction = format!("the catalog was called with the key {key:?} for {}", body["id"]);
            return self.contradictions.lock().unwrap().push(contradiction);
        };
        let mut received = self.received.lock().unwrap();
        let entry = received.entry(id).or_insert_with(|| Received { event: event.clone(), times: 0 });
        entry.times += 1;
        if entry.event != event {
            self.contradictions.lock().unwrap().push(format!("the catalog heard two things of {id}"));
        }
    }

    fn happens(&self, percent: u32) -> bool {
        self.random.lock().unwrap().random_ratio(percent.min(100), 100)
    }
}
