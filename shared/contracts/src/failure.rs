//! Why a request as a whole fails: the status, the code and the public text of what the HTTP functions answer alike, and
//! the form of what one of them answers alone.
//!
//! What went wrong on our side is kept as the cause, for the log. It never reaches the client.

use std::collections::HashMap;
use std::error::Error;

use domain::Claims;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{ErrorReply, RequestError};

/// A request that fails.
#[derive(Debug)]
pub struct Failure {
    status: u16,
    code: &'static str,
    message: String,
    details: Option<Value>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// Makes a row of the table.
    #[must_use]
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, cause: None }
    }

    /// No such path.
    #[must_use]
    pub fn no_route() -> Self {
        Self::new(404, "not_found", "no such path")
    }

    /// No verified token.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "a bearer token is required")
    }

    /// A verified token that does not allow this.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "forbidden", message)
    }

    /// An input that cannot be used. The client has to change it.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "validation", message)
    }

    /// Something cannot be reached. The client may send the same request again.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(503, "unavailable", message)
    }

    /// An error on our side. Sending again does not help.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(500, "internal", "an error on our side").because(cause)
    }

    /// Every item of the request was refused; the reply says why.
    #[must_use]
    pub fn nothing_acceptable(item: &str, reply: &impl Serialize) -> Self {
        Self::invalid(format!("no {item} was acceptable; details.results says why")).with_details(reply)
    }

    /// The secret of the function: out of reach for now, or of no use.
    #[must_use]
    pub fn of_secret(cause: impl Error + Send + Sync + 'static, is_temporary: bool) -> Self {
        Self::of_ours(cause, is_temporary, "the service is not ready; send the request again")
    }

    /// An error of something that we depend on: out of reach for now, which the text says, or broken.
    #[must_use]
    pub fn of_ours(cause: impl Error + Send + Sync + 'static, is_temporary: bool, message: &str) -> Self {
        if is_temporary { Self::unavailable(message).because(cause) } else { Self::internal(cause) }
    }

    /// Adds what was found about the items.
    #[must_use]
    pub fn with_details(self, reply: &impl Serialize) -> Self {
        Self { details: Some(json!(reply)), ..self }
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Returns what went wrong on our side; `None` when it is the request that is wrong.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }

    /// Writes the error envelope.
    #[must_use]
    pub fn reply(&self) -> ErrorReply {
        ErrorReply::new(self.status, self.code, self.message.clone(), self.details.clone())
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let (status, code) = error.answer();
        Self::new(status, code, error.to_string())
    }
}

/// Reads the claims of the token that the gateway verified, as it hands them over.
///
/// # Errors
/// When there was no token, or one that is no access token.
pub fn read_claims(claims: Option<&HashMap<String, String>>) -> Result<Claims<'_>, Failure> {
    let claims = claims.map(Claims::new).ok_or_else(Failure::unauthorized)?;
    if claims.is_id_token() {
        return Err(Failure::new(401, "unauthorized", "an access token is required, and this is an ID token"));
    }
    Ok(claims)
}

/// Reads the claims of the shop's own services. The gateway has verified the token; its scope is looked at here, because the
/// gateway's own refusal would not be in our envelope.
///
/// # Errors
/// When there was no token, or one of somebody else.
pub fn read_trusted_claims(claims: Option<&HashMap<String, String>>) -> Result<Claims<'_>, Failure> {
    let claims = read_claims(claims)?;
    if claims.is_trusted() { Ok(claims) } else { Err(Failure::forbidden("the token needs the scope analytic/trusted")) }
}
