//! The settings of migrate, from its environment.

use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The release that is deployed.
    pub release: String,
    /// The database to migrate, signing in as the owner.
    pub database: store::Settings,
    /// The secret of the server's master, when the stack created the server: it lacks owner and database at first.
    pub master_secret_arn: Option<String>,
    /// The secrets with the passwords of the functions' roles; empty when they sign in by IAM.
    pub role_secret_arns: Vec<String>,
    /// The secret of the application, to which missing keys are added.
    pub secret_arn: String,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(store::Settings::of_owner);
        let master_secret_arn = variables.optional("DATABASE_MASTER_SECRET_ARN");
        let arns = variables.optional("DATABASE_ROLE_SECRET_ARNS").unwrap_or_default();
        let role_secret_arns = arns.split(',').filter(|arn| !arn.is_empty()).map(str::to_owned).collect();
        let secret_arn = variables.required("APP_SECRET_ARN");
        let release = variables.required("RELEASE");
        Some(Self {
            release: release?,
            database: database?,
            master_secret_arn,
            role_secret_arns,
            secret_arn: secret_arn?,
        })
    }
}
