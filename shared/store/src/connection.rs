//! How to reach Postgres: settings, TLS, one fresh connection.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_config::SdkConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::{CancelToken, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::credentials::{self, Credentials};
use crate::{Role, StoreError};

/// The certificate authorities of Amazon RDS, which are private to it.
/// Source: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html>.
const RDS_ROOTS: &[u8] = include_bytes!("../certs/rds-ca.pem");

/// The limit for connecting, including DNS look-up, TLS and sign-in.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// The address of Postgres and how to sign in.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) config: Config,
    pub(crate) credentials: Credentials,
    pub(crate) role: Option<Role>,
}

/// Settings that cannot work. The message never repeats the URL, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Not a Postgres URL.
    #[error("DATABASE_URL must be a URL like postgres://user@host:5432/database?sslmode=require")]
    Url,
    /// `prefer` would send a password in the clear when someone strips TLS.
    #[error("DATABASE_URL must set sslmode to require, or to disable for a local database")]
    SslMode,
    /// Not a switch.
    #[error("DATABASE_IAM_AUTH must be true or false")]
    IamSwitch,
    /// Two ways to sign in at once.
    #[error("DATABASE_SECRET_ARN and DATABASE_IAM_AUTH must not be combined")]
    TwoCredentials,
}

impl Settings {
    /// Reads the settings of a function that signs in as its own role, whatever user the URL names.
    ///
    /// # Errors
    /// Names the variable and its rule.
    pub fn of_role(
        role: Role,
        lookup: &mut dyn FnMut(&'static str) -> Option<String>,
    ) -> Result<Self, InvalidSettings> {
        Self::of_owner(lookup).map(|settings| settings.with_role(role))
    }

    /// Signs in as a role instead of the user in the URL or secret.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.config.user(role.name());
        self.role = Some(role);
        self
    }

    /// Reads `DATABASE_URL`, `DATABASE_SECRET_ARN` (optional) and `DATABASE_IAM_AUTH` (`true` or `false`), for programs
    /// that sign in as the owner of the schema: the user in the URL or secret.
    ///
    /// # Errors
    /// Names the variable and its rule.
    pub fn of_owner(lookup: &mut dyn FnMut(&'static str) -> Option<String>) -> Result<Self, InvalidSettings> {
        let (url, secret_arn) = (lookup("DATABASE_URL"), lookup("DATABASE_SECRET_ARN"));
        let iam = match lookup("DATABASE_IAM_AUTH").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(InvalidSettings::IamSwitch),
        };
        Self::new(&url.unwrap_or_default(), secret_arn, iam)
    }

    /// Checks the settings. Without a secret and without IAM the password in the URL is used.
    ///
    /// # Errors
    /// Which rule they violate.
    pub fn new(url: &str, secret_arn: Option<String>, iam: bool) -> Result<Self, InvalidSettings> {
        let mut config: Config = url.parse().map_err(|_| InvalidSettings::Url)?;
        if config.get_hosts().is_empty() {
            return Err(InvalidSettings::Url);
        }
        if config.get_ssl_mode() == SslMode::Prefer {
            return Err(InvalidSettings::SslMode);
        }
        let credentials = match (secret_arn, iam) {
            (Some(_), true) => return Err(InvalidSettings::TwoCredentials),
            (Some(arn), false) => Credentials::Secret { arn },
            (None, true) => Credentials::Iam,
            (None, false) => Credentials::Url,
        };
        config
            .connect_timeout(Duration::from_secs(2))
            .tcp_user_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(30));
        if let Ok(function) = std::env::var("AWS_LAMBDA_FUNCTION_NAME") {
            config.application_name(function);
        }
        Ok(Self { config, credentials, role: None })
    }
}

/// Opens one connection. May be repeated.
///
/// # Errors
/// [`StoreError::Unavailable`] when there is no answer in time, [`StoreError::Broken`] when the sign-in is refused.
pub async fn connect(settings: &Settings, aws: Option<&SdkConfig>) -> Result<Client, StoreError> {
    open(settings, aws).await.map(|connected| connected.client)
}

/// A connection, and the task that runs its IO.
pub(crate) struct Connected {
    pub(crate) client: Client,
    /// Ends with the connection: after the last statement of a dropped client, or when it is lost.
    pub(crate) connection: JoinHandle<()>,
}

/// Opens one connection, as [`connect`] does.
pub(crate) async fn open(settings: &Settings, aws: Option<&SdkConfig>) -> Result<Connected, StoreError> {
    let opened = async {
        let config = credentials::log_in(settings, aws).await?;
        if config.get_ssl_mode() == SslMode::Disable {
            let (client, connection) = config.connect(NoTls).await?;
            return Ok(Connected { client, connection: drive(connection) });
        }
        let (client, connection) = config.connect(MakeRustlsConnect::new(TLS.clone())).await?;
        Ok(Connected { client, connection: drive(connection) })
    };
    timeout(CONNECT_LIMIT, opened).await.unwrap_or_else(|elapsed| Err(StoreError::Unavailable(elapsed.into())))
}

/// Asks Postgres to cancel what runs on the connection of a token, over a separate connection that is encrypted if the
/// other one is.
pub(crate) async fn send_cancel(token: &CancelToken) -> Result<(), tokio_postgres::Error> {
    token.cancel_query(MakeRustlsConnect::new(TLS.clone())).await
}

/// Runs the connection's IO. It ends with the client; an early end shows up as an error of the next statement.
fn drive<S, T>(connection: Connection<S, T>) -> JoinHandle<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to postgres ended");
        }
    })
}

/// Trusts the authorities of RDS (instances and clusters) and the public ones (RDS Proxy). Built at the
/// first connection, not at init, and once per execution environment.
static TLS: LazyLock<ClientConfig> = LazyLock::new(|| {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(RDS_ROOTS).filter_map(Result::ok));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider supports the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(url: &str, secret: Option<&str>, iam: bool) -> Option<InvalidSettings> {
        Settings::new(url, secret.map(str::to_owned), iam).err()
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        assert_eq!(problem("postgres://u@h/d?sslmode=require", None, true), None);
        assert_eq!(problem("postgres://u@127.0.0.1/d?sslmode=disable", None, false), None);
        assert_eq!(problem("postgres://u:p@h/d", None, false), Some(InvalidSettings::SslMode));
        assert_eq!(problem("mysql://u@h/d", None, false), Some(InvalidSettings::Url));
        assert_eq!(problem("postgres://", None, false), Some(InvalidSettings::Url));
        let both = problem("postgres://u@h/d?sslmode=require", Some("arn"), true);
        assert_eq!(both, Some(InvalidSettings::TwoCredentials));
    }

    #[test]
    fn every_built_in_certificate_is_usable() {
        let mut roots = RootCertStore::empty();
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(RDS_ROOTS).map(|c| c.unwrap()).collect();
        let (added, ignored) = roots.add_parsable_certificates(certificates);
        assert!(added > 80, "{added} certificates");
        assert_eq!(ignored, 0);
        assert!(TLS.alpn_protocols.is_empty());
    }
}
