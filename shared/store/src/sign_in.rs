//! Enables the roles of the functions to sign in like their owner: by IAM, or each with its own password.
//!
//! Run by migrate after every deployment. Postgres receives the verifier of a password and never the password, which
//! would otherwise appear in the server's log if DDL is logged.

use aws_config::SdkConfig;
use postgres_protocol::password::scram_sha_256;
use tokio_postgres::Client;

use crate::credentials::{Secret, read_secret};
use crate::settings::{Credentials, Settings};
use crate::{Role, StoreError};

/// The statements still to be run: none when RDS has no such role (its proxy checks the token itself), or when an
/// administrator has already granted it.
const GRANTS: &str = "SELECT format('GRANT rds_iam TO %I', role.rolname)
    FROM pg_roles AS iam JOIN pg_roles AS role ON role.rolname = ANY($1)
    WHERE iam.rolname = 'rds_iam'
      AND NOT EXISTS (SELECT FROM pg_auth_members AS known WHERE known.roleid = iam.oid AND known.member = role.oid)
    ORDER BY role.rolname";

/// The roles could not be enabled to sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Postgres or Secrets Manager is unavailable or refuses.
    #[error("could not let the roles of the functions sign in")]
    Store(#[from] StoreError),
    /// A secret does not belong to a role of ours.
    #[error("could not use a secret of DATABASE_ROLE_SECRET_ARNS: its username is not the role of a function")]
    Stranger,
}

/// Grants `rds_iam`, or sets the passwords that the secrets hold. Without IAM and without secrets there is nothing to
/// do: then the server trusts this machine. May be repeated.
///
/// # Errors
/// See [`SignInError`]; what was done before stays.
pub async fn let_roles_sign_in(
    client: &Client,
    settings: &Settings,
    aws: &SdkConfig,
    secret_arns: &[String],
) -> Result<(), SignInError> {
    if settings.credentials == Credentials::Iam {
        grant_iam(client).await?;
    }
    for arn in secret_arns {
        let Secret { username, password } = read_secret(arn, aws).await.map_err(StoreError::from)?;
        let role = Role::all().into_iter().find(|role| role.name() == username).ok_or(SignInError::Stranger)?;
        set_password(client, &role, &password).await?;
    }
    Ok(())
}

async fn grant_iam(client: &Client) -> Result<(), StoreError> {
    let roles = Role::all();
    let names: Vec<&str> = roles.iter().map(Role::name).collect();
    for row in client.query(GRANTS, &[&names]).await? {
        client.batch_execute(row.get(0)).await?;
    }
    Ok(())
}

async fn set_password(client: &Client, role: &Role, password: &str) -> Result<(), StoreError> {
    // A verifier consists of base64 digits, colons and dollar signs: nothing that has to be escaped in a literal.
    let verifier = scram_sha_256(password.as_bytes());
    client.batch_execute(&format!("ALTER ROLE {} PASSWORD '{verifier}'", role.name())).await?;
    Ok(())
}
