//! The table from failure to status, code and public text.

use contracts::{ErrorReply, RequestError};
use lambda_http::http::StatusCode;
use people::PeopleError;
use platform::SecretError;
use store::StoreError;

/// Why a request fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No such path or method.
    NoRoute,
    /// No verified token.
    Unauthorized,
    /// A verified token, but not of the shop's own services.
    NotTrusted,
    /// The body names no one.
    Request(RequestError),
    /// The address key is not available.
    Secret(SecretError),
    /// A data store could not be reached, or holds too much.
    People(PeopleError),
    /// A response could not be written.
    Answer(serde_json::Error),
}

impl Failure {
    /// Returns the status, the code and the text for the client. None of them identifies the person.
    fn answer(&self) -> (StatusCode, &'static str, String) {
        let text = str::to_owned;
        match self {
            Self::NoRoute => (StatusCode::NOT_FOUND, "not_found", text("no such path")),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", text("a bearer token is required")),
            Self::NotTrusted => {
                (StatusCode::FORBIDDEN, "forbidden", text("the token needs the scope analytic/trusted"))
            }
            Self::Request(error) => {
                let (status, code) = error.answer();
                (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), code, error.to_string())
            }
            Self::People(PeopleError::TooLarge { limit }) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "export_too_large",
                format!("more than {limit} bytes are held; use `shopsignal person export`, which has no limit"),
            ),
            Self::People(error) if is_temporary(error) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                text("not everything was reached in time; what was done stays done, send the request again"),
            ),
            Self::Secret(SecretError::Unavailable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                text("the service is not ready; send the request again"),
            ),
            Self::People(_) | Self::Secret(SecretError::Unusable(_)) | Self::Answer(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", text("an error on our side"))
            }
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
        ErrorReply::new(status.as_u16(), code, message, None)
    }

    /// Logs what is wrong on our side, once.
    pub(crate) fn report(&self) {
        match self {
            Self::People(error) => tracing::error!(error = platform::chain(error), "could not answer"),
            Self::Secret(error) => tracing::error!(error = platform::chain(error), "could not read the request"),
            Self::Answer(error) => tracing::error!(error = platform::chain(error), "could not write the answer"),
            _ => {}
        }
    }
}

fn is_temporary(error: &PeopleError) -> bool {
    match error {
        PeopleError::Store(error) => matches!(error, StoreError::Unavailable(_)),
        PeopleError::Feed(_) | PeopleError::Letters(_) => true,
        PeopleError::Write(_) | PeopleError::TooLarge { .. } => false,
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::Secret(error)
    }
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        Self::People(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Answer(error)
    }
}
