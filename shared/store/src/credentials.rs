//! How a function authenticates to Postgres.
//!
//! Credentials are fetched for each new connection and never cached: the next connection uses a rotated secret, and an
//! IAM token is valid for only 15 minutes.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde::Deserialize;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::StoreError;
use crate::settings::{Credentials, Settings};

/// Why credentials could not be obtained.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CredentialsError {
    #[error("no AWS configuration was given to sign in with")]
    NoAws,
    #[error("could not read the database secret")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("could not sign the sign-in token")]
    Token(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<CredentialsError> for StoreError {
    fn from(error: CredentialsError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// The format of secrets managed by RDS; other fields are ignored.
#[derive(Deserialize)]
pub(crate) struct Secret {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Completes the connection settings with user and password.
pub(crate) async fn log_in(settings: &Settings, aws: Option<&SdkConfig>) -> Result<Config, StoreError> {
    let mut config = settings.config.clone();
    match &settings.credentials {
        Credentials::Url => {}
        Credentials::Secret { arn } => {
            let secret = read_secret(arn, aws.ok_or(CredentialsError::NoAws)?).await?;
            // A function's secret holds the password of its role; the role's name is in the code.
            let user = settings.role.as_ref().map_or(secret.username, |role| role.name().to_owned());
            config.user(user).password(secret.password);
        }
        Credentials::Iam => {
            let token = sign_token(&config, aws.ok_or(CredentialsError::NoAws)?).await?;
            config.password(token);
        }
    }
    Ok(config)
}

pub(crate) async fn read_secret(arn: &str, aws: &SdkConfig) -> Result<Secret, CredentialsError> {
    let client = aws_sdk_secretsmanager::Client::new(aws);
    let call = Box::pin(client.get_secret_value().secret_id(arn).send());
    let value = call.await.map_err(|e| CredentialsError::Secret(e.into()))?;
    // The parse error is dropped on purpose: it could quote the secret.
    serde_json::from_str(value.secret_string().unwrap_or_default())
        .map_err(|_| CredentialsError::Secret("the secret must be JSON with username and password".into()))
}

/// Signs the token of RDS IAM authentication: a presigned request for `rds-db:connect` without its scheme.
/// Rule: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html>.
async fn sign_token(config: &Config, aws: &SdkConfig) -> Result<String, CredentialsError> {
    const LIFETIME: Duration = Duration::from_secs(15 * 60);
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| CredentialsError::Token(error);

    let (Some(Host::Tcp(host)), Some(user)) = (config.get_hosts().first(), config.get_user()) else {
        return Err(failed("the URL must name a host and a user".into()));
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let region = aws.region().ok_or_else(|| failed("no AWS region is set".into()))?;
    let provider = aws.credentials_provider().ok_or_else(|| failed("no AWS credentials are set".into()))?;
    let identity = provider.provide_credentials().await.map_err(|e| failed(e.into()))?.into();

    let mut signing = SigningSettings::default();
    signing.expires_in = Some(LIFETIME);
    signing.signature_location = SignatureLocation::QueryParams;
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_ref())
        .name("rds-db")
        .time(SystemTime::now())
        .settings(signing)
        .build()
        .map_err(|e| failed(e.into()))?;
    let url = format!("https://{host}:{port}/?Action=connect&DBUser={user}");
    let request = SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))
        .map_err(|e| failed(e.into()))?;
    let (instructions, _) = sign(request, &parameters.into()).map_err(|e| failed(e.into()))?.into_parts();
    let mut signed = http::Request::get(&url).body(()).map_err(|e| failed(e.into()))?;
    instructions.apply_to_request_http1x(&mut signed);
    Ok(signed.uri().to_string().split_off("https://".len()))
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials as Keys;
    use aws_credential_types::provider::SharedCredentialsProvider;

    use super::*;

    #[tokio::test]
    async fn a_token_is_a_presigned_connect_request_without_its_scheme() {
        let keys = Keys::new("AKIDEXAMPLE", "secret", Some("session/+=".to_owned()), None, "test");
        let aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build();
        let url = "postgres://shop@proxy.example:6432/shop?sslmode=require";
        let settings = Settings::new(url, None, true).unwrap();
        let config = log_in(&settings, Some(&aws)).await.unwrap();
        let token = String::from_utf8(config.get_password().unwrap().to_vec()).unwrap();
        assert!(
            token.starts_with("proxy.example:6432/?Action=connect&DBUser=shop&X-Amz-Algorithm=AWS4-HMAC-SHA256"),
            "{token}"
        );
        assert!(token.contains("%2Feu-central-1%2Frds-db%2Faws4_request"), "{token}");
        assert!(
            token.contains("X-Amz-Expires=900") && token.contains("X-Amz-Security-Token=session%2F%2B%3D"),
            "{token}"
        );
        assert!(token.contains("&X-Amz-Signature="), "{token}");
    }

    #[tokio::test]
    async fn without_an_aws_configuration_nobody_can_log_in_by_token() {
        let settings = Settings::new("postgres://u@h/d?sslmode=require", None, true).unwrap();
        assert!(matches!(log_in(&settings, None).await, Err(StoreError::Unavailable(_))));
    }
}
