//! One call: its time limits, the meaning of each status, and how little of the body is read.

use std::error::Error;
use std::iter::successors;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::time::timeout_at;

/// How much of a body is read at most, and only to keep the connection. The content is never used.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// How long to wait for the rest of a response. A longer body costs its connection, not our time.
const BODY_LIMIT: Duration = Duration::from_millis(100);

/// The longest `Retry-After` to wait for while the function is being billed. With a longer one the work goes back to
/// the queue.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(2);

/// Statuses that concern the URL, the credentials or the form of a call, which all calls share, and not the work in it:
/// 404 before a service is registered, 401 and 403 with a wrong key, 405 and 415 with a wrong path.
const OF_EVERY_CALL: [u16; 10] = [401, 402, 403, 404, 405, 406, 407, 415, 421, 426];

/// One call to a server that identifies the work by an idempotency key.
#[derive(Debug)]
pub struct Call {
    /// The request.
    pub request: RequestBuilder,
    /// When it is abandoned.
    pub until: Instant,
}

/// A response that settles the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The server has it: 2xx, or 409 for a known key.
    Confirmed,
    /// The server will never accept this work (another 4xx).
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

/// Why a call settled nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    /// No answer in time.
    TimedOut,
    /// No connection, or one that broke or did not speak the protocol.
    Unreachable,
    /// The server redirects, which is never followed (the HTTP status).
    Redirected(u16),
    /// The server does not accept calls at this URL, in this form or from us: it is not there yet, or the deployment is
    /// wrong (the HTTP status: 401 to 407, 415, 421 or 426).
    NotTaken(u16),
    /// The server throttles: 429.
    Throttled,
    /// The server failed (the HTTP status: 408, 425 or one from 500).
    Failed(u16),
}

/// A call that settled nothing.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    /// What happened.
    pub reason: FailureReason,
    /// The delay that the server asks for.
    retry_after: Option<Duration>,
}

impl From<FailureReason> for Failure {
    fn from(reason: FailureReason) -> Self {
        Self { reason, retry_after: None }
    }
}

impl Failure {
    /// Returns how long to wait before another attempt, or `None` when it would come too late.
    #[must_use]
    pub fn wait(&self, backoff: Duration, time_left: Duration) -> Option<Duration> {
        let asked_for = self.retry_after.unwrap_or_default();
        let wait = backoff.max(asked_for);
        (asked_for <= RETRY_AFTER_CAP && wait < time_left).then_some(wait)
    }
}

impl Call {
    /// Makes the call and returns its result, with the time until the response began.
    pub async fn make(self) -> (Result<Answer, Failure>, Duration) {
        let start = Instant::now();
        let sent = timeout_at(self.until.into(), self.request.send()).await;
        let took = start.elapsed();
        let answer = match sent {
            Err(_) => Err(FailureReason::TimedOut.into()),
            Ok(Err(error)) => Err(broken(error).into()),
            Ok(Ok(response)) => {
                let answer = read(response.status(), retry_after(&response, Timestamp::now()));
                finish(response, self.until).await;
                answer
            }
        };
        (answer, took)
    }
}

/// Returns the meaning of a status.
///
/// A redirect is a configuration error that would affect every item: so none is refused, and everything recovers once
/// the URL is correct. The same holds for [`OF_EVERY_CALL`] and for a status that has no meaning
/// here (1xx).
fn read(status: StatusCode, retry_after: Option<Duration>) -> Result<Answer, Failure> {
    let reason = match status.as_u16() {
        200..=299 | 409 => return Ok(Answer::Confirmed),
        300..=399 => FailureReason::Redirected(status.as_u16()),
        429 => FailureReason::Throttled,
        408 | 425 => FailureReason::Failed(status.as_u16()),
        of_every_call if OF_EVERY_CALL.contains(&of_every_call) => FailureReason::NotTaken(of_every_call),
        400..=499 => return Ok(Answer::Refused { status: status.as_u16() }),
        _ => FailureReason::Failed(status.as_u16()),
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

/// Reads the short rest of an ordinary response, so that its connection can be reused.
///
/// Any other body is dropped with its connection: one that is large or does not arrive immediately.
async fn finish(mut response: Response, until: Instant) {
    let deadline = until.min(Instant::now() + BODY_LIMIT);
    let rest = async {
        let mut read = 0;
        // The status has decided; a truncated body changes nothing.
        while let Ok(Some(chunk)) = response.chunk().await {
            read += chunk.len();
            if read > BODY_LIMIT_BYTES {
                return;
            }
        }
    };
    if timeout_at(deadline.into(), rest).await.is_err() {
        tracing::debug!("dropped the rest of a slow response");
    }
}

/// Classifies a call without a response, and logs the cause without the URL, which may contain a key.
fn broken(error: reqwest::Error) -> FailureReason {
    let reason = if error.is_timeout() { FailureReason::TimedOut } else { FailureReason::Unreachable };
    tracing::warn!(error = chain(&error.without_url()), ?reason, "a server could not be reached");
    reason
}

/// Writes an error with all its causes in one line.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<String> = successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16) -> Result<Answer, FailureReason> {
        read(StatusCode::from_u16(status).unwrap(), None).map_err(|failure| failure.reason)
    }

    #[test]
    fn every_status_has_one_meaning() {
        for status in 100..=999 {
            let expected = match status {
                200..=299 | 409 => Ok(Answer::Confirmed),
                300..=399 => Err(FailureReason::Redirected(status)),
                429 => Err(FailureReason::Throttled),
                401..=407 | 415 | 421 | 426 => Err(FailureReason::NotTaken(status)),
                400..=499 if status != 408 && status != 425 => Ok(Answer::Refused { status }),
                _ => Err(FailureReason::Failed(status)),
            };
            assert_eq!(reason(status), expected, "{status}");
        }
    }

    #[test]
    fn a_wait_is_never_past_the_cap_or_the_time_left() {
        let failure = |retry_after| Failure { reason: FailureReason::Throttled, retry_after };
        let (short, long) = (Duration::from_millis(100), Duration::from_secs(60));
        assert_eq!(failure(None).wait(short, long), Some(short));
        assert_eq!(failure(Some(RETRY_AFTER_CAP)).wait(short, long), Some(RETRY_AFTER_CAP));
        assert_eq!(failure(Some(RETRY_AFTER_CAP + short)).wait(short, long), None);
        assert_eq!(failure(Some(RETRY_AFTER_CAP)).wait(short, RETRY_AFTER_CAP), None);
        assert_eq!(failure(None).wait(short, short), None);
    }
}
