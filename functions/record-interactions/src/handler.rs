//! One request: parse, record, hint, respond.

use contracts::{BODY_MAX_BYTES, Failure, ItemOutcome, RecordReply, RejectionCode, Sender, decode_body, read_request};
use domain::EventNames;
use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::HintSender;
use platform::{Metric, TraceHeader};
use recording::{Outcome, Received, Recording};
use store::interaction::Submission;
use store::{Database, StoreError};
use uuid::Uuid;

use crate::caller;

/// The function's name in metrics.
const FUNCTION: &str = "record-interactions";

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The log.
    pub database: Database,
    /// The queues.
    pub sender: HintSender,
    /// How many events guests of one network may send in a minute; `None` for no limit.
    pub guest_events_per_minute: Option<u32>,
    /// Whether all requests come through CloudFront.
    pub is_behind_cloudfront: bool,
    /// The known event names.
    pub names: EventNames,
}

/// Handles one request. Every failure becomes a response; the error type is only for the runtime.
///
/// # Errors
/// When a response cannot be written.
pub async fn handle(deps: &Deps, request: Request) -> Result<Response<Body>, lambda_http::Error> {
    let context = request.lambda_context_ref().cloned().unwrap_or_default();
    let reply = accept(deps, &request, &context).await;
    serving::respond((FUNCTION, &context.request_id), reply)
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<RecordReply, Failure> {
    let caller = caller::of(request)?;
    let sender = Sender { caller, arrival: Timestamp::now(), names: &deps.names };
    let body = decode_body(request.body(), platform::content_encoding(request), BODY_MAX_BYTES)?;
    let items = read_request(&body, &sender, Uuid::now_v7)?;
    let received = Received::count(&items);
    let (client, network) = (caller::client(request), caller::network(request, deps.is_behind_cloudfront));
    let submission = Submission {
        caller,
        user_agent: client.description.as_deref(),
        ip_address: network.as_deref(),
        is_bot: client.is_bot,
        guest_events_per_minute: deps.guest_events_per_minute,
    };
    let outcome = record(&deps.database, items, &submission).await.map_err(recording::failure)?;

    let trace = TraceHeader::of(context);
    let sent = deps.sender.send(&outcome.new_ids, trace.as_str()).await;
    let reply = RecordReply::new(outcome.results);
    received
        .report((FUNCTION, &context.request_id), &trace, &reply)
        .list("interaction.ids", &outcome.new_ids)
        .count(Metric::HintsSent, sent.sent)
        .count(Metric::HintsFailed, sent.failed)
        .emit("recorded");
    answer(reply)
}

/// A request of which nothing was acceptable fails as a whole.
fn answer(reply: RecordReply) -> Result<RecordReply, Failure> {
    if reply.accepted + reply.duplicate > 0 {
        return Ok(reply);
    }
    let is_limited = reply.results.iter().any(|result| result.code == Some(RejectionCode::RateLimited));
    Err(if is_limited { rate_limited(&reply) } else { Failure::nothing_acceptable("item", &reply) })
}

/// Records every admitted item; a rejected one keeps its rejection and affects no other.
async fn record(
    database: &Database,
    items: Vec<ItemOutcome>,
    submission: &Submission<'_>,
) -> Result<Outcome, StoreError> {
    let mut recording = Recording::of(items);
    while let Some(part) = recording.next_part() {
        let answer = store::interaction::record(database, part, submission).await;
        recording.settle(answer)?;
    }
    Ok(recording.finish())
}

/// No item was stored, and some could succeed a minute later.
fn rate_limited(reply: &RecordReply) -> Failure {
    const TEXT: &str =
        "too many events of guests from this network in this minute; details.results says which to send again";
    Failure::new(429, "rate_limited", TEXT).with_details(reply)
}
