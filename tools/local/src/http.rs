//! The HTTP client of the tools, for services on this machine only.

use std::time::Duration;

use serde_json::Value;

use crate::Error;

/// The emulator starts function environments while it responds; nothing local should take longer.
const TIMEOUT: Duration = Duration::from_secs(330);

/// Creates a client that never uses a proxy.
pub(crate) fn client() -> Result<reqwest::Client, Error> {
    // An error means that a provider is already installed, which is fine.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let built = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build();
    built.map_err(|source| Error::Http { what: "the HTTP client", source })
}

/// Calls the CloudWatch Logs API and returns its response.
pub(crate) async fn call_logs(endpoint: &str, target: &'static str, body: &Value) -> Result<Value, Error> {
    let failed = |source| Error::Http { what: target, source };
    let request = client()?
        .post(format!("{endpoint}/"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", target)
        .header("authorization", authorization("logs"))
        .body(body.to_string());
    let response = request.send().await.map_err(failed)?;
    let status = response.status();
    let text = response.text().await.map_err(failed)?;
    match serde_json::from_str(&text) {
        Ok(value) if status.is_success() => Ok(value),
        _ => Err(Error::Answer { what: target, answer: shorten(&text) }),
    }
}

/// A header by which the emulator recognizes the service; it does not check signatures.
pub(crate) fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// The beginning of a response, for an error message.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(600).collect()
}
