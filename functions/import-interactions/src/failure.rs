//! The table from failure to status, code and public text.

use contracts::{ErrorReply, RecordReply, RequestError};
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use store::StoreError;

/// Why a request as a whole fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No verified token.
    Unauthorized,
    /// A verified token, but not of the shop's own services.
    NotTrusted,
    /// The body cannot be used.
    Request(RequestError),
    /// Every item was rejected.
    NothingAcceptable(RecordReply),
    /// Postgres is unavailable, or its schema is not ours.
    Store(StoreError),
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
            Self::NothingAcceptable(_) => {
                (StatusCode::BAD_REQUEST, "validation", text("no item was acceptable; details.results says why"))
            }
            Self::Store(StoreError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                text("the log cannot be reached; send the request again"),
            ),
            Self::Store(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", text("an error on our side")),
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
            Self::NothingAcceptable(reply) => Some(json!(reply)),
            _ => None::<Value>,
        };
        ErrorReply::new(status.as_u16(), code, message, details)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}
