//! The Lambda Runtime API, as far as a function uses it: next, response, error.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::offset_ms;

/// The result of a function for an event: `Ok` is its response, `Err` its error.
pub(crate) type InvocationResult = Result<Value, Value>;

/// An event to be delivered to the function.
pub(crate) struct Event {
    pub(crate) payload: String,
    pub(crate) timeout: Duration,
    pub(crate) said: oneshot::Sender<InvocationResult>,
}

/// The API of one execution environment.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) address: String,
    pub(crate) events: mpsc::UnboundedSender<Event>,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

type Action = Box<dyn FnOnce() + Send>;

struct Shared {
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    running: Mutex<HashMap<String, oneshot::Sender<InvocationResult>>>,
    /// The action that runs when the next response arrives, which is then dropped.
    trap: Mutex<Option<Action>>,
    /// The file with the clock offset of the environment, if it has its own clock.
    clock: Option<PathBuf>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl RuntimeApi {
    pub(crate) async fn start(clock: Option<PathBuf>) -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let queue = tokio::sync::Mutex::new(queue);
        let shared = Arc::new(Shared { queue, running: Mutex::default(), trap: Mutex::default(), clock });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, events, shared, task }
    }

    pub(crate) fn set_trap(&self, action: Action) {
        *self.shared.trap.lock().unwrap() = Some(action);
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits for an event, as a real environment waits between invocations.
async fn next(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let Some(event) = shared.queue.lock().await.recv().await else { std::future::pending().await };
    let id = Uuid::now_v7().to_string();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    // An environment receives the deadline by its own clock.
    let ahead_ms = shared.clock.as_deref().map_or(0, offset_ms);
    let deadline = i128::from(ahead_ms) + i128::try_from((now + event.timeout).as_millis()).unwrap();
    shared.running.lock().unwrap().insert(id.clone(), event.said);
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-deadline-ms", deadline.to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:test")
        .header("lambda-runtime-trace-id", format!("Root=1-5759e988-{};Sampled=1", &id.replace('-', "")[8..]))
        .header("lambda-runtime-aws-request-id", id)
        .body(Body::from(event.payload))
        .unwrap()
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: String) -> StatusCode {
    say(&shared, &id, Ok(serde_json::from_str(&body).unwrap_or(Value::Null)))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: String) -> StatusCode {
    say(&shared, &id, Err(serde_json::from_str(&body).unwrap_or(Value::Null)))
}

fn say(shared: &Shared, id: &str, said: InvocationResult) -> StatusCode {
    let trap = shared.trap.lock().unwrap().take();
    if let Some(action) = trap {
        shared.running.lock().unwrap().remove(id);
        action();
        return StatusCode::ACCEPTED;
    }
    if let Some(waiting) = shared.running.lock().unwrap().remove(id) {
        // The test may have stopped waiting.
        waiting.send(said).ok();
    }
    StatusCode::ACCEPTED
}
