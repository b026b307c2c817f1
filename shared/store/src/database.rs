//! One connection per execution environment, opened lazily, checked after it was idle, replaced once when lost.
//!
//! No pool: an environment handles one invocation at a time, and a pool's timers stand still while the
//! environment is frozen. Statements are sent typed, so each takes a single round trip and leaves no prepared statement
//! behind for which a proxy would have to pin a session.

use std::time::Duration;

use aws_config::SdkConfig;
use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};
use tokio_postgres::Row;

use crate::StoreError;
use crate::error::{Verdict, verdict};
use crate::session::{Parameter, Session, run, run_each};
use crate::settings::Settings;

/// A connection that was idle for longer is pinged first: the environment may have been frozen.
const IDLE_LIMIT: Duration = Duration::from_secs(5);
/// The limit for the ping.
const LIVENESS_LIMIT: Duration = Duration::from_secs(1);
/// How long one statement may take. Together with connecting, and the half second for cancelling, it fits into the ten
/// seconds of an HTTP function, with time left to answer.
const STATEMENT_LIMIT: Duration = Duration::from_secs(5);

/// The database, as a function sees it. Cheap to create: it connects at the first statement.
#[derive(Debug)]
pub struct Database {
    settings: Settings,
    aws: Option<SdkConfig>,
    statement_limit: Duration,
    session: Mutex<Option<Session>>,
}

impl Database {
    /// Keeps the settings for the first statement. `aws` is needed to sign in with a secret or by IAM.
    #[must_use]
    pub fn new(settings: Settings, aws: Option<SdkConfig>) -> Self {
        Self { settings, aws, statement_limit: STATEMENT_LIMIT, session: Mutex::new(None) }
    }

    /// Allows statements to take longer than the five seconds that suit a request: for maintenance.
    #[must_use]
    pub fn with_statement_limit(self, limit: Duration) -> Self {
        Self { statement_limit: limit, ..self }
    }

    /// Pings Postgres.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.query("SELECT 1", &[]).await.map(|_| ())
    }

    /// Runs an idempotent statement, as its own transaction.
    ///
    /// A lost connection is replaced once and the statement sent again, even when it may already have taken effect;
    /// lock conflicts are retried three times with increasing, jittered delays. A statement that takes too long, or
    /// whose future is dropped, is cancelled in Postgres.
    pub(crate) async fn query(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut session = self.session.lock().await;
        let mut reconnected = false;
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(20))
            .with_max_times(3)
            .with_jitter()
            .build();
        loop {
            self.ensure(&mut session).await?;
            let error = match run(&mut session, self.statement_limit, statement, parameters).await? {
                Ok(rows) => return Ok(rows),
                Err(error) => error,
            };
            match verdict(&error) {
                Verdict::Reconnect if !reconnected => {
                    reconnected = true;
                    *session = None;
                }
                Verdict::Reconnect => {
                    *session = None;
                    return Err(StoreError::Unavailable(error.into()));
                }
                Verdict::Again => match pauses.next() {
                    Some(pause) => sleep(pause).await,
                    None => return Err(error.into()),
                },
                Verdict::Fail => return Err(error.into()),
            }
        }
    }

    /// Calls a function of the schema (`migrations/functions`), as its own transaction. As [`Self::query`].
    pub(crate) async fn call(&self, function: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        self.query(&select_from(function, parameters.len()), parameters).await
    }

    /// Runs a read-only statement and streams its rows, for results that do not fit into memory. It is not sent again
    /// when the connection is lost, since rows may have been passed on.
    pub(crate) async fn query_each(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
        each: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut session = self.session.lock().await;
        self.ensure(&mut session).await?;
        run_each(&mut session, self.statement_limit, (statement, parameters), each).await
    }

    /// Begins a transaction of several statements. Nothing else runs on the connection until it ends.
    ///
    /// # Errors
    /// See [`StoreError`]. A connection that turns out to be lost is replaced once.
    pub async fn begin(&self) -> Result<Transaction<'_>, StoreError> {
        self.start("BEGIN").await
    }

    /// Begins a read-only transaction whose statements all see the same snapshot.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn begin_snapshot(&self) -> Result<Transaction<'_>, StoreError> {
        self.start("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    async fn start(&self, command: &str) -> Result<Transaction<'_>, StoreError> {
        let mut session = self.session.lock().await;
        for last in [false, true] {
            self.ensure(&mut session).await?;
            match run(&mut session, self.statement_limit, command, &[]).await? {
                Ok(_) => break,
                Err(error) => {
                    *session = None;
                    if last || !matches!(verdict(&error), Verdict::Reconnect) {
                        return Err(error.into());
                    }
                }
            }
        }
        Ok(Transaction { session, statement_limit: self.statement_limit, open: true })
    }

    /// Ensures that there is a connection, and as far as can be known a live one.
    async fn ensure(&self, session: &mut Option<Session>) -> Result<(), StoreError> {
        let usable = match session.as_ref() {
            Some(open) if open.client().is_closed() => false,
            Some(open) if open.used.elapsed() > IDLE_LIMIT => {
                matches!(timeout(LIVENESS_LIMIT, open.client().check_connection()).await, Ok(Ok(())))
            }
            open => open.is_some(),
        };
        if !usable {
            // The old connection is dropped first: an environment never holds two.
            *session = None;
            *session = Some(Session::open(&self.settings, self.aws.as_ref()).await?);
        }
        Ok(())
    }
}

/// The statement that calls a function of the schema.
fn select_from(function: &str, parameters: usize) -> String {
    const SCHEMA: &str = "analytic";
    let places: Vec<_> = (1..=parameters).map(|n| format!("${n}")).collect();
    format!("SELECT * FROM {SCHEMA}.{function}({})", places.join(", "))
}

/// An open transaction. Dropped without [`Transaction::commit`], it is rolled back.
///
/// Its statements are not retried: the transaction as a whole may be repeated.
#[derive(Debug)]
pub struct Transaction<'d> {
    session: MutexGuard<'d, Option<Session>>,
    statement_limit: Duration,
    open: bool,
}

impl Transaction<'_> {
    pub(crate) async fn query(
        &mut self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        Ok(run(&mut self.session, self.statement_limit, statement, parameters).await??)
    }

    /// Calls a function of the schema (`migrations/functions`).
    pub(crate) async fn call(&mut self, function: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        self.query(&select_from(function, parameters.len()), parameters).await
    }

    /// Commits. When it returns, everything is stored; when it fails, the outcome is unknown, and repeating it is safe.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn commit(self) -> Result<(), StoreError> {
        self.end("COMMIT").await
    }

    /// Rolls back and keeps the connection.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn roll_back(self) -> Result<(), StoreError> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, command: &str) -> Result<(), StoreError> {
        run(&mut self.session, self.statement_limit, command, &[]).await??;
        self.open = false;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    /// A connection with an open transaction is useless to the next caller; closing it rolls back.
    fn drop(&mut self) {
        if self.open {
            *self.session = None;
        }
    }
}
