//! The API as a front end uses it: one request, retried with the same event ids until it is answered.

use std::collections::BTreeMap;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::batch::Batch;
use super::crowd::{Crowd, Sender};
use crate::Error;
use crate::issuer::{Issuer, Role};
use crate::stack::description::StackFile;

/// API Gateway gives up on a function after 30 s.
const ANSWER_LIMIT: Duration = Duration::from_secs(35);
/// The first delay, doubled each time and jittered.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A longer Retry-After is reduced to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// With doubling delays up to 5 s that is half a minute of failure.
const RETRIES: usize = 10;
/// Tokens of the local issuer outlast any run.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

/// The source of tokens.
pub(crate) enum Tokens {
    /// Signed for each shopper by the local issuer.
    Local(Box<StackFile>, Issuer),
    /// Given on the command line: one for all shoppers and one for purchases.
    Given { shopper: String, trusted: String },
}

/// A client of the API.
pub(crate) struct Api {
    client: reqwest::Client,
    url: String,
    tokens: Tokens,
    seed: u64,
}

/// The API's result for a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) accepted: usize,
    pub(super) duplicate: usize,
    /// Rejected and conflicting items by code.
    pub(super) rejected: BTreeMap<String, usize>,
}

/// A request without a usable response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
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

#[derive(Deserialize)]
struct Reply {
    accepted: usize,
    duplicate: usize,
    results: Vec<ItemReply>,
}

#[derive(Deserialize)]
struct ItemReply {
    code: Option<String>,
}

impl Api {
    pub(crate) fn new(url: String, tokens: Tokens, seed: u64) -> Result<Self, Error> {
        // An error means that a provider is already installed, which is fine.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let mut client = reqwest::Client::builder().timeout(ANSWER_LIMIT).user_agent("shopsignal");
        if matches!(tokens, Tokens::Local(..)) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|source| Error::Http { what: "the HTTP client", source })?;
        Ok(Self { client, url, tokens, seed })
    }

    /// Creates the token of a sender; a guest has none.
    pub(crate) fn token(&self, sender: Sender) -> Result<Option<String>, Error> {
        let (role, account) = match sender {
            Sender::Guest => return Ok(None),
            Sender::Shopper(number) => (Role::Shopper, Crowd::account(self.seed, number)),
            Sender::Producer => (Role::Producer, Role::Producer.default_account()),
        };
        match &self.tokens {
            Tokens::Local(stack, issuer) => {
                let now = jiff::Timestamp::now().as_second();
                let claims = stack.claims(role, &account.to_string(), now..now + TOKEN_SECONDS);
                issuer.token(&claims).map(Some)
            }
            Tokens::Given { trusted, .. } if sender == Sender::Producer => Ok(Some(trusted.clone())),
            Tokens::Given { shopper, .. } => Ok(Some(shopper.clone())),
        }
    }

    /// Sends a request until it is answered. Retrying is safe, because the event ids stay the same.
    ///
    /// `on_retry` is called before each retry.
    pub(super) async fn record(
        &self,
        batch: &Batch,
        token: Option<&str>,
        mut on_retry: impl FnMut(),
    ) -> Result<Answer, Unanswered> {
        (|| self.send(batch, token))
            .retry(pauses())
            .when(Unanswered::is_temporary)
            .notify(|_, _| on_retry())
            .adjust(|unanswered, pause| pause.map(|pause| pause.max(unanswered.retry_after())))
            .await
    }

    async fn send(&self, batch: &Batch, token: Option<&str>) -> Result<Answer, Unanswered> {
        let route = if token.is_some() { "interaction" } else { "guest/interaction" };
        let body = serde_json::json!({ "interactions": batch.items });
        read(self.post(route, token).json(&body).send().await).await.map(count)
    }

    /// A request to a route of the API.
    pub(crate) fn post(&self, route: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.client.post(format!("{}/api/v1/analytic/{route}", self.url));
        token.iter().fold(request, |request, token| request.bearer_auth(token))
    }
}

/// The delays between retries: half a minute in total, before jitter.
pub(crate) fn pauses() -> ExponentialBuilder {
    let pauses = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_delay(Duration::from_secs(5));
    pauses.with_max_times(RETRIES).with_jitter()
}

impl Unanswered {
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::Status { status, .. } => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
            }
        }
    }

    pub(crate) fn retry_after(&self) -> Duration {
        match self {
            Self::Status { retry_after: Some(pause), .. } => (*pause).min(LONGEST_PAUSE),
            _ => Duration::ZERO,
        }
    }

    /// What happened and why, on one line.
    pub(crate) fn chain(&self) -> String {
        let cause = std::error::Error::source(self).map_or(String::new(), |cause| format!(": {cause}"));
        format!("{self}{cause}")
    }
}

/// Reads the results of the items from a response that has any.
pub(crate) async fn read<T: DeserializeOwned>(response: reqwest::Result<Response>) -> Result<T, Unanswered> {
    let response = response.map_err(Unanswered::Connection)?;
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let text = response.text().await.map_err(Unanswered::Connection)?;
    match serde_json::from_str(&text) {
        Ok(Body::Taken { data }) if status.is_success() => Ok(data),
        Ok(Body::Refused { error }) if status == StatusCode::BAD_REQUEST => Ok(error.details),
        _ => {
            let text = crate::stack::http::shorten(&text);
            Err(Unanswered::Status { status, retry_after: retry_after.map(Duration::from_secs), text })
        }
    }
}

fn count(reply: Reply) -> Answer {
    let mut answer = Answer { accepted: reply.accepted, duplicate: reply.duplicate, rejected: BTreeMap::new() };
    for code in reply.results.into_iter().filter_map(|item| item.code) {
        *answer.rejected.entry(code).or_default() += 1;
    }
    answer
}
