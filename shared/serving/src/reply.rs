//! The response of a function that has one route, or one kind of reply for all of them.

use contracts::{Data, Failure};
use lambda_http::http::StatusCode;
use lambda_http::{Body, Error, Response};
use serde::Serialize;

/// Writes the reply to a request. One that failed as a whole is counted, with the function and the id of the request, and
/// logged when the cause is ours.
///
/// # Errors
/// When the response cannot be written.
pub fn respond(
    (function, request_id): (&str, &str),
    reply: Result<impl Serialize, Failure>,
) -> Result<Response<Body>, Error> {
    match reply {
        Ok(data) => platform::answer(StatusCode::OK, &Data { data }),
        Err(failure) => refuse((function, request_id), &failure),
    }
}

/// Writes, counts and logs the failure of a request as a whole.
///
/// # Errors
/// When the response cannot be written.
pub fn refuse((function, request_id): (&str, &str), failure: &Failure) -> Result<Response<Body>, Error> {
    platform::report_refusal((function, request_id), failure.code(), failure.cause());
    platform::answer(StatusCode::from_u16(failure.status())?, &failure.reply())
}
