//! A database of its own for one evaluation, so that nothing of the shop is read or changed.

use store::learning_gain::Change;
use store::{Client, Database, migration};
use uuid::Uuid;

use crate::Error;
use crate::deployment::Deployment;

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
        let name = format!("shopsignal_evaluate_{}", Uuid::now_v7().simple());
        let server = deployment.connect().await?;
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

async fn migrate(deployment: &Deployment) -> Result<(), Error> {
    let mut client = deployment.connect().await?;
    migration::migrate(&mut client).await.map_err(Error::Migration)?;
    Ok(())
}
