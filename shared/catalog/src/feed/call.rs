//! One `BatchWriteItem` call and the meaning of its response.

use std::collections::HashSet;
use std::time::Instant;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use outbound::chain;
use tokio::time::timeout_at;

use super::item::{Item, sort_key_of};
use crate::AgainReason;

/// Why a whole call failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PutFailure {
    /// At least one item is invalid. Nothing was written.
    Invalid,
    /// Any cause other than the items.
    Other(AgainReason),
}

/// Writes the items and returns the sort keys of those that DynamoDB did not process.
pub(super) async fn put(
    client: &Client,
    table: &str,
    items: &[Item],
    deadline: Instant,
) -> Result<HashSet<String>, PutFailure> {
    let requests = items.iter().map(Item::to_request).collect();
    let call = client.batch_write_item().request_items(table, requests).send();
    match timeout_at(deadline.into(), call).await {
        Err(_) => Err(PutFailure::Other(AgainReason::DeadlineReached)),
        Ok(Ok(output)) => left(items, &output),
        Ok(Err(error)) => Err(failure(&error)),
    }
}

/// Extracts the unprocessed items from a response.
///
/// Every other item counts as written, so an unprocessed item that cannot be recognized invalidates the whole response.
fn left(items: &[Item], output: &BatchWriteItemOutput) -> Result<HashSet<String>, PutFailure> {
    let requests = || output.unprocessed_items().into_iter().flatten().flat_map(|(_, requests)| requests);
    let left: HashSet<String> = requests().filter_map(sort_key_of).cloned().collect();
    let known = items.iter().filter(|item| left.contains(&item.sort_key)).count();
    if known == requests().count() { Ok(left) } else { Err(PutFailure::Other(AgainReason::FeedFailed)) }
}

fn failure(error: &SdkError<BatchWriteItemError>) -> PutFailure {
    let code = error.code();
    let reason = match (error, code) {
        (_, Some("ValidationException")) => return PutFailure::Invalid,
        (_, Some("ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded")) => {
            AgainReason::Throttled
        }
        (SdkError::TimeoutError(_), _) => AgainReason::TimedOut,
        (SdkError::DispatchFailure(failure), _) if failure.is_timeout() => AgainReason::TimedOut,
        (SdkError::DispatchFailure(_), _) => AgainReason::Unreachable,
        _ => AgainReason::FeedFailed,
    };
    tracing::warn!(error = chain(error), error.code = code, %reason, "a call to the feed failed");
    PutFailure::Other(reason)
}
