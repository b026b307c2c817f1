//! Makes the owner of the schema, and its database, in a server that was just created and has neither.
//!
//! Only the server's master can do that, with its password. The hazard is a run that ends half way: every step is made
//! only when it is missing, and the one that takes the master's password sign-in away is the last.

use aws_config::SdkConfig;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config};

use crate::StoreError;
use crate::connection::connect;
use crate::settings::{Credentials, Settings};

/// The database that every server has.
const FIRST_DATABASE: &str = "postgres";

/// Runners at the same time take turns. An arbitrary number; advisory locks belong to a database, and this is another one
/// than that of the migrations.
const LOCK: &str = "SELECT pg_advisory_lock(6004499)";

/// Connects as the owner whom the settings name. When the server refuses that, makes owner and database as the master
/// whose secret is given, and connects once more. May be repeated.
///
/// # Errors
/// As [`connect`]: of the owner when the server cannot be reached, otherwise of the master, or of its statements.
pub async fn connect_or_create(
    settings: &Settings,
    aws: &SdkConfig,
    master_secret_arn: &str,
) -> Result<Client, StoreError> {
    match connect(settings, Some(aws)).await {
        Err(StoreError::Broken(refused)) => {
            tracing::info!(reason = %refused, "the owner cannot sign in; creating it and its database");
        }
        known => return known,
    }
    let client = connect(&of_master(settings, master_secret_arn), Some(aws)).await?;
    client.batch_execute(LOCK).await?;
    for statement in list_missing(&client, &settings.config).await? {
        client.batch_execute(&statement).await?;
    }
    connect(settings, Some(aws)).await
}

fn of_master(settings: &Settings, secret_arn: &str) -> Settings {
    let mut config = settings.config.clone();
    config.dbname(FIRST_DATABASE);
    Settings { config, credentials: Credentials::Secret { arn: secret_arn.to_owned() }, role: None }
}

async fn list_missing(client: &Client, owner: &Config) -> Result<Vec<String>, StoreError> {
    let (user, database) = (owner.get_user().unwrap_or_default(), owner.get_dbname().unwrap_or_default());
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
        [(&user, Type::TEXT), (&database, Type::TEXT)];
    let rows = client.query_typed(include_str!("../sql/owner/list_missing.sql"), &parameters).await?;
    Ok(rows.iter().map(|row| row.get("statement")).collect())
}
