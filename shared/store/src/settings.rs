//! Where Postgres is and how to sign in, checked before anything connects.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::Role;

/// The address of Postgres and how to sign in.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) config: Config,
    pub(crate) credentials: Credentials,
    pub(crate) role: Option<Role>,
}

/// Settings that cannot work. The message never repeats the URL, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Not a Postgres URL.
    #[error("DATABASE_URL must be a URL like postgres://user@host:5432/database?sslmode=require")]
    Url,
    /// `prefer` would send a password in the clear when someone strips TLS.
    #[error("DATABASE_URL must set sslmode to require, or to disable for a local database")]
    SslMode,
    /// Not a switch.
    #[error("DATABASE_IAM_AUTH must be true or false")]
    IamSwitch,
    /// Two ways to sign in at once.
    #[error("DATABASE_SECRET_ARN and DATABASE_IAM_AUTH must not be combined")]
    TwoCredentials,
}

impl Settings {
    /// Reads the settings of a function, given by the name of its package: it signs in as its own role, whatever user the
    /// URL names.
    ///
    /// # Errors
    /// Names the variable and its rule.
    pub fn of_function(
        function: &str,
        lookup: &mut dyn FnMut(&'static str) -> Option<String>,
    ) -> Result<Self, InvalidSettings> {
        let (role, mut settings) = (Role::of(function), Self::of_owner(lookup)?);
        settings.config.user(role.name());
        settings.role = Some(role);
        Ok(settings)
    }

    /// Names another database of the same server.
    #[must_use]
    pub fn with_database(mut self, name: &str) -> Self {
        self.config.dbname(name);
        self
    }

    /// Reads `DATABASE_URL`, `DATABASE_SECRET_ARN` (optional) and `DATABASE_IAM_AUTH` (`true` or `false`), for programs
    /// that sign in as the owner of the schema: the user in the URL or secret.
    ///
    /// # Errors
    /// Names the variable and its rule.
    pub fn of_owner(lookup: &mut dyn FnMut(&'static str) -> Option<String>) -> Result<Self, InvalidSettings> {
        let (url, secret_arn) = (lookup("DATABASE_URL"), lookup("DATABASE_SECRET_ARN"));
        let iam = match lookup("DATABASE_IAM_AUTH").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(InvalidSettings::IamSwitch),
        };
        Self::new(&url.unwrap_or_default(), secret_arn, iam)
    }

    /// Checks the settings. Without a secret and without IAM the password in the URL is used.
    ///
    /// # Errors
    /// Which rule they violate.
    pub fn new(url: &str, secret_arn: Option<String>, iam: bool) -> Result<Self, InvalidSettings> {
        let mut config: Config = url.parse().map_err(|_| InvalidSettings::Url)?;
        if config.get_hosts().is_empty() {
            return Err(InvalidSettings::Url);
        }
        if config.get_ssl_mode() == SslMode::Prefer {
            return Err(InvalidSettings::SslMode);
        }
        let credentials = match (secret_arn, iam) {
            (Some(_), true) => return Err(InvalidSettings::TwoCredentials),
            (Some(arn), false) => Credentials::Secret { arn },
            (None, true) => Credentials::Iam,
            (None, false) => Credentials::Url,
        };
        config
            .connect_timeout(Duration::from_secs(2))
            .tcp_user_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(30));
        if let Ok(function) = std::env::var("AWS_LAMBDA_FUNCTION_NAME") {
            config.application_name(function);
        }
        Ok(Self { config, credentials, role: None })
    }
}

/// How to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// The user from the URL, and for local databases the password.
    Url,
    /// User and password from Secrets Manager, in the format of RDS.
    Secret { arn: String },
    /// A token signed with the function's own role.
    Iam,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(url: &str, secret: Option<&str>, iam: bool) -> Option<InvalidSettings> {
        Settings::new(url, secret.map(str::to_owned), iam).err()
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        assert_eq!(problem("postgres://u@h/d?sslmode=require", None, true), None);
        assert_eq!(problem("postgres://u@127.0.0.1/d?sslmode=disable", None, false), None);
        assert_eq!(problem("postgres://u:p@h/d", None, false), Some(InvalidSettings::SslMode));
        assert_eq!(problem("mysql://u@h/d", None, false), Some(InvalidSettings::Url));
        assert_eq!(problem("postgres://", None, false), Some(InvalidSettings::Url));
        let both = problem("postgres://u@h/d?sslmode=require", Some("arn"), true);
        assert_eq!(both, Some(InvalidSettings::TwoCredentials));
    }
}
