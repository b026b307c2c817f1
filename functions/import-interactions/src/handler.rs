//! One request: parse, record and score, hint, respond.

use std::time::Instant;

use contracts::{Data, IMPORT_MAX_BYTES, ItemOutcome, RecordReply, RejectionCode, decode_body, read_import};
use domain::{Caller, Claims, EventNames};
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::SinkSender;
use platform::{Metrics, TraceHeader};
use recording::{Outcome, Recording};
use store::Database;
use store::interaction::Submission;

use crate::failure::Failure;

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
            if let Failure::Store(error) = &failure {
                tracing::error!(request.id = context.request_id, error = platform::chain(error), "could not import");
            }
            platform::report_refusal(FUNCTION, &context.request_id, failure.code());
            platform::answer(failure.status(), &failure.reply())
        }
    }
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<RecordReply, Failure> {
    let started = Instant::now();
    check_caller(request)?;
    let body = decode_body(request.body(), platform::content_encoding(request), IMPORT_MAX_BYTES)?;
    let items = read_import(&body, Timestamp::now(), &deps.names)?;
    let hidden: usize = items.iter().flatten().map(|item| contracts::count_hidden(&item.metadata)).sum();
    let outcome = record(&deps.database, items).await?;

    let trace = TraceHeader::of(context);
    let sent = deps.sender.send(&outcome.new_ids, trace.as_str()).await;
    let reply = RecordReply::new(outcome.results);
    // Not the ids: a thousand per line would cost more than they are worth for history.
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", context.request_id.as_str())
        .note("trace.id", trace.root())
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .count("Accepted", reply.accepted)
        .count("Duplicate", reply.duplicate)
        .count("Rejected", reply.rejected)
        .count("Unscored", reply.unscored())
        .count("HintsSent", sent.sent)
        .count("HintsFailed", sent.failed)
        .count("HiddenTexts", hidden)
        .emit("imported");
    let codes = reply.results.iter().filter_map(|result| result.code).map(RejectionCode::as_str);
    platform::report_rejections(FUNCTION, &context.request_id, codes);
    if reply.accepted + reply.duplicate > 0 { Ok(reply) } else { Err(Failure::NothingAcceptable(reply)) }
}

/// Admits the shop's own services. The gateway has verified the token; its scope is checked here, because the gateway's
/// own response would not be in our envelope.
fn check_caller(request: &Request) -> Result<(), Failure> {
    let claims = platform::claims(request.extensions()).map(Claims::new).ok_or(Failure::Unauthorized)?;
    if claims.is_trusted() { Ok(()) } else { Err(Failure::NotTrusted) }
}

/// Records and scores every admitted item; a rejected one keeps its rejection and affects no other.
async fn record(database: &Database, items: Vec<ItemOutcome>) -> Result<Outcome, Failure> {
    // The client of an import is a service: its network and its user agent say nothing about the shopper.
    let submission =
        Submission { caller: Caller::Trusted, user_agent: None, ip_address: None, guest_events_per_minute: None };
    let mut recording = Recording::of(items);
    while let Some(piece) = recording.next_piece() {
        let answer = store::interaction::record_and_score(database, piece, &submission).await;
        recording.settle(answer)?;
    }
    Ok(recording.finish())
}
