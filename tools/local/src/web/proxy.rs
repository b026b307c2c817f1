//! Passes the requests of the API on, as CloudFront does with the paths `/api/*` and `/health`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use shopsignal::say;

use crate::Error;

/// The API's body limit and room to spare: a larger body is refused by the API, not here.
const MAX_BODY: usize = 11 << 20;

/// Headers that belong to one connection (RFC 9110, section 7.6.1), and what the client sets itself.
const OF_A_CONNECTION: [header::HeaderName; 6] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::HOST, header::TE, header::TRANSFER_ENCODING, header::UPGRADE];

struct Api {
    client: reqwest::Client,
    url: String,
}

/// The routes that go to the API at `url`.
pub(super) fn router(client: reqwest::Client, url: String) -> Router {
    let api = Arc::new(Api { client, url });
    Router::new().route("/health", any(pass)).route("/api/{*path}", any(pass)).with_state(api)
}

async fn pass(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = api.client.request(parts.method, format!("{}{path}", api.url)).headers(end_to_end(parts.headers));
    match answer(request.body(body)).await {
        Ok(answer) => answer,
        Err(error) => {
            say::failure(&Error::Http { what: "the HTTP API", source: error });
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Response, reqwest::Error> {
    let answer = request.send().await?;
    let (status, headers) = (answer.status(), end_to_end(answer.headers().clone()));
    Ok((status, headers, answer.bytes().await?).into_response())
}

fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
    headers
}
