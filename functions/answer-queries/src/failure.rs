//! The table from failure to status, code and public text.

use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use contracts::{ErrorBody, ErrorReply, InvalidQuery};
use domain::{Currency, InvalidId};
use store::StoreError;

/// Why a query fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No such path.
    NoRoute,
    /// The path exists for another method, this one.
    WrongMethod(Method),
    /// The path parameter is not a product id.
    InvalidProductId(InvalidId),
    /// The product was never scored.
    UnknownProduct,
    /// No verified token.
    Unauthorized,
    /// A verified token, but not of an admin.
    NotAdmin,
    /// Figures of another seller.
    ForeignSeller,
    /// A currency without thresholds.
    NoSegments(Currency),
    /// A verified token whose subject is not a seller id.
    NotSeller,
    /// The query parameters are wrong.
    Query(InvalidQuery),
    /// Postgres is unavailable, or its schema is not ours.
    Store(StoreError),
}

impl Failure {
    fn answer(&self) -> (StatusCode, &'static str, String) {
        let text = str::to_owned;
        match self {
            Self::NoRoute => (StatusCode::NOT_FOUND, "not_found", text("no such path")),
            Self::WrongMethod(allowed) => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("this path takes {allowed} only"))
            }
            Self::InvalidProductId(rule) => (StatusCode::BAD_REQUEST, "validation", format!("spu_id: {rule}")),
            Self::UnknownProduct => {
                (StatusCode::NOT_FOUND, "not_found", text("no interaction with this product was scored yet"))
            }
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", text("a bearer token is required")),
            Self::NotAdmin => (StatusCode::FORBIDDEN, "forbidden", text("only admins may read this")),
            Self::ForeignSeller => {
                (StatusCode::FORBIDDEN, "forbidden", text("seller_id: only admins may read figures of somebody else"))
            }
            Self::NoSegments(currency) => (
                StatusCode::BAD_REQUEST,
                "validation",
                format!("currency: no thresholds are set for {currency} (SegmentThresholds)"),
            ),
            Self::NotSeller => {
                (StatusCode::FORBIDDEN, "forbidden", text("the subject of the token cannot be a seller"))
            }
            Self::Query(reason) => (StatusCode::BAD_REQUEST, "validation", reason.to_string()),
            Self::Store(StoreError::Unavailable(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", text("the scores cannot be reached; try again"))
            }
            Self::Store(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", text("an error on our side")),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(error = platform::chain(error), "could not answer");
        }
        let (status, code, message) = self.answer();
        let body = ErrorReply { error: ErrorBody { http_status: status.as_u16(), code, message, details: None } };
        let body = serde_json::to_string(&body).expect("numbers and text always serialize");
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
        let mut response = (status, headers, body).into_response();
        match self {
            Self::WrongMethod(allowed) => {
                if let Ok(allowed) = HeaderValue::from_str(allowed.as_str()) {
                    response.headers_mut().insert(ALLOW, allowed);
                }
            }
            Self::Store(StoreError::Unavailable(_)) => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InvalidQuery> for Failure {
    fn from(reason: InvalidQuery) -> Self {
        Self::Query(reason)
    }
}
