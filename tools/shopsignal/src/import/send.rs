//! Sends batches until the API has decided every item. Retrying is safe: event ids stay the same.

use stack::StackFile;
use stack::issuer::Role;

use super::args::{Args, Kind};
use super::batch::Item;
use crate::Error;
use crate::api::{Api, ItemReply, ListReply, Status, Unanswered, read, settle};
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
        let settled = settle(items, async |left| self.post(left).await).await;
        let (requests, retries) = (count(settled.requests), count(settled.retries()));
        if let Some(failure) = settled.failure {
            return Err(failure);
        }
        let mut sent = Sent { requests, retries, ..Sent::default() };
        settled.decided.into_iter().for_each(|(item, reply)| sent.add(item, reply));
        Ok(sent)
    }

    async fn post(&self, items: &[&Item]) -> Result<ListReply, Unanswered> {
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

fn count(requests: usize) -> u64 {
    u64::try_from(requests).unwrap_or(u64::MAX)
}

impl Sent {
    fn add(&mut self, item: &Item, reply: ItemReply) {
        match reply.status {
            Status::Accepted => self.accepted += 1,
            Status::Duplicate => self.duplicate += 1,
            Status::Conflict | Status::Rejected | Status::Unavailable => {
                let (code, message) = (reply.code.unwrap_or_default(), reply.message.unwrap_or_default());
                self.refused.push((item.line, code, message));
            }
        }
    }
}
