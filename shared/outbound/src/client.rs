//! The HTTP client, with every feature disabled that a hostile or misconfigured server could exploit.

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, redirect, retry};
use rustls::{ClientConfig, RootCertStore, crypto};

/// The limit for connecting, including TLS. A server that is up accepts at once; the rest of the time of a call is for
/// its work.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long an unused connection is kept. A frozen environment does not see that the other end closed it,
/// so old connections are not reused; short enough for the usual keep-alive of 20 s and more.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// The client or its TLS settings could not be created. A retry does not help.
#[derive(Debug, thiserror::Error)]
#[error("could not set up the http client")]
pub struct ClientError(#[source] Box<dyn Error + Send + Sync>);

/// Builds a client that follows no redirect, uses no proxy from the environment and does not retry by itself.
///
/// # Errors
/// See [`ClientError`].
pub fn client(call_timeout: Duration, connections: NonZeroUsize) -> Result<Client, ClientError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .retry(retry::never())
        .referer(false)
        .user_agent(concat!("shopsignal/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(call_timeout.min(CONNECT_TIMEOUT))
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(connections.get())
        .build()
        .map_err(|error| ClientError(error.into()))
}
