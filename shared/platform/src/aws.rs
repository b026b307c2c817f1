//! The configuration of all AWS SDK clients of a function.

use std::time::Duration;

use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, HttpClientError};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

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
/// `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SQS` and so on are honoured, also `AWS_USE_FIPS_ENDPOINT` and
/// `AWS_USE_DUALSTACK_ENDPOINT`; profiles and the other settings of the SDK in the environment are not.
///
/// Not by `aws_config::defaults`, which links every way to get credentials (STS, files, instance metadata).
///
/// # Errors
/// When the built-in certificates cannot be used.
pub fn configure(call: Duration) -> Result<SdkConfig, HttpClientError> {
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
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(variable("AWS_REGION").map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .service_config(ServiceVariables)
        .http_client(http)
        .timeout_config(timeouts);
    config
        .set_endpoint_url(variable("AWS_ENDPOINT_URL"))
        .set_use_fips(flag("AWS_USE_FIPS_ENDPOINT"))
        .set_use_dual_stack(flag("AWS_USE_DUALSTACK_ENDPOINT"));
    Ok(config.build())
}

/// The settings of one service in the environment, such as `AWS_ENDPOINT_URL_SQS`.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
#[derive(Debug)]
struct ServiceVariables;

impl LoadServiceConfig for ServiceVariables {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_ascii_uppercase().replace(' ', "_");
        variable(&format!("{}_{service}", key.env()))
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn flag(name: &str) -> Option<bool> {
    variable(name).map(|value| value.eq_ignore_ascii_case("true"))
}
