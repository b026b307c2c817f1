//! Refuses requests that were addressed to another host, before anything else sees them.
//!
//! A web page elsewhere can let its own name point to this machine (DNS rebinding): the browser then takes the stack for that
//! page's own server, and lets it read the answers.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Passes on what is addressed to this machine.
pub(super) async fn only_this_machine(request: Request, next: Next) -> Response {
    if is_ours(request.headers(), request.uri()) {
        next.run(request).await
    } else {
        let why = "Host: must be 127.0.0.1 or localhost";
        (StatusCode::MISDIRECTED_REQUEST, why).into_response()
    }
}

/// Whether the only Host header, and the address if it is a whole one, name this machine.
fn is_ours(headers: &HeaderMap, uri: &Uri) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_this_machine),
        _ => false,
    };
    named && uri.authority().is_none_or(|authority| is_this_machine(authority.as_str()))
}

/// Whether a host, with or without a port, is this machine.
fn is_this_machine(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    matches!(name, "127.0.0.1" | "localhost") && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(address: &str, hosts: &[&str]) -> StatusCode {
        let site = Router::new().route("/", get(|| async { "page" })).layer(middleware::from_fn(only_this_machine));
        let mut request = Request::builder().uri(address);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        site.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn only_requests_for_this_machine_are_served() {
        for host in ["127.0.0.1", "127.0.0.1:4566", "localhost", "localhost:3000"] {
            assert_eq!(status("/", &[host]).await, StatusCode::OK, "{host}");
        }
        for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost:80@evil.example", ""] {
            assert_eq!(status("/", &[host]).await, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
    }

    #[tokio::test]
    async fn there_is_one_host_and_no_other_in_the_address() {
        assert_eq!(status("/", &[]).await, StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(status("/", &["localhost", "evil.example"]).await, StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(status("http://evil.example/", &["localhost"]).await, StatusCode::MISDIRECTED_REQUEST);
    }

    #[tokio::test]
    async fn an_unknown_path_is_refused_as_well() {
        assert_eq!(status("/none", &["evil.example"]).await, StatusCode::MISDIRECTED_REQUEST);
    }
}
