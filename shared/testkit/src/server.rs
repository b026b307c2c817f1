//! An HTTP server with scripted responses that records its requests.

use std::future::Future;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A received request.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as a string.
    pub body: String,
}

/// An answer.
pub type Reply = Response<Body>;

/// A server on a free loopback port; it stops when the value is dropped.
#[derive(Debug)]
pub struct TestServer {
    url: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
    task: JoinHandle<()>,
}

impl TestServer {
    /// Starts a server that answers each request with a function.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start<F, R>(answer: F) -> Self
    where
        F: Fn(Recorded) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Reply> + Send + 'static,
    {
        let requests: Arc<Mutex<Vec<Recorded>>> = Arc::default();
        let log = Arc::clone(&requests);
        let router = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), answer.clone());
            async move {
                let recorded = record(request).await;
                log.lock().unwrap().push(recorded.clone());
                answer(recorded).await
            }
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, requests, task }
    }

    /// Starts a server that responds to everything with the same status and no body.
    pub async fn always(status: u16) -> Self {
        Self::start(move |_| async move { Self::reply(status, "") }).await
    }

    /// Writes an answer.
    ///
    /// # Panics
    /// When the status is not valid.
    #[must_use]
    pub fn reply(status: u16, body: impl Into<Body>) -> Reply {
        Response::builder().status(StatusCode::from_u16(status).unwrap()).body(body.into()).unwrap()
    }

    /// Returns the base URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the requests so far.
    ///
    /// # Panics
    /// Never: nothing panics while holding the log.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn record(request: Request) -> Recorded {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Recorded {
        method: head.method,
        target: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}
