//! Errors of Postgres, classified by what the caller does next.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error as PgError;
use tokio_postgres::error::SqlState;

/// A failed statement.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres cannot be reached, is starting, is full or too slow. Retry later; nothing is wrong with the data.
    /// Whether the statement took effect may be unknown; every statement may be repeated.
    #[error("could not reach postgres")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Postgres refuses these values (SQLSTATE classes 21, 22, 23 and 54). A retry will not help, but the same
    /// statement without the offending row will succeed.
    #[error("postgres refused the values (sqlstate {sqlstate})")]
    Refused {
        /// The five-character SQLSTATE.
        sqlstate: String,
        /// What Postgres said.
        #[source]
        source: PgError,
    },
    /// Anything else: the schema is not the one this code was built for, or a privilege is missing.
    #[error("could not run the statement")]
    Broken(#[source] PgError),
    /// A stored document was not written by this code, but by a newer version or a person.
    #[error("could not read a stored document")]
    Unreadable(#[source] serde_json::Error),
}

impl StoreError {
    /// Says whether the same statement may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// What to do about an error of the driver.
pub(crate) enum Verdict {
    /// The connection is gone; the statement may be sent again on a new one.
    Reconnect,
    /// A lock conflict with another transaction; the statement may be retried unchanged.
    Again,
    /// Final.
    Fail,
}

pub(crate) fn verdict(error: &PgError) -> Verdict {
    let Some(state) = error.code() else {
        return if is_lost(error) { Verdict::Reconnect } else { Verdict::Fail };
    };
    match *state {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED | SqlState::LOCK_NOT_AVAILABLE => {
            Verdict::Again
        }
        _ if is_connection_class(state) => Verdict::Reconnect,
        _ => Verdict::Fail,
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<PgError> for StoreError {
    fn from(error: PgError) -> Self {
        let Some(state) = error.code() else {
            return if is_lost(&error) { Self::Unavailable(error.into()) } else { Self::Broken(error) };
        };
        let class = state.code().get(..2).unwrap_or_default();
        match class {
            "21" | "22" | "23" | "54" => Self::Refused { sqlstate: state.code().to_owned(), source: error },
            // 40: lock conflicts that outlasted the retries; 53: out of connections, disk or memory;
            // 55P03: lock not available; 57: cancelled, timed out, shutting down.
            "40" | "53" | "57" => Self::Unavailable(error.into()),
            _ if *state == SqlState::LOCK_NOT_AVAILABLE || is_connection_class(state) => {
                Self::Unavailable(error.into())
            }
            _ => Self::Broken(error),
        }
    }
}

/// Connection exceptions (08), shutdown and crash (57P01-57P03), and 25006: after a failover the old writer is a
/// reader, and only a new connection finds the new writer.
fn is_connection_class(state: &SqlState) -> bool {
    state.code().starts_with("08")
        || matches!(
            *state,
            SqlState::ADMIN_SHUTDOWN
                | SqlState::CRASH_SHUTDOWN
                | SqlState::CANNOT_CONNECT_NOW
                | SqlState::READ_ONLY_SQL_TRANSACTION
        )
}

/// Says whether the connection is lost, so that the outcome of the statement is unknown.
pub(crate) fn is_lost(error: &PgError) -> bool {
    error.is_closed() || error.source().is_some_and(|source| source.is::<io::Error>())
}
