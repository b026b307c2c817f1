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
    if leads_elsewhere(request.uri().path()) {
        return (StatusCode::BAD_REQUEST, "the path must not contain . or .. as a segment").into_response();
    }
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

/// Whether a path has a dot segment, also an encoded one: it could leave the API for the rest of the emulator.
fn leads_elsewhere(path: &str) -> bool {
    let path = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\");
    path.split(['/', '\\']).any(|segment| matches!(segment, "." | ".."))
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

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn dot_segments_lead_elsewhere() {
        for path in [
            "/api/../x",
            "/api/..",
            "/api/./x",
            "/api/%2e%2e/x",
            "/api/%2E./x",
            "/api/.%2e",
            "/api/..%2fx",
            "/api/x%2F..",
            "/api/..\\x",
            "/api/..%5cx",
        ] {
            assert!(leads_elsewhere(path), "{path}");
        }
        for path in
            ["/health", "/api/v1/openapi.json", "/api/v1/a..b", "/api/v1/...", "/api/v1/%2e%2e%2e", "/api/v1/.x"]
        {
            assert!(!leads_elsewhere(path), "{path}");
        }
    }

    #[tokio::test]
    async fn a_path_with_dot_segments_is_not_passed_on() {
        // Nothing listens there: what is passed on is a 502.
        let api = || router(crate::http::client().unwrap(), "http://127.0.0.1:1".to_owned());
        let status = async |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            api().oneshot(request).await.unwrap().status()
        };
        assert_eq!(status("/api/%2e%2e/%2e%2e/_health").await, StatusCode::BAD_REQUEST);
        assert_eq!(status("/api/v1/openapi.json").await, StatusCode::BAD_GATEWAY);
    }
}
