//! One open connection, and the cancellation of statements that no one waits for any more.
//!
//! A statement whose caller went away continues in Postgres, with its locks, until it is done. So whoever abandons one
//! asks Postgres to cancel it, over a separate connection, as the protocol requires. The request may arrive before the
//! statement and then has no effect, so it is repeated until the connection has ended. If no request gets through, the
//! role's `statement_timeout` ends the statement.

use std::pin::pin;
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::TryStreamExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{CancelToken, Client, Error as PgError, Row};

use crate::StoreError;
use crate::connection::{Connected, open, send_cancel};
use crate::error::is_lost;
use crate::settings::Settings;

/// A parameter with its type, which saves the round trip of asking for it.
pub(crate) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// How long a caller that abandons a statement waits for its end. Short, because a caller waits for an answer; anything
/// longer continues in the background.
const CANCEL_WAIT: Duration = Duration::from_millis(500);
/// How often cancellation is requested, and the delay before each repetition.
const CANCEL_ATTEMPTS: u32 = 5;
const CANCEL_PAUSE: Duration = Duration::from_millis(200);
/// How long one request may take.
const CANCEL_LIMIT: Duration = Duration::from_secs(2);

/// An open connection.
#[derive(Debug)]
pub(crate) struct Session {
    client: Client,
    connection: JoinHandle<()>,
    /// When it was last used.
    pub(crate) used: Instant,
}

impl Session {
    /// Connects.
    pub(crate) async fn open(settings: &Settings, aws: Option<&SdkConfig>) -> Result<Self, StoreError> {
        let Connected { client, connection } = open(settings, aws).await?;
        Ok(Self { client, connection, used: Instant::now() })
    }

    /// Returns the client, for statements that may be abandoned safely.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

/// Runs a statement on the session in a slot. If it returns or is dropped without an answer, the slot is empty and the
/// statement is being cancelled.
///
/// # Errors
/// The outer error when there was no answer in time or there is no session, the inner one when Postgres gave one.
pub(crate) async fn run(
    slot: &mut Option<Session>,
    limit: Duration,
    statement: &str,
    parameters: &[Parameter<'_>],
) -> Result<Result<Vec<Row>, PgError>, StoreError> {
    let running = Running::take(slot)?;
    let answer = timeout(limit, running.query(statement, parameters)).await;
    running.settle(slot, answer).await
}

/// Runs a statement like [`run`] and streams its rows, of which only a few are in memory.
///
/// # Errors
/// What Postgres or the receiver of the rows returns; some rows may have been passed on.
pub(crate) async fn run_each(
    slot: &mut Option<Session>,
    limit: Duration,
    (statement, parameters): (&str, &[Parameter<'_>]),
    each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let running = Running::take(slot)?;
    let answer = timeout(limit, running.query_each(statement, parameters, each)).await;
    running.settle(slot, answer).await??.inspect_err(|_| *slot = None)
}

/// A session with a running statement. Dropping it cancels the statement.
struct Running(Option<Session>);

impl Running {
    fn take(slot: &mut Option<Session>) -> Result<Self, StoreError> {
        let session = slot.take().ok_or_else(|| StoreError::Unavailable("no connection".into()))?;
        Ok(Self(Some(session)))
    }

    fn client(&self) -> &Client {
        &self.0.as_ref().expect("a session stays until its statement is answered or abandoned").client
    }

    async fn query(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, PgError> {
        self.client().query_typed(statement, parameters).await
    }

    /// The inner error is the receiver's.
    async fn query_each(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
        mut each: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<Result<(), StoreError>, PgError> {
        let parameters = parameters.iter().map(|(value, kind)| (*value, kind.clone()));
        let mut rows = pin!(self.client().query_typed_raw(statement, parameters).await?);
        while let Some(row) = rows.try_next().await? {
            if let Err(error) = each(row) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// Puts the session back for the next statement, or cancels this one if it was not answered.
    async fn settle<T>(
        mut self,
        slot: &mut Option<Session>,
        answer: Result<Result<T, PgError>, Elapsed>,
    ) -> Result<Result<T, PgError>, StoreError> {
        match answer {
            // Connection lost: the server may not know, and the statement continues. Dropping it cancels it.
            Ok(Err(error)) if is_lost(&error) => Ok(Err(error)),
            Ok(answer) => {
                *slot = self.0.take();
                if let Some(session) = slot {
                    session.used = Instant::now();
                }
                Ok(answer)
            }
            Err(elapsed) => {
                self.give_up().await;
                Err(StoreError::Unavailable(elapsed.into()))
            }
        }
    }

    /// Cancels the statement and waits briefly for its end.
    async fn give_up(mut self) {
        let Some(ending) = self.0.take().and_then(end_in_background) else { return };
        if timeout(CANCEL_WAIT, ending).await.is_err() {
            tracing::warn!("an abandoned statement has not ended yet");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            // Its end is not awaited: a caller that drops has no time left.
            drop(end_in_background(session));
        }
    }
}

/// Ends a session whatever runs on it; `None` when no runtime is left to do it.
fn end_in_background(session: Session) -> Option<JoinHandle<()>> {
    let runtime = Handle::try_current().ok()?;
    let Session { client, connection, .. } = session;
    let token = client.cancel_token();
    // Without a client the connection ends as soon as the statement does.
    drop(client);
    Some(runtime.spawn(end(token, connection)))
}

async fn end(token: CancelToken, mut connection: JoinHandle<()>) {
    for _ in 0..CANCEL_ATTEMPTS {
        match timeout(CANCEL_LIMIT, send_cancel(&token)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "could not ask postgres to cancel a statement"),
            Err(_) => tracing::warn!("could not ask postgres in time to cancel a statement"),
        }
        if timeout(CANCEL_PAUSE, &mut connection).await.is_ok() {
            return;
        }
    }
    // At least the socket is closed, so that Postgres can notice that the client is gone.
    connection.abort();
}
