//! The work of one run: migrate, enable the functions' roles to sign in, create missing keys.

use std::time::Duration;

use lambda_runtime::Error;
use platform::{Deadline, SecretError, SecretSource, SecretValues};
use store::{Client, StoreError, migration, owner, sign_in};
use tokio::time::{sleep, timeout};

use crate::Deps;

/// The keys that the application needs.
const KEYS: [&str; 2] = ["address_hash_key", "alert_signing_key"];

/// The part of the time that signing in, roles and secrets may take.
const REST: Duration = Duration::from_secs(4);

/// How long the first run of a stack is repeated: what its role may do is in force only some seconds after CloudFormation has
/// made it.
const NEW_STACK_LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(5);

/// The time is over, and it is not the migrations that took it.
#[derive(Debug, thiserror::Error)]
#[error("could not finish in time; postgres or secrets manager answers too slowly")]
struct TooLate;

/// Runs once, or until it succeeds when the stack is new, and returns the names of the migrations that it applied.
///
/// # Errors
/// When Postgres is down or a migration fails; what was applied before it stays, and a repetition continues from there.
pub(crate) async fn run(deps: &Deps, is_new: bool, deadline: Deadline) -> Result<Vec<String>, Error> {
    let give_up = Deadline::after(if is_new { NEW_STACK_LIMIT } else { Duration::ZERO });
    loop {
        let finished = timeout(deadline.remaining(), run_once(deps, deadline)).await;
        match finished.map_err(Error::from).unwrap_or_else(|_| Err(TooLate.into())) {
            Err(error) if give_up.remaining() > PAUSE && deadline.remaining() > PAUSE => {
                tracing::warn!(error = platform::chain(&*error), "could not migrate yet");
                sleep(PAUSE).await;
            }
            other => return other,
        }
    }
}

async fn run_once(deps: &Deps, deadline: Deadline) -> Result<Vec<String>, Error> {
    let mut client = connect(deps).await?;
    let applied = migration::migrate_within(&mut client, deadline.remaining().saturating_sub(REST)).await?;
    sign_in::let_roles_sign_in(&client, &deps.database, &deps.aws, &deps.role_secret_arns).await?;
    add_missing_keys(&deps.secret).await?;
    Ok(applied)
}

/// In a server that the stack created and nobody has used yet, this makes owner and database first.
async fn connect(deps: &Deps) -> Result<Client, StoreError> {
    match &deps.master_secret_arn {
        Some(arn) => owner::connect_or_create(&deps.database, &deps.aws, arn).await,
        None => store::connect(&deps.database, Some(&deps.aws)).await,
    }
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
