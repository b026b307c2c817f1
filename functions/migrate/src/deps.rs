//! What an invocation works with.

use aws_config::SdkConfig;
use platform::SecretSource;
use store::Settings;

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The release that this code belongs to.
    pub release: String,
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
