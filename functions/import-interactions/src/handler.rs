//! One request: parse, record and score, hint, respond.

use std::time::Instant;

use contracts::{
    Data, Failure, IMPORT_MAX_BYTES, ItemOutcome, RecordReply, RejectionCode, decode_body, read_import,
    read_trusted_claims,
};
use domain::EventNames;
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::SinkSender;
use platform::{Metric, Metrics, TraceHeader};
use recording::{Outcome, Recording};
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
    match accept(deps, &request, &context).await {
        Ok(reply) => platform::answer(StatusCode::OK, &Data { data: reply }),
        Err(failure) => {
            let answer = (failure.status(), failure.code());
            platform::refuse((FUNCTION, &context.request_id), answer, failure.cause(), &failure.reply())
        }
    }
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<RecordReply, Failure> {
    let started = Instant::now();
    read_trusted_claims(platform::claims(request.extensions()))?;
    let body = decode_body(request.body(), platform::content_encoding(request), IMPORT_MAX_BYTES)?;
    let items = read_import(&body, Timestamp::now(), &deps.names)?;
    let received = items.len();
    let hidden: usize = items.iter().flatten().map(|item| contracts::count_hidden(&item.metadata)).sum();
    let outcome = record(&deps.database, items).await.map_err(recording::failure)?;

    let trace = TraceHeader::of(context);
    let sent = deps.sender.send(&outcome.new_ids, trace.as_str()).await;
    let reply = RecordReply::new(outcome.results);
    // Without the ids: a thousand per line would cost more than they are worth for historical data.
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", context.request_id.as_str())
        .note("trace.id", trace.root())
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .count(Metric::Received, received)
        .count(Metric::Unanswered, received.abs_diff(reply.results.len()))
        .count(Metric::Accepted, reply.accepted)
        .count(Metric::Duplicate, reply.duplicate)
        .count(Metric::Rejected, reply.rejected)
        .count(Metric::Unscored, reply.unscored())
        .count(Metric::HintsSent, sent.sent)
        .count(Metric::HintsFailed, sent.failed)
        .count(Metric::HiddenTexts, hidden)
        .emit("imported");
    let codes = reply.results.iter().filter_map(|result| result.code).map(RejectionCode::as_str);
    platform::report_rejections(FUNCTION, &context.request_id, codes);
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
