//! Where a subcommand finds the database, the queues and the feed.
//!
//! They are named by flags or the environment, or else those of the local stack. The two are never mixed: a command that
//! judges the queues of one system by the database of another would delete what it must keep.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use domain::Sink;
use store::{Database, Settings};
use tokio_postgres::Client;

use crate::Error;
use crate::stack::description::StackFile;
use crate::stack::folder::Stack;

/// The longest a call of AWS may take; longer than any long poll of ours.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// Which database. The local stack's when no URL is given.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DatabaseArgs {
    /// Database of a deployment, postgres://user@host:5432/database?sslmode=require; the local stack's otherwise.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Secret with the JSON {"username","password"} for --database-url.
    #[arg(long, env = "DATABASE_SECRET_ARN", value_name = "ARN")]
    pub database_secret_arn: Option<String>,
    /// Log in to --database-url with an IAM token.
    #[arg(long, env = "DATABASE_IAM_AUTH", value_name = "BOOL", num_args = 0..=1, default_value = "false",
          default_missing_value = "true", require_equals = true)]
    pub database_iam_auth: bool,
}

/// Which queues and which feed of the deployment that --database-url names.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ResourceArgs {
    /// Queue of update-popularity.
    #[arg(long, env = "POPULARITY_QUEUE_URL", value_name = "URL")]
    pub popularity_queue_url: Option<String>,
    /// Its dead-letter queue.
    #[arg(long, env = "POPULARITY_DLQ_URL", value_name = "URL")]
    pub popularity_dlq_url: Option<String>,
    /// Queue of update-catalog.
    #[arg(long, env = "CATALOG_QUEUE_URL", value_name = "URL")]
    pub catalog_queue_url: Option<String>,
    /// Its dead-letter queue.
    #[arg(long, env = "CATALOG_DLQ_URL", value_name = "URL")]
    pub catalog_dlq_url: Option<String>,
    /// DynamoDB table of our own catalog feed.
    #[arg(long, env = "CATALOG_TABLE", value_name = "NAME")]
    pub catalog_table: Option<String>,
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
    pub async fn find(stack: &Stack, database: &DatabaseArgs, resources: ResourceArgs) -> Result<Self, Error> {
        let Some(url) = &database.database_url else {
            if resources.names_any() {
                let rule = "queues and tables of a deployment need its --database-url (or DATABASE_URL) as well";
                return Err(Error::Usage(rule.to_owned()));
            }
            return Self::local(&StackFile::of(stack)?).await;
        };
        let secret = database.database_secret_arn.clone().filter(|arn| !arn.is_empty());
        let settings = Settings::new(url, secret, database.database_iam_auth)?;
        Ok(Self { settings, aws: configuration().load().await, resources })
    }

    /// Takes a local stack.
    ///
    /// # Errors
    /// When its description cannot be right.
    pub async fn local(stack: &StackFile) -> Result<Self, Error> {
        let keys = Credentials::new("test", "test", None, None, "local stack");
        let aws = configuration()
            .endpoint_url(&stack.aws_endpoint)
            .region(Region::new(stack.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(keys));
        let resources = ResourceArgs {
            popularity_queue_url: Some(stack.popularity_queue_url.clone()),
            popularity_dlq_url: Some(stack.popularity_dlq_url.clone()),
            catalog_queue_url: Some(stack.catalog_queue_url.clone()),
            catalog_dlq_url: Some(stack.catalog_dlq_url.clone()),
            catalog_table: Some(stack.catalog_table.clone()),
        };
        let settings = Settings::new(&stack.database_url, None, false)?;
        Ok(Self { settings, aws: aws.load().await, resources })
    }

    /// Opens the store. It connects at the first statement.
    #[must_use]
    pub fn database(&self) -> Database {
        Database::new(self.settings.clone(), Some(self.aws.clone()))
    }

    /// Opens a connection for a transaction of several statements.
    ///
    /// # Errors
    /// When Postgres does not answer or refuses the log-in.
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

    /// The queue and the dead-letter queue of a sink.
    ///
    /// # Errors
    /// `Usage` naming the flag when one is not known.
    pub fn queues(&self, sink: Sink) -> Result<(&str, &str), Error> {
        let (queue, dlq) = match sink {
            Sink::Popularity => (&self.resources.popularity_queue_url, &self.resources.popularity_dlq_url),
            Sink::Catalog => (&self.resources.catalog_queue_url, &self.resources.catalog_dlq_url),
        };
        match (queue, dlq) {
            (Some(queue), Some(dlq)) => Ok((queue, dlq)),
            _ => Err(Error::Usage(format!("--{sink}-queue-url and --{sink}-dlq-url are needed with --database-url"))),
        }
    }

    /// Every queue that is known, by name.
    #[must_use]
    pub fn known_queues(&self) -> Vec<(&'static str, &str)> {
        let queues = [
            ("popularity-queue", &self.resources.popularity_queue_url),
            ("popularity-dlq", &self.resources.popularity_dlq_url),
            ("catalog-queue", &self.resources.catalog_queue_url),
            ("catalog-dlq", &self.resources.catalog_dlq_url),
        ];
        queues.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?))).collect()
    }

    /// The table of the feed, when one is known.
    #[must_use]
    pub fn catalog_table(&self) -> Option<&str> {
        self.resources.catalog_table.as_deref().filter(|name| !name.is_empty())
    }
}

impl ResourceArgs {
    fn names_any(&self) -> bool {
        let all = [
            &self.popularity_queue_url,
            &self.popularity_dlq_url,
            &self.catalog_queue_url,
            &self.catalog_dlq_url,
            &self.catalog_table,
        ];
        all.into_iter().any(Option::is_some)
    }
}

fn configuration() -> aws_config::ConfigLoader {
    // The SDK has no limit of its own.
    let limits = TimeoutConfig::builder().operation_timeout(CALL_LIMIT).build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(limits)
}
