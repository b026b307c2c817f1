//! Sends batches until the API has decided every item. Retrying is safe: event ids stay the same.

use std::collections::BTreeMap;
use std::time::Duration;

use backon::BackoffBuilder as _;
use serde::Deserialize;
use stack::StackFile;
use stack::issuer::Role;

use super::batch::Item;
use super::{Args, Kind};
use crate::Error;
use crate::api::{Api, Unanswered, pauses, read};
use crate::deployment::local_stack;

/// Tokens of the local issuer outlast any run.
const TOKEN_SECONDS: i64 = 24 * 60 * 60;

/// The API, for one kind of lines.
pub(super) struct Sender {
    api: Api,
    token: String,
    route: &'static str,
    list: &'static str,
}

/// The outcome of the items of a batch.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    /// Line, code and message of rejected items.
    pub(super) refused: Vec<(u64, String, String)>,
    pub(super) requests: u64,
    pub(super) retries: u64,
}

#[derive(Deserialize)]
struct Reply {
    results: Vec<ItemReply>,
}

#[derive(Deserialize)]
struct ItemReply {
    index: usize,
    status: Status,
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Accepted,
    Duplicate,
    Conflict,
    Rejected,
    Unavailable,
}

impl Sender {
    /// Connects to the API that the arguments name, or to that of the local stack.
    pub(super) fn connect(stack: &str, args: &Args) -> Result<Self, Error> {
        let (api, token) = if let (Some(url), Some(token)) = (&args.api_url, &args.trusted_token) {
            (Api::new(url.trim_end_matches('/').to_owned(), false)?, token.clone())
        } else {
            let description = local_stack(stack)?;
            (Api::new(description.api_url.clone(), true)?, local_token(&description)?)
        };
        let (route, list) = match args.kind {
            Kind::Interactions => ("import/interaction", "interactions"),
            Kind::Orders => ("event", "events"),
        };
        Ok(Self { api, token, route, list })
    }

    /// Sends items until each is decided; returns why if that fails.
    pub(super) async fn send(&self, items: &[Item]) -> Result<Sent, String> {
        let mut left: Vec<&Item> = items.iter().collect();
        let (mut sent, mut pauses) = (Sent::default(), pauses().build());
        while !left.is_empty() {
            sent.requests += 1;
            let (wait, failure) = match self.post(&left).await {
                Ok(reply) => {
                    left = sent.take(&left, reply);
                    if left.is_empty() {
                        break;
                    }
                    (Duration::ZERO, "the event queue stayed unavailable".to_owned())
                }
                Err(unanswered) if unanswered.is_temporary() => (unanswered.retry_after(), unanswered.chain()),
                Err(unanswered) => return Err(unanswered.chain()),
            };
            let Some(pause) = pauses.next() else { return Err(failure) };
            sent.retries += 1;
            tokio::time::sleep(pause.max(wait)).await;
        }
        Ok(sent)
    }

    async fn post(&self, items: &[&Item]) -> Result<Reply, Unanswered> {
        let items: Vec<&str> = items.iter().map(|item| &*item.json).collect();
        let body = format!("{{\"{}\":[{}]}}", self.list, items.join(","));
        let request = self.api.post(self.route, Some(&self.token)).header("content-type", "application/json");
        read(request.body(body).send().await).await
    }
}

/// Signs a token of the shop's services for the local stack.
fn local_token(description: &StackFile) -> Result<String, Error> {
    let (role, now) = (Role::Producer, jiff::Timestamp::now().as_second());
    let claims = description.claims(role, &role.default_account().to_string(), now..now + TOKEN_SECONDS);
    Ok(description.load_issuer()?.token(&claims)?)
}

impl Sent {
    /// Counts what is decided and returns what is not.
    fn take<'i>(&mut self, items: &[&'i Item], reply: Reply) -> Vec<&'i Item> {
        // An item that is missing in the reply is not decided either.
        let mut left: BTreeMap<usize, &'i Item> = items.iter().copied().enumerate().collect();
        for result in reply.results {
            if matches!(result.status, Status::Unavailable) {
                continue;
            }
            let Some(item) = left.remove(&result.index) else { continue };
            match result.status {
                Status::Accepted => self.accepted += 1,
                Status::Duplicate => self.duplicate += 1,
                Status::Conflict | Status::Rejected | Status::Unavailable => {
                    let (code, message) = (result.code.unwrap_or_default(), result.message.unwrap_or_default());
                    self.refused.push((item.line, code, message));
                }
            }
        }
        left.into_values().collect()
    }
}
