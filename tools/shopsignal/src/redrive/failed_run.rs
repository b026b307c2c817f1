//! Scheduled runs that failed: what the maintenance queue holds, and how one is repeated.
//!
//! A run does not use its event and covers more than the time since the last run, so it may be repeated at any time. It
//! is repeated asynchronously, like the schedule does: if it fails again, Lambda writes a new message.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::InvocationType;
use serde::Deserialize;

use super::dead_letter::DeadLetter;
use crate::Error;

/// A function that runs only on a schedule and whose failures go to the maintenance queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ScheduledFunction {
    JudgeCarts,
    MaintainPartitions,
}

impl ScheduledFunction {
    const ALL: [Self; 2] = [Self::JudgeCarts, Self::MaintainPartitions];

    /// Finds the function by its deployed name, `<stack>-<function>`. Nothing else is ever invoked because of a message.
    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| name.ends_with(function.suffix()))
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::JudgeCarts => "-judge-carts",
            Self::MaintainPartitions => "-maintain-partitions",
        }
    }
}

/// A run that failed, or could not be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailedRun {
    pub(crate) function: ScheduledFunction,
    /// As deployed.
    name: String,
    /// The version or alias that failed. Only the alias of a release has retries and a queue for another failure; the
    /// function without it has neither.
    qualifier: Option<String>,
}

/// The part of Lambda's record of a failed asynchronous invocation that is used here.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    request_context: RequestContext,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    function_arn: String,
}

impl FailedRun {
    /// Reads a message: of EventBridge Scheduler, which names the function in an attribute, or of Lambda, which names it
    /// in the body. `None` for anything else.
    pub(crate) fn read(letter: &DeadLetter) -> Option<Self> {
        let record =
            || serde_json::from_str(&letter.body).ok().map(|record: Record| record.request_context.function_arn);
        let arn = letter.target_arn.clone().or_else(record)?;
        let (name, qualifier) = function_name(&arn)?;
        let function = ScheduledFunction::of_name(name)?;
        Some(Self { function, name: name.to_owned(), qualifier: qualifier.map(str::to_owned) })
    }

    /// Starts the function again, without waiting for it; returns whether Lambda accepted the call.
    pub(crate) async fn repeat(&self, client: &Client) -> Result<bool, Error> {
        let call = client
            .invoke()
            .function_name(&self.name)
            .set_qualifier(self.qualifier.clone())
            .invocation_type(InvocationType::Event);
        let output = call.send().await.map_err(|error| Error::aws("start the function again", error))?;
        Ok(output.status_code() == 202)
    }
}

/// Returns the name in `arn:aws:lambda:<region>:<account>:function:<name>`, and the qualifier behind it.
fn function_name(arn: &str) -> Option<(&str, Option<&str>)> {
    let mut parts = arn.split(':');
    let is_function = parts.next() == Some("arn") && parts.nth(1) == Some("lambda") && parts.nth(2) == Some("function");
    let name = parts.next().filter(|_| is_function)?;
    Some((name, parts.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(body: &str, target_arn: Option<&str>) -> DeadLetter {
        DeadLetter {
            id: "1".to_owned(),
            receipt: "r".to_owned(),
            body: body.to_owned(),
            trace: None,
            reason: None,
            target_arn: target_arn.map(str::to_owned),
            age_seconds: 1.0,
        }
    }

    fn run(function: ScheduledFunction, name: &str, qualifier: Option<&str>) -> Option<FailedRun> {
        Some(FailedRun { function, name: name.to_owned(), qualifier: qualifier.map(str::to_owned) })
    }

    #[test]
    fn lambda_names_the_function_in_the_body() {
        let body = r#"{"version":"1.0","requestContext":{"functionArn":"arn:aws:lambda:eu-west-1:123456789012:function:shop-judge-carts:live",
            "condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{},"responsePayload":{"errorType":"x"}}"#;
        assert_eq!(
            FailedRun::read(&letter(body, None)),
            run(ScheduledFunction::JudgeCarts, "shop-judge-carts", Some("live"))
        );
    }

    #[test]
    fn the_scheduler_names_it_in_an_attribute() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:shop-maintain-partitions";
        let expected = run(ScheduledFunction::MaintainPartitions, "shop-maintain-partitions", None);
        assert_eq!(FailedRun::read(&letter("{}", Some(arn))), expected);
    }

    #[test]
    fn nothing_but_a_scheduled_function_is_ever_invoked() {
        for arn in [
            "arn:aws:lambda:eu-west-1:123456789012:function:shop-migrate",
            "arn:aws:lambda:eu-west-1:123456789012:layer:shop-judge-carts",
            "arn:aws:sqs:eu-west-1:123456789012:shop-judge-carts",
            "shop-judge-carts",
        ] {
            assert_eq!(FailedRun::read(&letter("{}", Some(arn))), None, "{arn}");
        }
        assert_eq!(FailedRun::read(&letter("a run that failed", None)), None);
    }
}
