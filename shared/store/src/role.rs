//! The database role that each function signs in as.
//!
//! `migrations/roles.sql` lists and creates them, and grants each what its function's statements need. Migrate,
//! maintain-partitions and the operator's command sign in as the owner of the schema instead, which `DATABASE_URL`
//! names.

/// The role of one function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role(String);

impl Role {
    /// Returns the role of the function in the folder of this name: `shopsignal_` and the name.
    #[must_use]
    pub fn of(function: &str) -> Self {
        Self(format!("shopsignal_{}", function.replace('-', "_")))
    }

    /// Returns every role that `migrations/roles.sql` creates, by name.
    #[cfg(feature = "migrations")]
    #[must_use]
    pub fn all() -> Vec<Self> {
        let rows = crate::migration::ROLES.lines().filter_map(|line| line.trim_start().strip_prefix("('"));
        let names = rows.filter_map(|row| Some(row.split_once('\'')?.0));
        names.filter(|name| name.starts_with("shopsignal_")).map(|name| Self(name.to_owned())).collect()
    }

    /// Returns its name in Postgres.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}
