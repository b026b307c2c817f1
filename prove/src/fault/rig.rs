//! A complete shop with everything that a fault can affect.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::Sink;
use testkit::{Function, Invoked, Stack, TestDatabase, TestProxy, TestQueue, TestSecret};
use tokio::process::Command;
use tokio_postgres::{Client, NoTls};

use super::catalog_stub::CatalogStub;
use super::environment::{Environment, Notes};
use super::history::History;
use super::mapping::{Delivery, Mapping};
use super::queue::{Queues, Receives};
use super::sqs_gate::SqsGate;

/// The default visibility timeout.
pub(super) const VISIBILITY: Duration = Duration::from_secs(3);

/// The options of a rig.
#[derive(Debug)]
pub struct Options {
    /// Determines what is sent and when faults occur.
    pub seed: u64,
    /// The folder of the functions and of the command.
    pub binaries: PathBuf,
    /// Deliveries before a message is a dead letter.
    pub receives: Receives,
    /// The visibility timeout.
    pub visibility: Duration,
    /// Additional variables of every function.
    pub variables: Vec<(String, String)>,
    /// Whether update-catalog has no outside catalog: then it learns, and removes the pending row itself.
    pub is_recommender_built_in: bool,
}

impl Options {
    /// The default rig: more deliveries than a fault uses up, few enough that a test can wait for a dead letter.
    #[must_use]
    pub fn new(seed: u64, binaries: &Path) -> Self {
        let binaries = binaries.to_owned();
        let (receives, variables) = (Receives::all(4), Vec::new());
        Self { seed, binaries, receives, visibility: VISIBILITY, variables, is_recommender_built_in: false }
    }
}

/// The parts. Functions reach Postgres, SQS and the catalog only through proxies that can be broken.
#[derive(Debug)]
pub struct Rig {
    /// Its options.
    pub options: Options,
    /// Postgres.
    pub database: TestDatabase,
    /// The proxy between the functions and Postgres.
    pub postgres: TestProxy,
    /// The queues.
    pub queues: Queues,
    /// The gate between senders and SQS.
    pub sqs: SqsGate,
    /// The catalog and the proxy in front of it.
    pub catalog: CatalogStub,
    /// The delivery faults of SQS.
    pub delivery: Arc<Delivery>,
    /// What clients sent and received.
    pub history: History,
    /// Violations noticed during the run.
    pub notes: Notes,
    database_url: String,
    secret: TestSecret,
    planted: Mutex<Vec<String>>,
}

/// Lets the binary that is being tested bring the schema up to date. The functions of the schema are part of the product, and
/// a planted mistake may be in one of them.
async fn migrate(binaries: &Path, database_url: &str) {
    let mut function = Function::start_from(binaries, "migrate", &[("DATABASE_URL", database_url)]).await;
    let outcome = function.invoke(&serde_json::json!({})).await;
    assert!(matches!(outcome, Invoked::Answered(_)), "{outcome:?}: {}", function.output());
}

impl Rig {
    /// Builds a rig around a fresh database.
    ///
    /// # Panics
    /// When the stack is not there.
    pub async fn open(options: Options, database: TestDatabase) -> Self {
        migrate(&options.binaries, database.url()).await;
        let (postgres, database_url) = TestProxy::of_url(database.url()).await;
        Self {
            queues: Queues::create(options.receives, options.visibility).await,
            sqs: SqsGate::open(options.seed).await,
            catalog: CatalogStub::open(options.seed).await,
            delivery: Arc::default(),
            history: History::default(),
            notes: Notes::default(),
            options,
            database,
            postgres,
            database_url,
            secret: TestSecret::create(&[]).await,
            planted: Mutex::default(),
        }
    }

    /// Describes an environment of a function with these variables besides the usual ones.
    #[must_use]
    pub fn environment(&self, name: &'static str, more: &[(&str, &str)]) -> Environment {
        let variables = [
            ("DATABASE_URL", &*self.database_url),
            ("POPULARITY_QUEUE_URL", self.queues.popularity.url()),
            ("CATALOG_QUEUE_URL", self.queues.catalog.url()),
            ("ALERTS_QUEUE_URL", self.queues.alerts.url()),
            ("ORDER_EVENTS_QUEUE_URL", self.queues.order_events.url()),
            ("DEAD_LETTER_QUEUE_URL", self.dead_letters_of(name)),
            ("AWS_ENDPOINT_URL_SQS", self.sqs.url()),
            // Longer than any test machine needs: a sender that times out is a separate fault.
            ("SEND_TIMEOUT_MS", "5000"),
            ("GUEST_EVENTS_PER_MINUTE", "0"),
            ("RESEND_MAX_ROWS", "20000"),
            ("RESEND_BACKOFF_CAP_SECONDS", "3600"),
            ("CATALOG_URL", if self.options.is_recommender_built_in { "" } else { self.catalog.url() }),
            ("CATALOG_TIMEOUT_MS", "1000"),
            ("CATALOG_CONCURRENCY", "8"),
            ("DEFAULT_CURRENCY", "EUR"),
            ("APP_SECRET_ARN", self.secret.arn()),
            ("FRAUD_BURST_ORDERS", "1000"),
            ("FRAUD_BURST_SECONDS", "60"),
            ("FRAUD_SIMILAR_ORDERS", "1000"),
            ("FRAUD_SIMILAR_SECONDS", "60"),
            ("FRAUD_LARGE_ORDERS", "EUR:100000"),
            ("ALERT_TIMEOUT_MS", "1000"),
            ("ALERT_HOSTS", "127.0.0.1"),
        ];
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = self.options.variables.iter().cloned().chain(variables.iter().chain(more).map(owned)).collect();
        Environment::new(name, self.options.binaries.clone(), variables, self.notes.clone())
    }

    fn dead_letters_of(&self, name: &str) -> &str {
        let queues = &self.queues;
        match name {
            "update-popularity" => queues.popularity_dlq.url(),
            "update-catalog" => queues.catalog_dlq.url(),
            "send-alerts" => queues.alerts_dlq.url(),
            _ => queues.order_events_dlq.url(),
        }
    }

    /// Connects a queue with an environment of its consumer.
    #[must_use]
    pub fn mapping_to(&self, environment: Environment, queue: &TestQueue, seed: u64) -> Mapping {
        Mapping::new(queue.clone(), environment, Arc::clone(&self.delivery), self.options.seed ^ seed)
    }

    /// Connects the queue of a sink with an environment of its consumer.
    #[must_use]
    pub fn mapping(&self, sink: Sink, seed: u64) -> Mapping {
        let (queue, name) = match sink {
            Sink::Popularity => (&self.queues.popularity, "update-popularity"),
            Sink::Catalog => (&self.queues.catalog, "update-catalog"),
        };
        self.mapping_to(self.environment(name, &[]), queue, seed)
    }

    /// Builds the command line of a subcommand of `shopsignal`, as an operator runs it: bypassing the faults.
    #[must_use]
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(self.options.binaries.join("shopsignal"));
        command.arg(subcommand).env("DATABASE_URL", self.database.url()).env("AWS_REGION", "us-east-1");
        command.env("AWS_ENDPOINT_URL", Stack::get().aws_endpoint());
        command.envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
        command
    }

    /// Passes every queue to a subcommand.
    fn name_queues(&self, command: &mut Command) {
        for (name, queue, dlq) in self.queues.pairs() {
            command.args([format!("--{name}-queue-url={}", queue.url()), format!("--{name}-dlq-url={}", dlq.url())]);
        }
        command.args(["--app-secret-arn", self.secret.arn()]);
    }

    /// Runs `verify` as an operator does, without the feed, which a rig does not have, and returns its JSON output.
    ///
    /// # Panics
    /// When the command was not built.
    pub async fn verify(&self) -> Output {
        let mut command = self.command("verify");
        self.name_queues(command.args(["--json", "--no-feed"]));
        command.output().await.unwrap()
    }

    /// Redrives the dead letters of a queue, as an operator does.
    ///
    /// # Errors
    /// The output of the command.
    ///
    /// # Panics
    /// When the command was not built.
    pub async fn redrive(&self, queue: &str, more: &[&str]) -> Result<(), String> {
        let mut command = self.command("redrive");
        self.name_queues(command.arg(queue).args(more));
        let output = command.output().await.unwrap();
        let wrote = || format!("redrive {queue}: {}", String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(wrote()) }
    }

    /// Connects to Postgres, bypassing the faults.
    ///
    /// # Errors
    /// When Postgres itself is down.
    pub async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(self.database.url(), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Advances the time for the hints of pending rows; locked rows are skipped.
    ///
    /// # Errors
    /// When Postgres is down.
    pub async fn pass_time(&self, seconds: u32) -> Result<(), tokio_postgres::Error> {
        let sql = format!(
            "UPDATE analytic.pending SET next_hint_at = next_hint_at - interval '{seconds} s'
             FROM (SELECT sink, interaction_id FROM analytic.pending FOR UPDATE SKIP LOCKED) AS free
             WHERE pending.sink = free.sink AND pending.interaction_id = free.interaction_id"
        );
        self.connect().await?.batch_execute(&sql).await
    }

    /// Counts the effects that can still be applied: pending rows that are not parked.
    ///
    /// # Errors
    /// When Postgres is down.
    pub async fn count_waiting(&self) -> Result<i64, tokio_postgres::Error> {
        let sql = "SELECT count(*) FROM analytic.pending WHERE parked_at IS NULL";
        Ok(self.connect().await?.query_one(sql, &[]).await?.get(0))
    }

    /// Sends unreadable messages to both queues. Each must become a dead letter, once.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn plant_unreadable(&self) {
        for queue in [&self.queues.popularity, &self.queues.catalog] {
            for body in UNREADABLE {
                queue.send(body).await;
            }
            // This one is readable, but there is no such row, so it is done.
            queue.send(r#"{"version":1,"interaction_id":9000000000000000}"#).await;
        }
        self.planted.lock().unwrap().extend(UNREADABLE.map(str::to_owned));
    }

    /// Returns the unreadable messages that were sent to each queue, sorted.
    #[must_use]
    pub fn planted(&self) -> Vec<String> {
        let mut planted = self.planted.lock().unwrap().clone();
        planted.sort();
        planted
    }
}

/// Bodies that are not hints.
const UNREADABLE: [&str; 4] =
    ["no json", "{\"version\":1", r#"{"version":9,"interaction_id":1}"#, r#"{"version":1,"interaction_id":"1"}"#];
