//! One request: parse, record, hint, respond.

use contracts::{BODY_MAX_BYTES, Data, RecordReply, RejectionCode, Sender, decode_body, read_request};
use domain::{EventNames, InteractionId, Sink};
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::{HintSender, Sent};
use platform::{Metrics, TraceHeader};
use store::Database;
use store::interaction::Submission;
use uuid::Uuid;

use crate::failure::Failure;
use crate::{caller, record};

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
        Err(failure) => refuse(&failure, &context),
    }
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<RecordReply, Failure> {
    let caller = caller::of(request)?;
    let sender = Sender { caller, arrival: Timestamp::now(), names: &deps.names };
    let body = decode_body(request.body(), platform::content_encoding(request), BODY_MAX_BYTES)?;
    let items = read_request(&body, &sender, Uuid::now_v7)?;
    let hidden: usize = items.iter().flatten().map(|item| contracts::count_hidden(&item.metadata)).sum();
    let (user_agent, network) = (caller::user_agent(request), caller::network(request));
    let submission = Submission {
        caller,
        user_agent: user_agent.as_deref(),
        ip_address: network.as_deref(),
        guest_events_per_minute: deps.guest_events_per_minute,
    };
    let outcome = record::record(&deps.database, items, &submission).await?;

    let trace = TraceHeader::of(context);
    let sent = hint(&deps.sender, &outcome.new_ids, &trace).await;
    let reply = RecordReply::new(outcome.results);
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", context.request_id.as_str())
        .note("trace.id", trace.root())
        .list("interaction.ids", &outcome.new_ids)
        .count("Accepted", reply.accepted)
        .count("Duplicate", reply.duplicate)
        .count("Rejected", reply.rejected)
        .count("Unscored", reply.unscored())
        .count("HintsSent", sent.sent)
        .count("HintsFailed", sent.failed)
        .count("HiddenTexts", hidden)
        .emit("recorded");
    let codes = reply.results.iter().filter_map(|result| result.code).map(RejectionCode::as_str);
    platform::report_rejections(FUNCTION, &context.request_id, codes);
    if reply.accepted + reply.duplicate > 0 {
        return Ok(reply);
    }
    let is_limited = reply.results.iter().any(|result| result.code == Some(RejectionCode::RateLimited));
    Err(if is_limited { Failure::RateLimited(reply) } else { Failure::NothingAcceptable(reply) })
}

/// Sends hints to both sinks concurrently.
async fn hint(sender: &HintSender, ids: &[InteractionId], trace: &TraceHeader) -> Sent {
    let (popularity, catalog) = tokio::join!(
        sender.send(Sink::Popularity, ids, trace.as_str()),
        sender.send(Sink::Catalog, ids, trace.as_str()),
    );
    Sent { sent: popularity.sent + catalog.sent, failed: popularity.failed + catalog.failed }
}

fn refuse(failure: &Failure, context: &Context) -> Result<Response<Body>, lambda_http::Error> {
    if let Failure::Store(error) = failure {
        tracing::error!(request.id = context.request_id, error = platform::chain(error), "could not record");
    }
    platform::report_refusal(FUNCTION, &context.request_id, failure.code());
    platform::answer(failure.status(), &failure.reply())
}
