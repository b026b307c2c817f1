//! The webhooks: sends alerts and collects the outcomes.

use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use backon::{ExponentialBuilder, Retryable};
use futures_util::{StreamExt, stream};
use outbound::{Answer, Call, ClientError, Failure, FailureReason, SecureUrl};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use store::finding::Stored;
use store::pending_alert::Leased;

use crate::channel::Channel;
use crate::message;
use crate::signature::{SIGNATURE_HEADER, SigningKeys};

/// Two further attempts after 0.1 to 0.2 s and 0.2 to 0.4 s. Anything longer is left to the queue.
const RETRY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_millis(400))
    .with_max_times(2)
    .with_jitter();

/// Concurrent calls. Chats allow about one a second, so more would only be throttled.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).expect("four is not zero");

/// One receiver.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its kind.
    pub channel: Channel,
    /// Its URL, which may contain a key and is never logged; `None` if the one in the secret cannot be used.
    pub url: Option<SecureUrl>,
}

/// Why a webhook did not answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unanswered {
    /// Its URL cannot be used: until somebody corrects it, its alerts wait.
    Unusable,
    /// The call settled nothing. Only its text is read.
    #[expect(dead_code, reason = "it is logged as what `Debug` makes of it")]
    Failed(FailureReason),
}

/// All receivers. Connects on the first delivery.
#[derive(Debug)]
pub struct Webhooks {
    webhooks: Vec<Webhook>,
    keys: SigningKeys,
    call_timeout: Duration,
    client: OnceLock<Client>,
}

/// The shared state of the calls of one delivery.
struct Round<'a> {
    client: &'a Client,
    deadline: Instant,
}

/// The result of one webhook for one alert.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WebhookAnswer {
    pub(crate) channel: Channel,
    pub(crate) answer: Result<Answer, Unanswered>,
}

/// The outcome of one alert: the results of the webhooks that had not confirmed it yet.
#[derive(Debug)]
pub(crate) struct AlertAnswers<'a> {
    pub(crate) alert: &'a Leased,
    pub(crate) answers: Vec<WebhookAnswer>,
}

impl Webhooks {
    /// Takes the receivers and the signing keys.
    #[must_use]
    pub fn new(webhooks: Vec<Webhook>, keys: SigningKeys, call_timeout: Duration) -> Self {
        Self { webhooks, keys, call_timeout, client: OnceLock::new() }
    }

    /// Says whether there are no webhooks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.webhooks.is_empty()
    }

    /// Sends every alert to every webhook that has not confirmed it. Deliveries that have not begun at the deadline do not
    /// begin, and those in progress are abandoned there.
    pub(crate) async fn deliver<'a>(
        &self,
        alerts: &'a [Leased],
        deadline: Instant,
    ) -> Result<Vec<AlertAnswers<'a>>, ClientError> {
        let round = Round { client: self.client()?, deadline };
        let round = &round;
        let deliver = |alert: &'a Leased| async move {
            let open = |webhook: &&Webhook| !alert.confirmed.iter().any(|name| name == webhook.channel.as_str());
            let mut answers = Vec::new();
            for webhook in self.webhooks.iter().filter(open) {
                let answer = self.send_one(round, webhook, &alert.finding).await;
                answers.push(WebhookAnswer { channel: webhook.channel, answer });
            }
            AlertAnswers { alert, answers }
        };
        let calls: Vec<_> = alerts.iter().map(deliver).collect();
        Ok(stream::iter(calls).buffer_unordered(CONCURRENCY.get()).collect().await)
    }

    /// Sends one finding to one webhook, with retries.
    async fn send_one(&self, round: &Round<'_>, webhook: &Webhook, finding: &Stored) -> Result<Answer, Unanswered> {
        let Some(url) = &webhook.url else { return Err(Unanswered::Unusable) };
        let body = message::body(webhook.channel, finding);
        let attempt = || async {
            let now = Instant::now();
            if now >= round.deadline {
                return Err(FailureReason::TimedOut.into());
            }
            let request = self.request(round.client, url, &body).header("Idempotency-Key", finding.id.to_string());
            Call { request, until: round.deadline.min(now + self.call_timeout) }.make().await.0
        };
        let passing =
            |failure: &Failure| !matches!(failure.reason, FailureReason::Redirected(_) | FailureReason::NotTaken(_));
        let left = || round.deadline.saturating_duration_since(Instant::now());
        let answer = attempt.retry(RETRY).when(passing).adjust(|failure, delay| failure.wait(delay?, left())).await;
        answer.map_err(|failure| Unanswered::Failed(failure.reason))
    }

    /// Builds a request that is signed now: a retry has its own time and signature.
    fn request(&self, client: &Client, url: &SecureUrl, body: &str) -> reqwest::RequestBuilder {
        let request = client.post(url.as_url().clone()).header(CONTENT_TYPE, "application/json");
        let second = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        request.header(SIGNATURE_HEADER, self.keys.sign(second, body)).body(body.to_owned())
    }

    fn client(&self) -> Result<&Client, ClientError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = outbound::client(self.call_timeout, CONCURRENCY)?;
        Ok(self.client.get_or_init(|| client))
    }
}
