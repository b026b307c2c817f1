//! The database, queues and feed that a subcommand works on.
//!
//! They are given by flags or the environment, or else are those of the local stack. The two are never mixed: a command
//! that compares the queues of one system with the database of another would delete what it must keep.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use contracts::Intake;
use domain::Currency;
use platform::{SecretError, SecretSource};
use store::{Database, Settings};
use tokio_postgres::Client;

use crate::Error;
use crate::dlq::Dlq;
use crate::queue_args::QueueArgs;
use stack::{Stack, StackFile};

/// The limit of an AWS call; longer than any of our long polls.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// The currency of a deployment that does not set one; the default of template.yaml.
const DEFAULT_CURRENCY: &str = "EUR";

/// For a change that waits for running statements.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct LockArgs {
    /// How long to wait for running statements, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub lock_timeout: u64,
}

/// The database: the local stack's when no URL is given.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DatabaseArgs {
    /// Database of a deployment, postgres://user@host:5432/database?sslmode=require; the local stack's otherwise.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Secret with the JSON {"username","password"} for --database-url.
    #[arg(long, env = "DATABASE_SECRET_ARN", value_name = "ARN")]
    pub database_secret_arn: Option<String>,
    /// Sign in to --database-url with an IAM token.
    #[arg(long, env = "DATABASE_IAM_AUTH", value_name = "BOOL", num_args = 0..=1, default_value = "false",
          default_missing_value = "true", require_equals = true)]
    pub database_iam_auth: bool,
}

/// The queues and the feed of the deployment that --database-url names.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ResourceArgs {
    /// The queues.
    #[command(flatten)]
    pub queues: QueueArgs,
    /// DynamoDB table of our own catalog feed.
    #[arg(long, env = "CATALOG_TABLE", value_name = "NAME")]
    pub catalog_table: Option<String>,
    /// Secret with the key that email addresses are hashed with; without it events are compared by their ids only.
    #[arg(long, env = "APP_SECRET_ARN", value_name = "ARN")]
    pub app_secret_arn: Option<String>,
    /// Default currency of amounts, as deployed.
    #[arg(long, env = "DEFAULT_CURRENCY", value_name = "CODE")]
    pub default_currency: Option<String>,
}

/// Returns what runs as the local stack of this name, for a command that was given nothing else to work on.
///
/// # Errors
/// `Usage` outside of a checkout, where there is no local stack; `NotRunning` when the stack is not up.
pub(crate) fn local_stack(name: &str) -> Result<StackFile, Error> {
    let stack = Stack::find(name).map_err(|error| match error {
        stack::Error::NoProject => Error::Usage(
            "a deployment must be named, by flags or the environment; only in a checkout there may be a local stack"
                .to_owned(),
        ),
        other => other.into(),
    })?;
    Ok(StackFile::of(&stack)?)
}

/// A deployment to work on.
#[derive(Debug, Clone)]
pub struct Deployment {
    settings: Settings,
    aws: SdkConfig,
    resources: ResourceArgs,
}

impl Deployment {
    /// Takes what the arguments name, or the local stack when they name no database.
    ///
    /// On AWS the SDK's default credential chain is used, and `AWS_ENDPOINT_URL` is honoured.
    ///
    /// # Errors
    /// `NotRunning` when nothing is named and the stack is not up, `Usage` when resources are named without a database.
    pub async fn find(stack: &str, database: &DatabaseArgs, resources: ResourceArgs) -> Result<Self, Error> {
        let Some(url) = &database.database_url else {
            if resources.names_any() {
                let rule = "queues and tables of a deployment need its --database-url (or DATABASE_URL) as well";
                return Err(Error::Usage(rule.to_owned()));
            }
            return Self::local(&local_stack(stack)?).await;
        };
        let secret = database.database_secret_arn.clone().filter(|arn| !arn.is_empty());
        let settings = Settings::new(url, secret, database.database_iam_auth)?;
        Ok(Self { settings, aws: configuration().load().await, resources })
    }

    /// Takes a local stack.
    ///
    /// # Errors
    /// When its description is invalid.
    pub async fn local(stack: &StackFile) -> Result<Self, Error> {
        let keys = Credentials::new("test", "test", None, None, "local stack");
        let aws = configuration()
            .endpoint_url(&stack.aws_endpoint)
            .region(Region::new(stack.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(keys));
        let resources = ResourceArgs {
            queues: QueueArgs(stack.queues.clone()),
            catalog_table: Some(stack.catalog_table.clone()),
            app_secret_arn: Some(stack.app_secret_arn.clone()),
            default_currency: None,
        };
        let settings = Settings::new(&stack.database_url, None, false)?;
        Ok(Self { settings, aws: aws.load().await, resources })
    }

    /// Opens the store. It connects at the first statement.
    #[must_use]
    pub fn database(&self) -> Database {
        Database::new(self.settings.clone(), Some(self.aws.clone()))
    }

    /// The same with another database of the server.
    pub(crate) fn with_database(&self, name: &str) -> Self {
        Self { settings: self.settings.clone().with_database(name), ..self.clone() }
    }

    /// Opens a connection for a transaction of several statements.
    ///
    /// # Errors
    /// When Postgres does not answer or refuses the sign-in.
    pub async fn connect(&self) -> Result<Client, Error> {
        let opened = store::connect(&self.settings, Some(&self.aws)).await;
        opened.map_err(|source| Error::Store { what: "connect to the database", source })
    }

    /// A client of SQS.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.aws)
    }

    /// A client of DynamoDB.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.aws)
    }

    /// A client of Lambda.
    #[must_use]
    pub(crate) fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.aws)
    }

    /// The URL of a dead-letter queue, if it is known.
    #[must_use]
    pub fn dlq_url(&self, dlq: Dlq) -> Option<&str> {
        self.queue_url(&dlq.queue_name())
    }

    /// The URL of the queue from which the messages of a dead-letter queue came, if there is one and it is known.
    pub(crate) fn source_url(&self, dlq: Dlq) -> Option<&str> {
        self.queue_url(&dlq.source_name()?)
    }

    fn queue_url(&self, name: &str) -> Option<&str> {
        self.resources.queues.0.get(name).map(String::as_str)
    }

    /// The currency of amounts whose events name none.
    ///
    /// # Errors
    /// `Usage` when it is no currency.
    pub(crate) fn default_currency(&self) -> Result<Currency, Error> {
        let currency = self.resources.default_currency.as_deref().unwrap_or(DEFAULT_CURRENCY);
        currency.parse().map_err(|rule| Error::Usage(format!("--default-currency {rule}")))
    }

    /// The settings for parsing back-end events; `None` when no secret is known.
    ///
    /// # Errors
    /// `Usage` when the currency cannot be right, `Secret` when the key of the deployment cannot be had.
    pub(crate) async fn intake(&self) -> Result<Option<Intake>, Error> {
        let currency = self.default_currency()?;
        let Some(arn) = self.resources.app_secret_arn.clone().filter(|arn| !arn.is_empty()) else { return Ok(None) };
        let (values, _) = SecretSource::new(&self.aws, arn).read().await.map_err(Error::Secret)?;
        let intake = Intake::new(currency, &values.versions(Intake::KEY), values.get(Intake::KEY_VERSION));
        intake.map(Some).map_err(|rule| Error::Secret(SecretError::Unusable(rule)))
    }

    /// Every queue that is known, by name.
    #[must_use]
    pub fn known_queues(&self) -> Vec<(String, &str)> {
        let known = |name: String| self.queue_url(&name).map(|url| (name, url));
        Dlq::queue_names().filter_map(known).collect()
    }

    /// The table of the feed, when one is known.
    #[must_use]
    pub fn catalog_table(&self) -> Option<&str> {
        self.resources.catalog_table.as_deref().filter(|name| !name.is_empty())
    }
}

impl ResourceArgs {
    fn names_any(&self) -> bool {
        self.catalog_table.is_some() || !self.queues.0.is_empty()
    }
}

fn configuration() -> aws_config::ConfigLoader {
    // The SDK has no limit by default.
    let limits = TimeoutConfig::builder().operation_timeout(CALL_LIMIT).build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(limits)
}
