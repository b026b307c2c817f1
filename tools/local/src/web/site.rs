//! The site: the built pages and the API under one origin, as CloudFront serves them.

use std::path::PathBuf;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{Json, Redirect, Response};
use axum::routing::get;
use serde_json::json;
use tower_http::compression::CompressionLayer;
use tower_http::services::{ServeDir, ServeFile};

use super::{headers, issuer, proxy};

/// Where the site takes its parts from.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// The folder `web/` with the built pages.
    pub(super) folder: PathBuf,
    /// The issuer's URL.
    pub(super) issuer: String,
    /// The URL of the HTTP API, without a slash at its end.
    pub(super) api: String,
}

impl Site {
    /// The routes of the site.
    pub(super) fn router(self, client: reqwest::Client) -> Router {
        let issuer = self.issuer.clone();
        let pages = Router::new()
            .route("/", get(|| async { Redirect::to("/dashboard/") }))
            .route("/config.json", get(configuration).with_state(self.issuer.clone()))
            .nest_service("/dashboard", self.page("dashboard"))
            .nest_service("/shop", self.page("shop"))
            .nest_service("/tracker", ServeDir::new(self.folder.join("tracker/dist")))
            .layer(middleware::from_fn_with_state(issuer, page_headers));
        Router::new().merge(pages).merge(proxy::router(client, self.api)).layer(CompressionLayer::new())
    }

    /// A page whose paths all begin with its `index.html`, from which its own router reads on.
    fn page(&self, name: &str) -> ServeDir<ServeFile> {
        let built = self.folder.join(name).join("dist");
        let index = ServeFile::new(built.join("index.html"));
        ServeDir::new(built).fallback(index)
    }
}

/// What a page has to know before it can sign in.
async fn configuration(State(issuer): State<String>) -> Json<serde_json::Value> {
    Json(json!({"issuer": issuer, "client_id": issuer::CLIENT, "scope": "openid"}))
}

/// The headers that CloudFront adds; names with a hash may be kept for a year.
async fn page_headers(State(issuer): State<String>, request: Request, next: Next) -> Response {
    let hashed = request.uri().path().contains("/assets/");
    let mut response = next.run(request).await;
    headers::add(response.headers_mut(), &issuer);
    let kept = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}
