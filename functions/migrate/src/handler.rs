//! One invocation: by CloudFormation, which waits for an answer at a URL, or by a person, who reads the response.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent};
use platform::Deadline;
use serde_json::{Value, json};

use crate::custom_resource::{Kind, Outcome, Request};
use crate::{Deps, migration};

/// What is kept of an invocation's time for the answer: CloudFormation would wait for one that never comes.
const ANSWER_MARGIN: Duration = Duration::from_secs(8);

/// Applies the missing migrations and answers with their names.
///
/// # Errors
/// When Postgres is down or a migration fails. CloudFormation has been told the reason by then.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = Deadline::of(&event.context, ANSWER_MARGIN);
    let Some(request) = Request::read(event.payload)? else {
        let applied = logged(migration::run(deps, false, deadline).await, &event.context.request_id)?;
        return Ok(json!({ "applied": applied }));
    };
    let done = match decide(&request, &deps.release) {
        Step::Nothing(why) => {
            tracing::info!(request.id = event.context.request_id, why, "nothing to migrate");
            Ok(Vec::new())
        }
        Step::Migrate { is_new } => logged(migration::run(deps, is_new, deadline).await, &event.context.request_id),
    };
    request.answer(&Outcome::of(&done)).await?;
    done.map(|applied| json!({ "applied": applied }))
}

fn logged(done: Result<Vec<String>, Error>, request_id: &str) -> Result<Vec<String>, Error> {
    match &done {
        Ok(applied) => tracing::info!(request.id = request_id, ?applied, "migrated"),
        Err(error) => {
            tracing::error!(request.id = request_id, error = platform::chain(&**error), "could not migrate");
        }
    }
    done
}

/// What a request asks of this code.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Migrate { is_new: bool },
    Nothing(&'static str),
}

fn decide(request: &Request, release: &str) -> Step {
    match request.kind {
        Kind::Delete => Step::Nothing("the stack is deleted, and the data stays"),
        // A rollback may reach the function before its previous code is back: what failed would fail again, and the stack
        // would be stuck.
        _ if request.release() != release => Step::Nothing("the request is for another release than this code's"),
        Kind::Create => Step::Migrate { is_new: true },
        Kind::Update => Step::Migrate { is_new: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_release_is_migrated_and_a_deletion_touches_nothing() {
        let step = |kind: &str, release: &str| {
            let event = json!({"RequestType": kind, "ResponseURL": "https://s3.example/x", "StackId": "s", "RequestId": "r",
                "LogicalResourceId": "Migration", "ResourceProperties": {"Release": release}});
            decide(&Request::read(event).unwrap().unwrap(), "r2")
        };
        assert_eq!(step("Create", "r2"), Step::Migrate { is_new: true });
        assert_eq!(step("Update", "r2"), Step::Migrate { is_new: false });
        assert!(matches!(step("Update", "r1"), Step::Nothing(_)), "a rollback, before the code went back");
        assert!(matches!(step("Delete", "r2"), Step::Nothing(_)));
    }
}
