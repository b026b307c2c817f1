//! One request: parse, send to the queue, respond.

use contracts::{
    BODY_MAX_BYTES, Data, EventMessage, EventResult, EventsReply, Intake, Rejection, RejectionCode, decode_body,
    read_events,
};
use domain::{Claims, Currency};
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::{Acknowledgement, EventSender};
use platform::{Metrics, Secret, SecretSource, SecretValues, TraceHeader};

use crate::failure::Failure;

/// The function's name in metrics.
const FUNCTION: &str = "accept-events";

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The queue.
    pub sender: EventSender,
    /// The settings for parsing events.
    pub intake: Secret<Intake>,
}

/// Creates the settings for parsing events from the key in the secret.
#[must_use]
pub fn intake(source: SecretSource, currency: Currency) -> Secret<Intake> {
    let make = move |values: &SecretValues| {
        Intake::new(currency, &values.versions(Intake::KEY), values.get(Intake::KEY_VERSION))
    };
    Secret::new(source, make)
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
            if let Failure::Secret(error) = &failure {
                tracing::error!(
                    request.id = context.request_id,
                    error = platform::chain(error),
                    "could not read events"
                );
            }
            platform::report_refusal(FUNCTION, &context.request_id, failure.code());
            platform::answer(failure.status(), &failure.reply())
        }
    }
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<EventsReply, Failure> {
    check_caller(request)?;
    let body = decode_body(request.body(), platform::content_encoding(request), BODY_MAX_BYTES)?;
    let events = read_events(&body, deps.intake.get().await?, Timestamp::now())?;
    let trace = TraceHeader::of(context);
    let texts: Vec<_> = events.iter().flatten().map(|message| &*message.text).collect();
    let said = deps.sender.send(&texts, trace.as_str()).await;
    let hidden: usize = events.iter().flatten().map(|message| contracts::count_hidden_in(&message.event)).sum();
    let ids: Vec<_> = events.iter().flatten().map(|message| message.event.id).collect();
    let reply = EventsReply::new(results(events, said));
    Metrics::with(&[("Function", FUNCTION)])
        .note("request.id", context.request_id.as_str())
        .note("trace.id", trace.root())
        .list("event.ids", &ids)
        .count("Accepted", reply.accepted)
        .count("Rejected", reply.rejected)
        .count("Unavailable", reply.unavailable)
        .count("HiddenTexts", hidden)
        .emit("accepted");
    let codes = reply.results.iter().filter_map(|result| result.code).map(RejectionCode::as_str);
    platform::report_rejections(FUNCTION, &context.request_id, codes);
    match (reply.accepted, reply.unavailable) {
        (0, 0) => Err(Failure::NothingAcceptable(reply)),
        (0, _) => Err(Failure::NothingTaken(reply)),
        _ => Ok(reply),
    }
}

/// Admits the shop's own services. The gateway has verified the token; its scope is checked here, because the gateway's
/// own response would not be in our envelope.
fn check_caller(request: &Request) -> Result<(), Failure> {
    let claims = platform::claims(request.extensions()).map(Claims::new).ok_or(Failure::Unauthorized)?;
    if claims.is_trusted() { Ok(()) } else { Err(Failure::NotTrusted) }
}

/// Merges the acknowledgements of the readable events with the rejections of the others.
fn results(events: Vec<Result<EventMessage, Rejection>>, said: Vec<Acknowledgement>) -> Vec<EventResult> {
    let mut said = said.into_iter();
    let result = |(index, event): (usize, Result<EventMessage, Rejection>)| match event {
        Err(rejection) => EventResult::rejected(index, rejection),
        Ok(message) => match said.next() {
            Some(Acknowledgement::Taken) => EventResult::accepted(index, message.event.id),
            Some(Acknowledgement::Missing) | None => EventResult::unavailable(index, message.event.id),
        },
    };
    events.into_iter().enumerate().map(result).collect()
}
