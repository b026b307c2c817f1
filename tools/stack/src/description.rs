//! The description of a running stack: the file that tests and the other subcommands read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::file;
use crate::folder::Stack;
use crate::issuer::{Claims, Issuer, Role};

/// The audience of local tokens.
pub const AUDIENCE: &str = "shopsignal";

/// The endpoints of a running local stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFile {
    /// `postgres://...` of the database.
    pub database_url: String,
    /// The endpoint of every AWS API.
    pub aws_endpoint: String,
    /// The AWS region of the stack.
    pub region: String,
    /// Base of the HTTP API, without a slash at the end.
    pub api_url: String,
    /// The site: the pages and the API under one origin, without a slash at the end.
    pub web_url: String,
    /// The issuer's URL as in a token's `iss`.
    pub issuer: String,
    /// The audience that the API expects.
    pub audience: String,
    /// The issuer's private key (PEM).
    pub issuer_key: PathBuf,
    /// The URL of every queue, by its name: `popularity-queue`, `popularity-dlq`.
    pub queues: BTreeMap<String, String>,
    /// DynamoDB table of our own catalog feed.
    pub catalog_table: String,
    /// Secret with the keys and the addresses of webhooks.
    pub app_secret_arn: String,
    /// Folder that holds `<function>/bootstrap`.
    pub functions_dir: PathBuf,
}

impl StackFile {
    /// Returns the URL of a queue.
    ///
    /// # Panics
    /// When no queue has this name.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> &str {
        self.queues.get(name).expect("the stack has every queue of template.yaml")
    }

    /// Reads the description of a running stack.
    ///
    /// # Errors
    /// `NotRunning` when the stack is not up.
    pub fn of(stack: &Stack) -> Result<Self, Error> {
        let found = file::find_json(&path(stack))?;
        found.ok_or_else(|| Error::NotRunning(stack.name().to_owned()))
    }

    /// Reads a description from anywhere, for example from `SHOPSIGNAL_STACK_FILE`.
    ///
    /// # Errors
    /// When the file is missing or malformed.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = file::read(path)?;
        serde_json::from_slice(&text).map_err(|source| Error::Malformed { path: path.to_owned(), source })
    }

    /// Loads the issuer that signs this stack's tokens.
    ///
    /// # Errors
    /// When the key is missing or unusable.
    pub fn load_issuer(&self) -> Result<Issuer, Error> {
        Issuer::load(self.issuer_key.parent().unwrap_or(Path::new(".")))
    }

    /// Returns claims of an account in a role that this stack's API accepts during `validity` (seconds since 1970).
    #[must_use]
    pub fn claims(&self, role: Role, account: &str, validity: std::ops::Range<i64>) -> Claims {
        role.grant(Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: account.to_owned(),
            iat: validity.start,
            exp: validity.end,
            scope: None,
            groups: Vec::new(),
        })
    }
}

/// The path of a stack's description, while it runs.
#[must_use]
pub fn path(stack: &Stack) -> PathBuf {
    stack.path("stack.json")
}
