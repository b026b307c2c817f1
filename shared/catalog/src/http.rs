//! A catalog behind a URL: one POST per interaction, with the interaction's id as the idempotency key.
//!
//! It follows no redirect, uses no proxy from the environment, requests no compression and never reads more of a
//! response than necessary to reuse the connection. The status alone decides.

mod body;
mod breaker;
mod call;

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ConstantBuilder, ExponentialBuilder, Retryable};
use domain::{Interaction, InteractionId, ParkReason};
use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use outbound::{Call, FailureReason, SecureUrl};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;

use self::breaker::{Breaker, Verdict};
use self::call::{Failure, outcome};
use crate::{AgainReason, CatalogError, Delivery, Outcome};

/// Two further attempts after 0.1 to 0.2 s and 0.2 to 0.4 s: enough for a dropped connection or a transient fault.
/// Anything longer is left to the queue.
const RETRY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_millis(400))
    .with_max_times(2)
    .with_jitter();

/// The age from which an interaction that a working catalog does not accept is refused.
const NOT_TAKEN_LIMIT: SignedDuration = SignedDuration::from_hours(24);

/// The settings of an HTTP catalog.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The URL to which interactions are posted.
    pub url: SecureUrl,
    /// The time limit of one call, from connecting to the response headers.
    pub call_timeout: Duration,
    /// The maximum number of concurrent calls.
    pub concurrency: NonZeroUsize,
    /// The minimum time for which the circuit stays open; up to twice that with jitter, so that environments do not
    /// retry in step.
    pub pause: Duration,
}

/// An HTTP catalog with the circuit state of this environment. Connects on the first delivery.
#[derive(Debug)]
pub struct HttpCatalog {
    settings: HttpSettings,
    client: OnceLock<Client>,
    breaker: Mutex<Breaker>,
}

/// The shared state of the calls of one delivery.
struct Round<'a> {
    client: &'a Client,
    deadline: Instant,
    call_times: Mutex<Vec<Duration>>,
}

impl HttpCatalog {
    /// Takes the settings. It does not connect, resolve or load anything yet.
    #[must_use]
    pub fn new(settings: HttpSettings) -> Self {
        Self { settings, client: OnceLock::new(), breaker: Mutex::new(Breaker::new()) }
    }

    pub(crate) async fn deliver(
        &self,
        interactions: &[&Interaction],
        deadline: Instant,
    ) -> Result<Delivery, CatalogError> {
        let round = Round { client: self.client()?, deadline, call_times: Mutex::default() };
        // After the circuit was open, one interaction goes first; if it succeeds, all others may follow. The newest: an
        // old one may be old because the catalog does not accept this one.
        let ahead = if self.breaker().is_open() { interactions.len().min(1) } else { 0 };
        let (others, ahead) = interactions.split_at(interactions.len() - ahead);
        let mut outcomes = Vec::with_capacity(interactions.len());
        for interaction in ahead {
            outcomes.push(self.deliver_one(&round, interaction).await);
        }
        let calls: Vec<_> = others.iter().map(|interaction| self.deliver_one(&round, interaction)).collect();
        let calls = stream::iter(calls).buffer_unordered(self.settings.concurrency.get());
        outcomes.extend(calls.collect::<Vec<_>>().await);
        give_up(&mut outcomes, interactions, Timestamp::now());
        let call_times = round.call_times.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Delivery { outcomes, call_times, circuit_open: self.breaker().is_open() })
    }

    /// Delivers one interaction, with retries.
    async fn deliver_one(&self, round: &Round<'_>, interaction: &Interaction) -> (InteractionId, Outcome) {
        let body = body::encode(interaction);
        let answer = (|| self.attempt(round, interaction.id, body.clone()))
            .retry(RETRY)
            .when(Failure::may_pass_soon)
            .adjust(|failure, delay| failure.wait(delay?, round.deadline.saturating_duration_since(Instant::now())))
            .await;
        let outcome = answer.unwrap_or_else(|failure| Outcome::Again(failure.reason));
        (interaction.id, outcome)
    }

    /// Makes one call, if the deadline and the circuit breaker allow it.
    async fn attempt(&self, round: &Round<'_>, id: InteractionId, body: String) -> Result<Outcome, Failure> {
        let start = Instant::now();
        if start >= round.deadline {
            return Err(AgainReason::DeadlineReached.into());
        }
        let Some(permit) = self.breaker().admit(start) else {
            return Err(AgainReason::CircuitOpen.into());
        };
        let call_end = start + self.settings.call_timeout;
        let request = round.client.post(self.settings.url.as_url().clone());
        let request = request.header("Idempotency-Key", id.0).header(CONTENT_TYPE, "application/json").body(body);
        let (answer, took) = Call { request, until: call_end.min(round.deadline) }.make().await;
        lock(&round.call_times).push(took);
        let timed_out = matches!(&answer, Err(failure) if failure.reason == FailureReason::TimedOut);
        let cut_short = timed_out && round.deadline < call_end;
        let verdict = match answer {
            Ok(_) => Verdict::Alive,
            Err(_) if cut_short => Verdict::Unknown,
            Err(_) => Verdict::Failed { pause: self.pause() },
        };
        self.breaker().record(permit, verdict, Instant::now());
        match answer {
            Ok(answer) => Ok(outcome(answer)),
            Err(_) if cut_short => Err(AgainReason::DeadlineReached.into()),
            Err(failure) => Err(failure.into()),
        }
    }

    fn pause(&self) -> Duration {
        let pause = self.settings.pause;
        ConstantBuilder::new().with_delay(pause).with_jitter().build().next().unwrap_or(pause)
    }

    fn client(&self) -> Result<&Client, CatalogError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = outbound::client(self.settings.call_timeout, self.settings.concurrency)?;
        Ok(self.client.get_or_init(|| client))
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        lock(&self.breaker)
    }
}

/// Refuses an interaction to which a working catalog has responded for a day as if it were not there.
///
/// A 404 says nothing about the interaction as long as the catalog may not be there yet. When it takes others in the
/// same delivery, it is there, and a day is longer than any deployment of its routes takes.
fn give_up(outcomes: &mut [(InteractionId, Outcome)], interactions: &[&Interaction], now: Timestamp) {
    if !outcomes.iter().any(|(_, outcome)| *outcome == Outcome::Confirmed) {
        return;
    }
    let is_old = |id| {
        interactions
            .iter()
            .any(|interaction| interaction.id == id && now.duration_since(interaction.date_created) >= NOT_TAKEN_LIMIT)
    };
    for (id, outcome) in outcomes {
        if let Outcome::Again(AgainReason::NotTaken(status)) = *outcome
            && is_old(*id)
        {
            *outcome = Outcome::Refused(ParkReason::CatalogRefused { status });
        }
    }
}

/// Locks, also after a panic of another holder: every change under these locks is complete in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
