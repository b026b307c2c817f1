//! One run: connect (in a new server: create owner and database first), migrate, enable the functions' roles to sign in,
//! create missing keys, report what was done.

use aws_config::SdkConfig;
use lambda_runtime::{Error, LambdaEvent};
use platform::{SecretError, SecretSource, SecretValues};
use serde_json::{Value, json};
use store::{Client, Settings, StoreError, migration, owner, sign_in};

/// The keys that the application needs.
const KEYS: [&str; 2] = ["address_hash_key", "alert_signing_key"];

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The database to migrate.
    pub database: Settings,
    /// The secret of the master of a server that the stack created.
    pub master_secret_arn: Option<String>,
    /// The secrets with the passwords of the functions' roles.
    pub role_secret_arns: Vec<String>,
    /// The secret of the application.
    pub secret: SecretSource,
    /// For signing in with a secret or by IAM.
    pub aws: SdkConfig,
}

/// Applies the missing migrations and answers with their names.
///
/// # Errors
/// When Postgres is down or a migration fails; what was applied before it stays, and a repetition continues from there.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let migrated = run(deps).await;
    let applied = migrated.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(&**error), "could not migrate");
    })?;
    tracing::info!(request.id = event.context.request_id, ?applied, "migrated");
    Ok(json!({ "applied": applied }))
}

async fn run(deps: &Deps) -> Result<Vec<String>, Error> {
    let mut client = connect(deps).await?;
    migrate(deps, &mut client).await
}

async fn connect(deps: &Deps) -> Result<Client, StoreError> {
    match &deps.master_secret_arn {
        Some(arn) => owner::connect_or_create(&deps.database, &deps.aws, arn).await,
        None => store::connect(&deps.database, Some(&deps.aws)).await,
    }
}

async fn migrate(deps: &Deps, client: &mut Client) -> Result<Vec<String>, Error> {
    let applied = migration::migrate(client).await?;
    sign_in::let_roles_sign_in(client, &deps.database, &deps.aws, &deps.role_secret_arns).await?;
    add_missing_keys(&deps.secret).await?;
    Ok(applied)
}

/// Adds missing keys to the secret. An existing key is never changed: customers hashed with it would be lost.
async fn add_missing_keys(secret: &SecretSource) -> Result<(), SecretError> {
    let add = |values: &mut SecretValues| {
        for name in KEYS {
            if values.versions(name).is_empty() {
                values.add_version(name)?;
            }
        }
        Ok(())
    };
    secret.change(add).await.map(|_| ())
}
