//! One run: connect, migrate, let the functions' roles sign in, say what was done.

use aws_config::SdkConfig;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::{Value, json};
use store::{Client, Settings, migration, sign_in};

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    /// What to migrate.
    pub database: Settings,
    /// The secrets with the passwords of the functions' roles.
    pub role_secret_arns: Vec<String>,
    /// To log in with a secret or by IAM.
    pub aws: SdkConfig,
}

/// Applies the missing migrations and answers with their names.
///
/// # Errors
/// When Postgres is down or a migration fails; what was applied before it stays, and repeating goes on there.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let mut client = store::connect(&deps.database, Some(&deps.aws)).await?;
    let migrated = migrate(deps, &mut client).await;
    let applied = migrated.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(&**error), "could not migrate");
    })?;
    tracing::info!(request.id = event.context.request_id, ?applied, "migrated");
    Ok(json!({ "applied": applied }))
}

async fn migrate(deps: &Deps, client: &mut Client) -> Result<Vec<String>, Error> {
    let applied = migration::migrate(client).await?;
    sign_in::let_roles_sign_in(client, &deps.database, &deps.aws, &deps.role_secret_arns).await?;
    Ok(applied)
}
