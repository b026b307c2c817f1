//! The security headers of the pages: the same as those of the CloudFront distribution in template.yaml.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Adds the headers to an answer that is a page or a part of one.
///
/// `issuer` is the origin that the dashboard asks for tokens.
pub(super) fn add(headers: &mut HeaderMap, issuer: &str) {
    let policy = content_security_policy(issuer);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Scripts, styles and requests of the page's own origin, requests to the issuer, and nothing else.
fn content_security_policy(issuer: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self' {issuer}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
