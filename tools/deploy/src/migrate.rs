//! The migration, by the deployed function.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;

use crate::Error;

/// Lambda ends every invocation after 15 minutes.
const LIMIT: Duration = Duration::from_secs(16 * 60);

/// Invokes the function and returns the names of the migrations that it applied. Safe to repeat.
///
/// # Errors
/// `Migration` with the function's own message when it failed; `Invoke` when it was not reached, or did not answer in time.
pub(crate) async fn migrate(aws: &SdkConfig, function: &str) -> Result<Vec<String>, Error> {
    let call = Client::new(aws).invoke().function_name(function).payload(Blob::new("{}"));
    let unreachable = |source| Error::Invoke { function: function.to_owned(), source };
    let answer = tokio::time::timeout(LIMIT, call.send()).await.map_err(|error| unreachable(error.into()))?;
    let answer = answer.map_err(|error| unreachable(DisplayErrorContext(error).to_string().into()))?;
    let text = answer.payload().map(|payload| String::from_utf8_lossy(payload.as_ref()).into_owned());
    let text = text.unwrap_or_default();
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    if answer.function_error().is_some() {
        let message = value["errorMessage"].as_str().unwrap_or(&text).to_owned();
        return Err(Error::Migration { function: function.to_owned(), message });
    }
    let applied = value["applied"].as_array().into_iter().flatten();
    Ok(applied.filter_map(Value::as_str).map(str::to_owned).collect())
}
