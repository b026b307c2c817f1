//! The table from failure to status, code and public text.

use contracts::{ErrorReply, EventsReply, RequestError};
use lambda_http::http::StatusCode;
use platform::SecretError;
use serde_json::{Value, json};

/// Why a request as a whole fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No verified token.
    Unauthorized,
    /// A verified token, but not of the shop's own services.
    NotTrusted,
    /// The body cannot be used.
    Request(RequestError),
    /// The address key is not available.
    Secret(SecretError),
    /// Every event was rejected.
    NothingAcceptable(EventsReply),
    /// No event was accepted, and at least one is worth a retry.
    NothingTaken(EventsReply),
}

impl Failure {
    /// Returns the status, the code and the text for the client.
    fn answer(&self) -> (StatusCode, &'static str, String) {
        let text = str::to_owned;
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", text("a bearer token is required")),
            Self::NotTrusted => {
                (StatusCode::FORBIDDEN, "forbidden", text("the token needs the scope analytic/trusted"))
            }
            Self::Request(error) => {
                let (status, code) = error.answer();
                (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), code, error.to_string())
            }
            Self::Secret(SecretError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                text("the service is not ready; send the request again"),
            ),
            Self::Secret(SecretError::Unusable(_)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", text("an error on our side"))
            }
            Self::NothingAcceptable(_) => {
                (StatusCode::BAD_REQUEST, "validation", text("no event was acceptable; details.results says why"))
            }
            Self::NothingTaken(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                text("the queue confirmed no event; send the request again"),
            ),
        }
    }

    /// Returns the status.
    pub(crate) fn status(&self) -> StatusCode {
        self.answer().0
    }

    /// Returns the code.
    pub(crate) fn code(&self) -> &'static str {
        self.answer().1
    }

    /// Writes the error envelope.
    pub(crate) fn reply(&self) -> ErrorReply {
        let (status, code, message) = self.answer();
        let details = match self {
            Self::NothingAcceptable(reply) | Self::NothingTaken(reply) => Some(json!(reply)),
            _ => None::<Value>,
        };
        ErrorReply::new(status.as_u16(), code, message, details)
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}
