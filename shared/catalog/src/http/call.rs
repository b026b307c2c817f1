//! One call: what is sent, how long it is waited for, what each status means, how little is read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{InteractionId, ParkReason};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect, retry};
use rustls::{ClientConfig, RootCertStore, crypto};
use tokio::time::timeout_at;
use url::Url;

use super::HttpSettings;
use crate::error::chain;
use crate::{AgainReason, CatalogError};

/// The most of a body that is read, and only to keep the connection. The content is never used.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// How long the rest of an answer is waited for. A longer body costs its connection, not our time.
const BODY_PATIENCE: Duration = Duration::from_millis(100);

/// The longest `Retry-After` that is waited for while the function is being paid. For a longer one the
/// interaction goes back to the queue.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(2);

/// The longest time to connect, TLS included. A catalog that is up accepts at once; the rest of the time of
/// a call is for its work.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long an unused connection is kept. A frozen environment does not see that the other end closed it,
/// so old connections are not trusted; short enough for the usual keep-alive of 20 s and more.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// One POST of one interaction.
pub(super) struct Call<'a> {
    pub(super) url: &'a Url,
    pub(super) id: InteractionId,
    pub(super) body: String,
    pub(super) until: Instant,
}

/// An answer that settles the interaction.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Confirmed,
    Refused(ParkReason),
}

/// A call that did not settle anything.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: AgainReason,
    /// How long the catalog asks to be left alone.
    retry_after: Option<Duration>,
}

impl From<AgainReason> for Failure {
    fn from(reason: AgainReason) -> Self {
        Self { reason, retry_after: None }
    }
}

impl Failure {
    /// Says whether another attempt within this delivery makes sense.
    pub(super) fn may_pass_soon(&self) -> bool {
        !matches!(self.reason, AgainReason::CircuitOpen | AgainReason::DeadlineReached | AgainReason::Redirected(_))
    }

    /// Returns how long to wait before another attempt, or `None` when it would come too late.
    pub(super) fn wait(&self, backoff: Duration, time_left: Duration) -> Option<Duration> {
        let asked_for = self.retry_after.unwrap_or_default();
        let wait = backoff.max(asked_for);
        (asked_for <= RETRY_AFTER_CAP && wait < time_left).then_some(wait)
    }
}

impl Call<'_> {
    /// Makes the call and returns what it told, with the time until the answer began.
    pub(super) async fn make(self, client: &Client) -> (Result<Answer, Failure>, Duration) {
        let start = Instant::now();
        let request = client
            .post(self.url.clone())
            .header("Idempotency-Key", self.id.0)
            .header(CONTENT_TYPE, "application/json")
            .body(self.body);
        let sent = timeout_at(self.until.into(), request.send()).await;
        let took = start.elapsed();
        let answer = match sent {
            Err(_) => Err(AgainReason::TimedOut.into()),
            Ok(Err(error)) => Err(broken(self.id, error).into()),
            Ok(Ok(response)) => {
                let answer = read(response.status(), retry_after(&response, Timestamp::now()));
                finish(response, self.until).await;
                answer
            }
        };
        (answer, took)
    }
}

/// Builds the client, with everything off that a hostile or misconfigured catalog could use.
pub(super) fn client(settings: &HttpSettings) -> Result<Client, CatalogError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| CatalogError::Client(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .retry(retry::never())
        .referer(false)
        .user_agent(concat!("shopsignal/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.call_timeout.min(CONNECT_TIMEOUT))
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(settings.concurrency.get())
        .build()
        .map_err(|error| CatalogError::Client(error.into()))
}

/// Says what a status means.
///
/// A redirect is an error of the configuration, so it would hit every interaction: it parks none of them,
/// opens the circuit like an outage, and heals by itself once the URL is right. The same holds for a
/// status that has no meaning here (1xx).
fn read(status: StatusCode, retry_after: Option<Duration>) -> Result<Answer, Failure> {
    let reason = match status.as_u16() {
        200..=299 | 409 => return Ok(Answer::Confirmed),
        300..=399 => AgainReason::Redirected(status.as_u16()),
        429 => AgainReason::Throttled,
        408 | 425 => AgainReason::Failed(status.as_u16()),
        400..=499 => return Ok(Answer::Refused(ParkReason::CatalogRefused { status: status.as_u16() })),
        _ => AgainReason::Failed(status.as_u16()),
    };
    Err(Failure { reason, retry_after })
}

/// Reads `Retry-After`: seconds or an HTTP date.
fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// Reads the little that is left of an ordinary answer, so that its connection can be used again.
///
/// Anything else is dropped with its connection: a body that turns out to be large or does not come at once.
async fn finish(mut response: Response, until: Instant) {
    let patience = until.min(Instant::now() + BODY_PATIENCE);
    let rest = async {
        let mut read = 0;
        // The status has decided; a body that breaks off changes nothing.
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > BODY_LIMIT_BYTES {
                return;
            }
        }
    };
    if timeout_at(patience.into(), rest).await.is_err() {
        tracing::debug!("gave up the rest of a slow catalog answer");
    }
}

/// Tells a call without an answer apart, and logs the cause without the URL, which may hold a key.
fn broken(id: InteractionId, error: reqwest::Error) -> AgainReason {
    let reason = if error.is_timeout() { AgainReason::TimedOut } else { AgainReason::Unreachable };
    let error = chain(&error.without_url());
    tracing::warn!(interaction.id = id.0, error, %reason, "the catalog could not be reached");
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16) -> Result<Answer, AgainReason> {
        read(StatusCode::from_u16(status).unwrap(), None).map_err(|failure| failure.reason)
    }

    #[test]
    fn every_status_has_one_meaning() {
        for status in 100..=999 {
            let expected = match status {
                200..=299 | 409 => Ok(Answer::Confirmed),
                300..=399 => Err(AgainReason::Redirected(status)),
                429 => Err(AgainReason::Throttled),
                400..=499 if status != 408 && status != 425 => {
                    Ok(Answer::Refused(ParkReason::CatalogRefused { status }))
                }
                _ => Err(AgainReason::Failed(status)),
            };
            assert_eq!(reason(status), expected, "{status}");
        }
    }

    #[test]
    fn a_wait_is_never_past_the_cap_or_the_time_left() {
        let failure = |retry_after| Failure { reason: AgainReason::Throttled, retry_after };
        let (short, long) = (Duration::from_millis(100), Duration::from_secs(60));
        assert_eq!(failure(None).wait(short, long), Some(short));
        assert_eq!(failure(Some(RETRY_AFTER_CAP)).wait(short, long), Some(RETRY_AFTER_CAP));
        assert_eq!(failure(Some(RETRY_AFTER_CAP + short)).wait(short, long), None);
        assert_eq!(failure(Some(RETRY_AFTER_CAP)).wait(short, RETRY_AFTER_CAP), None);
        assert_eq!(failure(None).wait(short, short), None);
    }
}
