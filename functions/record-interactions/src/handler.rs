//! One request: read, record, hint, answer.

use std::collections::BTreeMap;

use contracts::{Data, ItemResult, RecordReply, Sender, read_request};
use domain::{InteractionId, Sink};
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::{HintSender, Sent};
use platform::{Metrics, TraceHeader};
use serde::Serialize;
use store::Database;
use store::interaction::Origin;
use uuid::Uuid;

use crate::failure::Failure;
use crate::{caller, record};

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    /// The log.
    pub database: Database,
    /// The queues.
    pub sender: HintSender,
}

/// Answers one request. Every failure becomes an answer; the error type is only the runtime's.
///
/// # Errors
/// When an answer cannot be written.
pub async fn handle(deps: &Deps, request: Request) -> Result<Response<Body>, lambda_http::Error> {
    let context = request.lambda_context_ref().cloned().unwrap_or_default();
    match accept(deps, &request, &context).await {
        Ok(reply) => write(StatusCode::OK, &Data { data: reply }),
        Err(failure) => refuse(&failure, &context),
    }
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<RecordReply, Failure> {
    let caller = caller::of(request)?;
    let sender = Sender { caller, arrival: Timestamp::now() };
    let items = read_request(request.body(), &sender, Uuid::now_v7)?;
    let (user_agent, network) = (caller::user_agent(request), caller::network(request));
    let origin = Origin { caller, user_agent: user_agent.as_deref(), ip_address: network.as_deref() };
    let outcome = record::record(&deps.database, items, &origin).await?;

    let trace = TraceHeader::of(context);
    let sent = hint(&deps.sender, &outcome.new_ids, &trace).await;
    let reply = RecordReply::new(outcome.results);
    Metrics::with(&[("Function", "record-interactions")])
        .note("request.id", context.request_id.as_str())
        .note("trace.id", trace.root())
        .list("interaction.ids", &outcome.new_ids)
        .count("Accepted", reply.accepted)
        .count("Duplicate", reply.duplicate)
        .count("Rejected", reply.rejected)
        .count("HintsSent", sent.sent)
        .count("HintsFailed", sent.failed)
        .emit("recorded");
    report_rejections(&reply, context);
    if reply.accepted + reply.duplicate == 0 {
        return Err(Failure::NothingAcceptable(reply));
    }
    Ok(reply)
}

/// Hints both sinks at the same time.
async fn hint(sender: &HintSender, ids: &[InteractionId], trace: &TraceHeader) -> Sent {
    let (popularity, catalog) = tokio::join!(
        sender.send(Sink::Popularity, ids, trace.as_str()),
        sender.send(Sink::Catalog, ids, trace.as_str()),
    );
    Sent { sent: popularity.sent + catalog.sent, failed: popularity.failed + catalog.failed }
}

/// A line a code: one line has one value of each dimension.
fn report_rejections(reply: &RecordReply, context: &Context) {
    let mut by_code = BTreeMap::new();
    for code in reply.results.iter().filter_map(|result: &ItemResult| result.code) {
        *by_code.entry(code).or_insert(0) += 1;
    }
    for (code, count) in by_code {
        Metrics::with(&[("Function", "record-interactions"), ("Code", code.as_str())])
            .note("request.id", context.request_id.as_str())
            .count("RejectedByCode", count)
            .emit("rejected");
    }
}

fn refuse(failure: &Failure, context: &Context) -> Result<Response<Body>, lambda_http::Error> {
    if let Failure::Store(error) = failure {
        tracing::error!(request.id = context.request_id, error = platform::chain(error), "could not record");
    }
    Metrics::with(&[("Function", "record-interactions"), ("Code", failure.code())])
        .note("request.id", context.request_id.as_str())
        .count("RequestRefused", 1)
        .emit("refused");
    let mut response = write(failure.status(), &failure.reply())?;
    if failure.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, 1.into());
    }
    Ok(response)
}

fn write(status: StatusCode, body: &impl Serialize) -> Result<Response<Body>, lambda_http::Error> {
    let response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from(serde_json::to_string(body)?))?;
    Ok(response)
}
