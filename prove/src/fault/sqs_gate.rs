//! A gate in front of SQS that only senders pass: refuses calls, fails entries, loses responses, triggers a trap.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::{Moment, Recorded, Reply, Stack, TestServer};

/// Longer than any call of a sender lasts.
const SEND_LIMIT: Duration = Duration::from_secs(30);

/// How badly SQS takes messages, in percent of the calls or entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendFaults {
    /// Calls answered by 503, without effect.
    pub refuse: u32,
    /// Calls answered by the throttling error, without effect.
    pub throttle: u32,
    /// Entries that come back as `Failed`, without effect.
    pub fail_entries: u32,
    /// Calls that take effect and are answered by 500.
    pub lose_answers: u32,
}

/// Waits for a call.
struct Trap {
    /// The queue, or any.
    queue_url: Option<String>,
    /// Calls that pass before.
    pass: u32,
    moment: Moment,
    action: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// The gate, on a free loopback port; it stops when the value is dropped.
#[derive(Debug)]
pub struct SqsGate {
    server: TestServer,
    shared: Arc<Shared>,
}

struct Shared {
    faults: Mutex<SendFaults>,
    trap: Mutex<Option<Trap>>,
    random: Mutex<ChaCha8Rng>,
    /// Entries that SQS accepted, by the queue's URL.
    taken: Mutex<HashMap<String, usize>>,
    http: reqwest::Client,
}

impl SqsGate {
    /// Opens a gate to the emulator.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn open(seed: u64) -> Self {
        // Fails when another rig was first, which is fine.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let shared = Arc::new(Shared {
            faults: Mutex::default(),
            trap: Mutex::default(),
            random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
            taken: Mutex::default(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        });
        let keeper = Arc::clone(&shared);
        let server = TestServer::start(move |call| {
            let keeper = Arc::clone(&keeper);
            async move { keeper.pass(call).await }
        });
        Self { server: server.await, shared }
    }

    /// Returns the endpoint, as `AWS_ENDPOINT_URL_SQS` of a function.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Sets the faults from now on.
    pub fn set_faults(&self, faults: SendFaults) {
        *self.shared.faults.lock().unwrap() = faults;
    }

    /// Runs an action at a call to a queue (or any), after a number of calls have passed. That call gets no response.
    pub fn set_trap(
        &self,
        (queue_url, pass): (Option<&str>, u32),
        moment: Moment,
        action: impl Future<Output = ()> + Send + 'static,
    ) {
        let queue_url = queue_url.map(str::to_owned);
        *self.shared.trap.lock().unwrap() = Some(Trap { queue_url, pass, moment, action: Box::pin(action) });
    }

    /// Waits until SQS has accepted a number of additional messages for a queue since the returned future was created.
    pub fn wait_for_messages(&self, queue_url: &str, count: usize) -> impl Future<Output = ()> + Send + 'static {
        let (shared, queue_url) = (Arc::clone(&self.shared), queue_url.to_owned());
        let taken = move || shared.taken.lock().unwrap().get(&queue_url).copied().unwrap_or_default();
        let enough = taken() + count;
        async move {
            let end = Instant::now() + SEND_LIMIT;
            while taken() < enough {
                assert!(Instant::now() < end, "the queue does not get its messages");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    }

    /// Says whether the trap was triggered, or never set.
    #[must_use]
    pub fn has_sprung(&self) -> bool {
        self.shared.trap.lock().unwrap().is_none()
    }
}

impl Shared {
    async fn pass(&self, call: Recorded) -> Reply {
        let mut body: Value = serde_json::from_str(&call.body).unwrap_or_default();
        let trap = self.take_trap(&body);
        match trap {
            Some(trap) if trap.moment == Moment::Asked => {
                trap.action.await;
                return std::future::pending().await;
            }
            Some(trap) => {
                self.forward(&call, &body).await;
                trap.action.await;
                return std::future::pending().await;
            }
            None => {}
        }
        let faults = *self.faults.lock().unwrap();
        if self.happens(faults.refuse) {
            return error(503, "ServiceUnavailable");
        }
        if self.happens(faults.throttle) {
            return error(400, "RequestThrottled");
        }
        let failed = self.take_failing(&mut body, faults.fail_entries);
        let answer = self.forward(&call, &body).await;
        if self.happens(faults.lose_answers) {
            return error(500, "InternalError");
        }
        answer.with_failed(failed)
    }

    fn take_trap(&self, body: &Value) -> Option<Trap> {
        let mut trap = self.trap.lock().unwrap();
        let meant = trap.as_mut().filter(|trap| trap.queue_url.as_deref().is_none_or(|url| body["QueueUrl"] == url))?;
        if meant.pass > 0 {
            meant.pass -= 1;
            return None;
        }
        trap.take()
    }

    fn happens(&self, percent: u32) -> bool {
        self.random.lock().unwrap().random_ratio(percent.min(100), 100)
    }

    /// Removes the entries that should fail from the call.
    fn take_failing(&self, body: &mut Value, percent: u32) -> Vec<Value> {
        let Some(entries) = body["Entries"].as_array_mut() else { return Vec::new() };
        let failing = entries.extract_if(.., |_| self.happens(percent));
        failing.map(|entry| json!({"Id": entry["Id"], "SenderFault": false, "Code": "InternalError"})).collect()
    }

    async fn forward(&self, call: &Recorded, body: &Value) -> Taken {
        if body["Entries"].as_array().is_some_and(Vec::is_empty) {
            return Taken { status: 200, body: json!({"Successful": []}) };
        }
        let mut request = self.http.post(Stack::get().aws_endpoint()).body(body.to_string());
        for (name, value) in &call.headers {
            if !["host", "content-length"].contains(&name.as_str()) {
                request = request.header(name, value);
            }
        }
        // The emulator may close an idle connection at the moment in which it is used again.
        let Ok(answer) = request.send().await else { return Taken { status: 503, body: json!({}) } };
        let taken = Taken { status: answer.status().as_u16(), body: answer.json().await.unwrap_or_default() };
        let entries = taken.body["Successful"].as_array().map_or(0, Vec::len);
        let queue_url = body["QueueUrl"].as_str().unwrap_or_default().to_owned();
        *self.taken.lock().unwrap().entry(queue_url).or_default() += entries;
        taken
    }
}

/// The emulator's response.
struct Taken {
    status: u16,
    body: Value,
}

impl Taken {
    fn with_failed(mut self, failed: Vec<Value>) -> Reply {
        if !failed.is_empty() {
            let more = self.body["Failed"].as_array().cloned().unwrap_or_default();
            self.body["Failed"] = failed.into_iter().chain(more).collect();
        }
        TestServer::reply(self.status, self.body.to_string())
    }
}

fn error(status: u16, code: &str) -> Reply {
    let body = json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": "a fault of the test"});
    TestServer::reply(status, body.to_string())
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("faults", &self.faults).finish_non_exhaustive()
    }
}
