//! One request: parse, send to the queue, respond.

use contracts::{
    BODY_MAX_BYTES, EventMessage, EventResult, EventsReply, Failure, Intake, Rejection, RejectionCode, decode_body,
    read_events, read_trusted_claims,
};
use domain::Currency;
use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::Context;
use messaging::{Acknowledgement, EventSender};
use platform::{Metric, Metrics, Secret, SecretError, SecretSource, SecretValues, TraceHeader};

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
    let reply = accept(deps, &request, &context).await;
    serving::respond((FUNCTION, &context.request_id), reply)
}

async fn accept(deps: &Deps, request: &Request, context: &Context) -> Result<EventsReply, Failure> {
    read_trusted_claims(platform::claims(request.extensions()))?;
    let body = decode_body(request.body(), platform::content_encoding(request), BODY_MAX_BYTES)?;
    let intake = deps.intake.get().await.map_err(not_ready)?;
    let events = read_events(&body, intake, Timestamp::now())?;
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
        .count(Metric::Accepted, reply.accepted)
        .count(Metric::Rejected, reply.rejected)
        .count(Metric::Unavailable, reply.unavailable)
        .count(Metric::HiddenTexts, hidden)
        .emit("accepted");
    let codes = reply.results.iter().filter_map(|result| result.code).map(RejectionCode::as_str);
    platform::report_rejections(FUNCTION, &context.request_id, codes);
    match (reply.accepted, reply.unavailable) {
        (0, 0) => Err(Failure::nothing_acceptable("event", &reply)),
        (0, _) => {
            let failure = Failure::unavailable("the queue confirmed no event; send the request again");
            Err(failure.with_details(&reply))
        }
        _ => Ok(reply),
    }
}

/// The key for hashing addresses could not be read.
fn not_ready(error: SecretError) -> Failure {
    let is_temporary = error.is_temporary();
    Failure::of_secret(error, is_temporary)
}

/// Merges the acknowledgements of the readable events with the rejections of the others.
fn results(events: Vec<Result<EventMessage, Rejection>>, said: Vec<Acknowledgement>) -> Vec<EventResult> {
    let mut said = said.into_iter();
    let result = |(index, event): (usize, Result<EventMessage, Rejection>)| match event {
        Err(rejection) => EventResult::rejected(index, rejection),
        Ok(message) => match said.next() {
            Some(Acknowledgement::Accepted) => EventResult::accepted(index, message.event.id),
            Some(Acknowledgement::Unknown) | None => EventResult::unavailable(index, message.event.id),
        },
    };
    events.into_iter().enumerate().map(result).collect()
}
