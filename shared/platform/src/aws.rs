//! The configuration of all AWS SDK clients of a function.

use std::time::Duration;

use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, HttpClientError};

/// The roots that AWS endpoints chain to. The system's 140 roots cost 5-9 ms of every cold start to parse.
/// Source: <https://www.amazontrust.com/repository/>.
const AMAZON_ROOTS: &[u8] = include_bytes!("../certs/amazon-roots.pem");

/// A connection that was idle for longer may have been lost while the environment was frozen.
const POOL_IDLE: Duration = Duration::from_secs(20);

/// The limit of a call that signs in to Postgres with a secret or moves dead letters. Functions that call AWS while a
/// client waits have their own limit.
pub const CALL_LIMIT: Duration = Duration::from_secs(2);

/// Builds the configuration: credentials and region from the environment, as Lambda sets them, Amazon's
/// roots only, and a limit on every call, because the SDK has none by default.
///
/// `call` limits a whole operation with its retries, a single attempt takes at most half of it.
/// `AWS_ENDPOINT_URL` is honoured.
///
/// # Errors
/// When the built-in certificates cannot be used.
pub async fn configure(call: Duration) -> Result<SdkConfig, HttpClientError> {
    let roots =
        TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS)).build()?;
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(roots)
        .pool_idle_timeout(POOL_IDLE)
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1).min(call / 2))
        .operation_attempt_timeout(call / 2)
        .operation_timeout(call)
        .build();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .http_client(http)
        .timeout_config(timeouts);
    // Boxed: the SDK's futures nest so deeply that main would exceed the compiler's type depth limit.
    Ok(Box::pin(config.load()).await)
}
