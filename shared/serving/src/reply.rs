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
        Err(failure) => {
            let answer = (failure.status(), failure.code());
            platform::refuse((function, request_id), answer, failure.cause(), &failure.reply())
        }
    }
}
