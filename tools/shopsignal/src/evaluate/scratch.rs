//! A database of its own for one evaluation, so that nothing of the shop is changed.

use store::learning_gain::Change;
use store::{Client, Database, migration};
use uuid::Uuid;

use crate::Error;
use crate::deployment::Deployment;

/// What the names begin with; a UUID with the time follows.
const PREFIX: &str = "shopsignal_evaluate_";
/// The age, in seconds, from which on a database is left over from an evaluation that was killed.
const LEFT_OVER_SECONDS: u64 = 86_400;

/// A migrated database; dropped by [`Scratch::drop`].
#[derive(Debug)]
pub(super) struct Scratch {
    server: Client,
    name: String,
    deployment: Deployment,
    pub(super) database: Database,
}

impl Scratch {
    /// Creates it beside the database of the deployment.
    pub(super) async fn create(deployment: &Deployment) -> Result<Self, Error> {
        let name = format!("{PREFIX}{}", Uuid::now_v7().simple());
        let server = deployment.connect().await?;
        drop_left_over(&server).await?;
        let created = server.batch_execute(&format!("CREATE DATABASE {name}")).await;
        created.map_err(|error| Error::Store { what: "create a database for the evaluation", source: error.into() })?;
        let deployment = deployment.with_database(&name);
        let database = deployment.database();
        let scratch = Self { server, name, deployment, database };
        match migrate(&scratch.deployment).await {
            Ok(()) => Ok(scratch),
            Err(error) => {
                scratch.drop().await?;
                Err(error)
            }
        }
    }

    /// Sets what events teach in it.
    pub(super) async fn set_gains(&self, changes: &[Change]) -> Result<(), Error> {
        let mut client = self.deployment.connect().await?;
        let set = store::learning_gain::set(&mut client, changes).await;
        set.map(|_| ()).map_err(|source| Error::Store { what: "set the gains", source })
    }

    /// Drops it.
    pub(super) async fn drop(self) -> Result<(), Error> {
        let dropped = self.server.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
        dropped.map_err(|error| Error::Store { what: "drop the database of the evaluation", source: error.into() })
    }
}

/// Drops what evaluations left behind that were killed before they could: it may hold events of the shop's own log.
async fn drop_left_over(server: &Client) -> Result<(), Error> {
    let failed = |error: tokio_postgres::Error| Error::Store {
        what: "drop the database of an evaluation that was killed",
        source: error.into(),
    };
    let unused = "SELECT datname FROM pg_database WHERE starts_with(datname, $1)
        AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)";
    for row in server.query(unused, &[&PREFIX]).await.map_err(failed)? {
        let name: String = row.get(0);
        if is_left_over(&name) {
            server.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await.map_err(failed)?;
        }
    }
    Ok(())
}

fn is_left_over(name: &str) -> bool {
    let id = name.strip_prefix(PREFIX).and_then(|id| id.parse::<Uuid>().ok());
    let created = id.and_then(|id| id.get_timestamp()).map(|created| created.to_unix().0);
    created.is_some_and(|created| {
        created + LEFT_OVER_SECONDS < Uuid::now_v7().get_timestamp().map_or(0, |now| now.to_unix().0)
    })
}

async fn migrate(deployment: &Deployment) -> Result<(), Error> {
    let mut client = deployment.connect().await?;
    migration::migrate(&mut client).await.map_err(Error::Migration)?;
    Ok(())
}
