//! Why the demo shop's back end does not take a request, in the envelope of the API's errors.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use serde_json::json;
use shopsignal::say;

use crate::Error;

/// What is wrong with a request, or with the stack.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The text names the field.
    Invalid(String),
    Conflict(&'static str),
    Unauthorized,
    NotJson,
    Unavailable,
}

impl Refusal {
    /// The stack is not up, or its API cannot be reached. Logs the cause.
    pub(super) fn unavailable(error: Error) -> Self {
        say::failure(&error);
        Self::Unavailable
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Invalid(message) => (StatusCode::BAD_REQUEST, "validation", message),
            Self::Conflict(message) => (StatusCode::CONFLICT, "conflict", message.to_owned()),
            Self::Unauthorized => {
                (StatusCode::UNAUTHORIZED, "unauthorized", "the token is not valid: sign in again".to_owned())
            }
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "content-type: must be application/json".to_owned(),
            ),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Shopsignal cannot be reached: try again".to_owned())
            }
        };
        let error = json!({ "http_status": status.as_u16(), "code": code, "message": message });
        (status, Json(json!({ "error": error }))).into_response()
    }
}
