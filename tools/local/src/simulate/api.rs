//! The API as a front end uses it: one request, repeated with the same event ids until it is answered.

use std::collections::BTreeMap;

use backon::Retryable as _;
use reqwest::RequestBuilder;
use reqwest::header::USER_AGENT;
use serde::Deserialize;
pub(crate) use shopsignal::api::{Unanswered, pauses, read};

use super::batch::Batch;
use super::crowd::{Crowd, Sender};
use crate::Error;
use stack::StackFile;
use stack::issuer::{Issuer, Role};

/// Tokens of the local issuer outlast any run.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

/// What a crawler says of itself.
const CRAWLER: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Where tokens come from.
pub(crate) enum Tokens {
    /// Signed for each shopper by the local issuer.
    Local(Box<StackFile>, Issuer),
    /// Given on the command line: one for all shoppers and one for purchases.
    Given { shopper: String, trusted: String },
}

/// A client of the API.
pub(crate) struct Api {
    api: shopsignal::api::Api,
    tokens: Tokens,
    seed: u64,
}

/// The response to a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) accepted: usize,
    pub(super) duplicate: usize,
    /// Rejected and conflicting items by code.
    pub(super) rejected: BTreeMap<String, usize>,
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
        let api = shopsignal::api::Api::new(url, matches!(tokens, Tokens::Local(..)))?;
        Ok(Self { api, tokens, seed })
    }

    /// Creates the token of a sender; a guest has none.
    pub(crate) fn token(&self, sender: Sender) -> Result<Option<String>, Error> {
        let (role, account) = match sender {
            Sender::Guest | Sender::Bot => return Ok(None),
            Sender::Shopper(number) => (Role::Shopper, Crowd::account(self.seed, number)),
            Sender::Producer => (Role::Producer, Role::Producer.default_account()),
        };
        match &self.tokens {
            Tokens::Local(stack, issuer) => {
                let now = jiff::Timestamp::now().as_second();
                let claims = stack.claims(role, &account.to_string(), now..now + TOKEN_SECONDS);
                Ok(Some(issuer.token(&claims)?))
            }
            Tokens::Given { trusted, .. } if sender == Sender::Producer => Ok(Some(trusted.clone())),
            Tokens::Given { shopper, .. } => Ok(Some(shopper.clone())),
        }
    }

    /// Sends a request until it is answered. Repeating is safe, because the event ids stay the same.
    ///
    /// `on_retry` is called before each repetition.
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
        let request = self.post(route, token).json(&body);
        let request = if batch.sender == Sender::Bot { request.header(USER_AGENT, CRAWLER) } else { request };
        read(request.send().await).await.map(count)
    }

    /// A request to a route of the API.
    pub(crate) fn post(&self, route: &str, token: Option<&str>) -> RequestBuilder {
        self.api.post(route, token)
    }
}

fn count(reply: Reply) -> Answer {
    let mut answer = Answer { accepted: reply.accepted, duplicate: reply.duplicate, rejected: BTreeMap::new() };
    for code in reply.results.into_iter().filter_map(|item| item.code) {
        *answer.rejected.entry(code).or_default() += 1;
    }
    answer
}
