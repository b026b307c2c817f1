//! How to reach Postgres: TLS, one fresh connection.

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
use tokio_postgres::{CancelToken, Client, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::settings::Settings;
use crate::{StoreError, credentials};

/// The certificate authorities of Amazon RDS, which are private to it.
/// Source: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html>.
const RDS_ROOTS: &[u8] = include_bytes!("../certs/rds-ca.pem");

/// The limit for connecting, including DNS look-up, TLS and sign-in.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

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
