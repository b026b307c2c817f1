//! A gate inside Postgres: a statement waits at it in the middle of its work, while the process that sent it is killed.

use tokio_postgres::Client;

/// An arbitrary number that nothing else locks.
const LOCK: i64 = 4_711;

/// Where in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatePoint {
    /// A row is about to go into `interaction`.
    Interaction,
    /// A row is about to go into `pending`.
    Pending,
    /// Everything is written, and the transaction is committing.
    Commit,
    /// A row of `pending` has been deleted.
    Deleted,
    /// A row of `product_popularity` is about to change.
    Popularity,
    /// The partners of a product are about to change.
    Related,
}

impl GatePoint {
    fn trigger(self) -> &'static str {
        match self {
            Self::Interaction => "TRIGGER gate BEFORE INSERT ON analytic.interaction",
            Self::Pending => "TRIGGER gate BEFORE INSERT ON analytic.pending",
            Self::Commit => {
                "CONSTRAINT TRIGGER gate AFTER INSERT OR DELETE ON analytic.pending DEFERRABLE INITIALLY DEFERRED"
            }
            Self::Deleted => "TRIGGER gate AFTER DELETE ON analytic.pending",
            Self::Popularity => "TRIGGER gate BEFORE INSERT OR UPDATE ON analytic.product_popularity",
            Self::Related => "TRIGGER gate BEFORE INSERT OR UPDATE ON analytic.related_product",
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Interaction => "analytic.interaction",
            Self::Pending | Self::Commit | Self::Deleted => "analytic.pending",
            Self::Popularity => "analytic.product_popularity",
            Self::Related => "analytic.related_product",
        }
    }
}

/// A closed gate. [`Gate::open`] removes it.
pub struct Gate {
    client: Client,
    point: GatePoint,
}

impl Gate {
    /// Closes a gate: the statement that brings the given row (from 1) to the point waits there.
    ///
    /// # Panics
    /// When Postgres refuses.
    pub async fn close(client: Client, point: GatePoint, row: u32) -> Self {
        let sql = format!(
            "CREATE SCHEMA IF NOT EXISTS gate;
             CREATE SEQUENCE IF NOT EXISTS gate.passage;
             GRANT USAGE ON SCHEMA gate TO PUBLIC;
             GRANT USAGE ON SEQUENCE gate.passage TO PUBLIC;
             SELECT setval('gate.passage', 1, false);
             CREATE OR REPLACE FUNCTION gate.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
               IF nextval('gate.passage') = {row} THEN PERFORM pg_advisory_xact_lock({LOCK}); END IF;
               RETURN coalesce(NEW, OLD);
             END $$;
             CREATE {} FOR EACH ROW EXECUTE FUNCTION gate.wait();
             SELECT pg_advisory_lock({LOCK})",
            point.trigger()
        );
        client.batch_execute(&sql).await.unwrap();
        Self { client, point }
    }

    /// Waits until a statement waits at the gate; says whether one came within ten seconds.
    ///
    /// # Panics
    /// When Postgres is gone.
    pub async fn wait_for_statement(&self) -> bool {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        for _ in 0..2_000 {
            let row = self.client.query_one(waiting, &[]).await.unwrap();
            if row.get::<_, i64>(0) > 0 {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        false
    }

    /// Ends the waiting statement, as a server does when it notices that its client is gone.
    ///
    /// # Panics
    /// When Postgres is gone.
    pub async fn end_statement(&self) {
        let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        self.client.query(end, &[]).await.unwrap();
    }

    /// Opens and removes the gate; a waiting statement continues.
    ///
    /// # Panics
    /// When Postgres is gone.
    pub async fn open(self) {
        let sql = format!("SELECT pg_advisory_unlock({LOCK}); DROP TRIGGER gate ON {}", self.point.table());
        self.client.batch_execute(&sql).await.unwrap();
    }
}
