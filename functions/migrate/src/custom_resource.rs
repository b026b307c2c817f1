//! CloudFormation's protocol for custom resources: a request names a URL, and the stack waits until an answer is put there.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html>. The URL is used as it was given, over
//! https only, and appears nowhere: whoever has it can answer. The reason of a failure is shown to everybody who may read
//! the stack.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lambda_runtime::Error;
use outbound::{Answer, Call, SecureUrl};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The limit of one attempt to answer, and how often it is tried.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 3;

/// Far below the limit of the whole answer, which is 4096 bytes.
const REASON_CHARACTERS: usize = 800;

/// The identity of the resource. It never changes: CloudFormation would take another one for a replacement.
const PHYSICAL_ID: &str = "schema";

/// What CloudFormation wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    Create,
    Update,
    Delete,
}

/// A request of CloudFormation.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    #[serde(rename = "RequestType")]
    pub(crate) kind: Kind,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
    #[serde(default)]
    resource_properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(default)]
    release: String,
}

/// The answer that CloudFormation gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success { applied: String },
    Failed { reason: String },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: Value,
}

/// CloudFormation was not told.
#[derive(Debug, thiserror::Error)]
#[error("could not answer cloudformation: {0}")]
struct NotAnswered(String);

impl Request {
    /// Reads an event; `None` when it is no request of CloudFormation.
    ///
    /// # Errors
    /// When it is an incomplete one.
    pub(crate) fn read(event: Value) -> Result<Option<Self>, Error> {
        if event.get("RequestType").is_none() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_value(event)?))
    }

    /// The release that is being deployed, or returned to.
    pub(crate) fn release(&self) -> &str {
        &self.resource_properties.release
    }

    /// Puts the answer where CloudFormation waits for it.
    ///
    /// # Errors
    /// When it could not be put there; then the stack waits until the `ServiceTimeout` of the resource.
    pub(crate) async fn answer(&self, outcome: &Outcome) -> Result<(), Error> {
        let url: SecureUrl = self.response_url.parse()?;
        let client = outbound::client(ANSWER_LIMIT, NonZeroUsize::MIN)?;
        let body = serde_json::to_vec(&self.body(outcome))?;
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            // Without a content type: the URL is signed for a request that has none.
            let request = client.put(url.as_url().clone()).body(body.clone());
            match (Call { request, until: Instant::now() + ANSWER_LIMIT }).make().await.0 {
                Ok(Answer::Confirmed) => return Ok(()),
                other => last = format!("{other:?}"),
            }
        }
        Err(NotAnswered(last).into())
    }

    fn body<'a>(&'a self, outcome: &'a Outcome) -> Body<'a> {
        let (status, reason, applied) = match outcome {
            Outcome::Success { applied } => ("SUCCESS", None, applied.as_str()),
            Outcome::Failed { reason } => ("FAILED", Some(reason.as_str()), ""),
        };
        Body {
            status,
            reason,
            physical_resource_id: self.physical_resource_id.as_deref().unwrap_or(PHYSICAL_ID),
            stack_id: &self.stack_id,
            request_id: &self.request_id,
            logical_resource_id: &self.logical_resource_id,
            data: json!({ "Applied": applied }),
        }
    }
}

impl Outcome {
    /// What to tell of a run.
    pub(crate) fn of(done: &Result<Vec<String>, Error>) -> Self {
        match done {
            Ok(applied) if applied.is_empty() => Self::Success { applied: "nothing to apply".to_owned() },
            Ok(applied) => Self::Success { applied: applied.join(", ") },
            Err(error) => Self::Failed { reason: reason(&platform::chain(&**error)) },
        }
    }
}

/// The first line of an error: Postgres puts the values of rows into the lines behind it (DETAIL).
fn reason(chain: &str) -> String {
    chain.lines().next().unwrap_or_default().chars().take(REASON_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_holds_is_not_in_the_reason() {
        let chain = "could not apply the migrations: ERROR: duplicate key\nDETAIL: Key (email)=(a@example.com) exists";
        assert_eq!(reason(chain), "could not apply the migrations: ERROR: duplicate key");
        assert_eq!(reason(&"x".repeat(5000)).len(), REASON_CHARACTERS);
    }

    #[test]
    fn an_event_without_a_request_type_is_a_person() {
        assert!(Request::read(json!({})).unwrap().is_none());
        assert!(Request::read(json!({"RequestType": "Create"})).is_err(), "and an incomplete request is refused");
    }
}
