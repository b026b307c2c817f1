//! One run: a view, until it is scored; one metric.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent};
use platform::{Deadline, Metric, Metrics};
use probe::Api;
use serde_json::{Value, json};

/// The limit of one request: a cold start, and more than a shopper would wait.
pub const REQUEST_LIMIT: Duration = Duration::from_secs(8);
/// Time reserved for the last request and the metric.
const MARGIN: Duration = Duration::from_secs(9);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The deployed API.
    pub api: Api,
}

/// Runs once. May be repeated: each run sends a view of its own.
///
/// # Errors
/// When the view was not accepted or was not scored in time: the invocation has failed, and no figure is written.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let limit = Deadline::of(&event.context, MARGIN).remaining();
    let seconds = deps.api.view(limit).await.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not probe");
    })?;
    let seconds = seconds.as_secs_f64();
    Metrics::with(&[("Function", "probe-api")])
        .note("request.id", event.context.request_id)
        .seconds(Metric::ProbeSeconds, seconds)
        .emit("probed");
    Ok(json!({ "seconds": seconds }))
}
