//! A client of the HTTP API: one request, and whether it should be retried; a list of items, until each is decided.

mod settle;

use std::time::Duration;

use backon::ExponentialBuilder;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use self::settle::{ItemReply, ListReply, Settled, Status, settle};
use crate::Error;

/// API Gateway's timeout for a function is 30 s.
const ANSWER_LIMIT: Duration = Duration::from_secs(35);
/// The first backoff; it doubles with each retry and has jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The upper limit of Retry-After.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// With doubling pauses up to 5 s that is half a minute of failure.
const RETRIES: usize = 10;

/// A client of the API.
#[derive(Debug)]
pub struct Api {
    client: reqwest::Client,
    url: String,
}

/// A request without a usable response.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    #[error("no answer")]
    Connection(#[source] reqwest::Error),
    #[error("HTTP {status}: {text}")]
    Status { status: StatusCode, retry_after: Option<Duration>, text: String },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body<T> {
    Taken { data: T },
    Refused { error: Refusal<T> },
}

#[derive(Deserialize)]
struct Refusal<T> {
    details: T,
}

impl Api {
    /// Creates a client for the API at a URL without a trailing slash; no proxy is used for an API on this machine.
    ///
    /// # Errors
    /// When TLS is not available.
    pub fn new(url: String, is_local: bool) -> Result<Self, Error> {
        // It fails only when a provider is already installed.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let mut client = reqwest::Client::builder().timeout(ANSWER_LIMIT).user_agent("shopsignal");
        if is_local {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|source| Error::Http { what: "the HTTP client", source })?;
        Ok(Self { client, url })
    }

    /// A request to a route of the API.
    pub fn post(&self, route: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.client.post(format!("{}/api/v1/analytic/{route}", self.url));
        token.iter().fold(request, |request, token| request.bearer_auth(token))
    }
}

/// The backoff between retries: half a minute in total, before jitter.
pub fn pauses() -> ExponentialBuilder {
    let pauses = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_delay(Duration::from_secs(5));
    pauses.with_max_times(RETRIES).with_jitter()
}

impl Unanswered {
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::Status { status, .. } => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
            }
        }
    }

    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Status { retry_after: Some(pause), .. } => (*pause).min(LONGEST_PAUSE),
            _ => Duration::ZERO,
        }
    }

    /// The failure and its cause, in one line.
    pub fn chain(&self) -> String {
        let cause = std::error::Error::source(self).map_or(String::new(), |cause| format!(": {cause}"));
        format!("{self}{cause}")
    }
}

/// Reads the results of the items from a response that has them.
pub async fn read<T: DeserializeOwned>(response: reqwest::Result<Response>) -> Result<T, Unanswered> {
    let response = response.map_err(Unanswered::Connection)?;
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let text = response.text().await.map_err(Unanswered::Connection)?;
    match serde_json::from_str(&text) {
        Ok(Body::Taken { data }) if status.is_success() => Ok(data),
        Ok(Body::Refused { error }) if status == StatusCode::BAD_REQUEST => Ok(error.details),
        _ => {
            let text = shorten(&text);
            Err(Unanswered::Status { status, retry_after: retry_after.map(Duration::from_secs), text })
        }
    }
}

/// The beginning of a response, for an error message.
#[must_use]
pub fn shorten(text: &str) -> String {
    text.chars().take(600).collect()
}
