//! One run: connect, migrate, say what was done.

use aws_config::SdkConfig;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::{Value, json};
use store::{Settings, migration};

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    /// What to migrate.
    pub database: Settings,
    /// To log in with a secret or by IAM.
    pub aws: SdkConfig,
}

/// Applies the missing migrations and answers with their names.
///
/// # Errors
/// When Postgres is down or a migration fails; what was applied before it stays, and repeating goes on there.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let mut client = store::connect(&deps.database, Some(&deps.aws)).await?;
    let applied = migration::migrate(&mut client).await.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not migrate");
    })?;
    tracing::info!(request.id = event.context.request_id, ?applied, "migrated");
    Ok(json!({ "applied": applied }))
}
