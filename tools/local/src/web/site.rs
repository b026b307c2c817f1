//! The site: the built pages and the API under one origin, as CloudFront serves them.

use std::path::PathBuf;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
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
            .nest_service("/dashboard/assets", self.assets("dashboard"))
            .nest_service("/dashboard", self.page("dashboard"))
            .nest_service("/shop/assets", self.assets("shop"))
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

    /// The scripts and styles of a page: what is not there is a 404, as on AWS.
    fn assets(&self, name: &str) -> ServeDir {
        ServeDir::new(self.folder.join(name).join("dist/assets"))
    }
}

/// What a page has to know before it can sign in.
async fn configuration(State(issuer): State<String>) -> Json<serde_json::Value> {
    Json(json!({"issuer": issuer, "client_id": issuer::CLIENT, "scope": "openid"}))
}

/// The headers that CloudFront adds; what is there under a name with a hash may be kept for a year.
async fn page_headers(State(issuer): State<String>, request: Request, next: Next) -> Response {
    let hashed = request.uri().path().split('/').nth(2) == Some("assets");
    let mut response = next.run(request).await;
    headers::add(response.headers_mut(), &issuer);
    let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let kept = if hashed && found { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt as _;

    use super::*;

    /// A site with one page, in a folder that is removed at the end.
    struct Built(PathBuf);

    impl Built {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("shopsignal-site-{name}-{}", std::process::id()));
            let dist = folder.join("dashboard/dist");
            std::fs::create_dir_all(dist.join("assets")).unwrap();
            std::fs::write(dist.join("index.html"), "the page").unwrap();
            std::fs::write(dist.join("assets/app-1.js"), "the script").unwrap();
            Self(folder)
        }

        /// The status and the Cache-Control of a path.
        async fn get(&self, path: &str) -> (StatusCode, String) {
            let site =
                Site { folder: self.0.clone(), issuer: "http://127.0.0.1:1".into(), api: "http://127.0.0.1:1".into() };
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let answer = site.router(crate::http::client().unwrap()).oneshot(request).await.unwrap();
            let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned();
            (answer.status(), kept)
        }
    }

    impl Drop for Built {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }

    #[tokio::test]
    async fn only_an_asset_that_is_there_is_kept() {
        let site = Built::new("assets");
        let forever = "public, max-age=31536000, immutable".to_owned();
        assert_eq!(site.get("/dashboard/assets/app-1.js").await, (StatusCode::OK, forever));
        for path in ["/dashboard/assets/none.js", "/dashboard/assets/", "/shop/assets/none.js"] {
            assert_eq!(site.get(path).await, (StatusCode::NOT_FOUND, "no-cache".to_owned()), "{path}");
        }
    }

    #[tokio::test]
    async fn every_other_path_of_a_page_begins_with_its_index() {
        let site = Built::new("pages");
        for path in ["/dashboard/", "/dashboard/products/p-1.png", "/dashboard/products/assets/x", "/dashboard/assetsx"]
        {
            assert_eq!(site.get(path).await, (StatusCode::OK, "no-cache".to_owned()), "{path}");
        }
    }
}
