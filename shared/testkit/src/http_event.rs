//! The event that API Gateway creates from an HTTP request (payload format 2.0).

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The issuer of the user pool that the template creates.
const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TestKit00";

/// A request as a function sees it.
#[derive(Debug, Clone)]
pub struct HttpEvent {
    method: String,
    target: String,
    headers: Map<String, Value>,
    claims: Option<Map<String, Value>>,
    body: Option<String>,
    is_base64: bool,
    source_ip: String,
}

impl HttpEvent {
    /// Starts a request.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Map::from_iter([("user-agent".to_owned(), json!("testkit"))]),
            claims: None,
            body: None,
            is_base64: false,
            source_ip: "203.0.113.77".to_owned(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), json!(value));
        self
    }

    /// Adds a claim of a verified token, as the string that API Gateway creates. The issuer is Cognito unless it is
    /// set.
    #[must_use]
    pub fn claim(mut self, name: &str, value: &str) -> Self {
        let claims = self.claims.get_or_insert_with(|| Map::from_iter([("iss".to_owned(), json!(ISSUER))]));
        claims.insert(name.to_owned(), json!(value));
        self
    }

    /// Signs in an account.
    #[must_use]
    pub fn account(self, id: Uuid) -> Self {
        self.claim("sub", &id.to_string())
    }

    /// Gives the token the scope of the shop's own services.
    #[must_use]
    pub fn trusted(self) -> Self {
        self.claim("scope", "openid analytic/trusted")
    }

    /// Sets the client address.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source_ip);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the body as gzip, which API Gateway passes in base64.
    ///
    /// # Panics
    /// Never: writing to memory cannot fail.
    #[must_use]
    pub fn gzip(mut self, body: &str) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).unwrap();
        self.body = Some(STANDARD.encode(encoder.finish().unwrap()));
        self.is_base64 = true;
        self.header("content-encoding", "gzip")
    }

    /// Writes the event.
    #[must_use]
    pub fn event(&self) -> Value {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let authorizer = self.claims.as_ref().map(|claims| json!({ "jwt": { "claims": claims, "scopes": null } }));
        let mut event = json!({
            "version": "2.0",
            "routeKey": format!("{} {path}", self.method),
            "rawPath": path,
            "rawQueryString": query,
            "headers": self.headers,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "test",
                "domainName": "test.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "test",
                "http": { "method": self.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": self.source_ip, "userAgent": "testkit" },
                "requestId": "test",
                "routeKey": format!("{} {path}", self.method),
                "stage": "$default",
                "time": "20/Nov/2026:12:00:00 +0000",
                "timeEpoch": 1_795_176_000_000_i64,
            },
            "isBase64Encoded": self.is_base64,
        });
        if let Some(authorizer) = authorizer {
            event["requestContext"]["authorizer"] = authorizer;
        }
        if let Some(body) = &self.body {
            event["body"] = json!(body);
        }
        event
    }
}
