//! One request: parse, record and score, hint, respond.

use std::time::Instant;

use contracts::{Failure, IMPORT_MAX_BYTES, ItemOutcome, RecordReply, decode_body, read_import, read_trusted_claims};
use domain::EventNames;
use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::SinkSender;
use platform::{Metric, TraceHeader};
use recording::{Outcome, Received, Recording};
use store::interaction::Submission;
use store::{Database, StoreError};

/// The function's name in metrics.
const FUNCTION: &str = "import-interactions";

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The log and the scores.
    pub database: Database,
    /// The queue of the catalog.
    pub sender: SinkSender,
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
    let started = Instant::now();
    read_trusted_claims(platform::claims(request.extensions()))?;
    let body = decode_body(request.body(), platform::content_encoding(request), IMPORT_MAX_BYTES)?;
    let items = read_import(&body, Timestamp::now(), &deps.names)?;
    let received = Received::count(&items);
    let outcome = record(&deps.database, items).await.map_err(recording::failure)?;

    let trace = TraceHeader::of(context);
    let sent = deps.sender.send(&outcome.new_ids, trace.as_str()).await;
    let reply = RecordReply::new(outcome.results);
    // Without the ids: a thousand per line would cost more than they are worth for historical data.
    received
        .report((FUNCTION, &context.request_id), &trace, &reply)
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .count(Metric::HintsSent, sent.sent)
        .count(Metric::HintsFailed, sent.failed)
        .emit("imported");
    if reply.accepted + reply.duplicate > 0 { Ok(reply) } else { Err(Failure::nothing_acceptable("item", &reply)) }
}

/// Records and scores every admitted item; a rejected one does not affect the others.
async fn record(database: &Database, items: Vec<ItemOutcome>) -> Result<Outcome, StoreError> {
    let mut recording = Recording::of(items);
    while let Some(part) = recording.next_part() {
        let answer = store::interaction::record_and_score(database, part, &Submission::TRUSTED).await;
        recording.settle(answer)?;
    }
    Ok(recording.finish())
}
