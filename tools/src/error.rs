//! Why a subcommand failed. Each text is one layer and fits after "could not"; the cause is the source.

use std::io;
use std::path::PathBuf;

/// All errors of the tools.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No parent of the working directory holds the project.
    #[error("find the project: no folder from here up holds tools/stack/launcher.py")]
    NoProject,
    /// A stack name that cannot be a folder and a CloudFormation stack name.
    #[error("use the stack name {0:?}: it must match [a-z][a-z0-9-]*, up to 30 characters")]
    StackName(String),
    /// The stack was never started, or was stopped.
    #[error("find the running stack {0:?}: start it with `make up`")]
    NotRunning(String),
    /// A file or folder could not be read.
    #[error("read {path}")]
    Read {
        /// What was being read.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file or folder could not be written or removed.
    #[error("write {path}")]
    Write {
        /// What was being written.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The secret of the application could not be read or changed.
    #[error("use the secret of the application")]
    Secret(#[source] platform::SecretError),
    /// A file has unexpected content.
    #[error("understand {path}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The difference.
        source: serde_json::Error,
    },
    /// A price table is not TOML, or has unexpected content.
    #[error("understand the price table {path}")]
    PriceTable {
        /// The file.
        path: PathBuf,
        /// The difference.
        source: toml::de::Error,
    },
    /// A program is missing or cannot be executed.
    #[error("start {program}")]
    Start {
        /// The program's name.
        program: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// A program ran and failed.
    #[error("complete `{program}`:\n{output}")]
    Program {
        /// The program and its task.
        program: String,
        /// The end of its output.
        output: String,
    },
    /// A background process did not become ready, or did not end, in time.
    #[error("see {name} become {state} within {seconds} s; its log is {log}")]
    Patience {
        /// Which process.
        name: &'static str,
        /// What was waited for.
        state: &'static str,
        /// For how long, in seconds.
        seconds: u64,
        /// Where it logs.
        log: PathBuf,
    },
    /// A background process ended while it was starting.
    #[error("keep {name} running; the end of {log}:\n{tail}")]
    Died {
        /// Which process.
        name: &'static str,
        /// Where it logs.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The port on which a stack's data depends is in use.
    #[error(
        "use port {port} for {name}: another program has it; stop that program, or start over with `shopsignal --stack {stack} down --wipe`"
    )]
    PortTaken {
        /// Which service needs the port.
        name: &'static str,
        /// The recorded port.
        port: u16,
        /// The stack.
        stack: String,
    },
    /// Python is missing, too old or without venv.
    #[error(
        "make a Python environment in {folder}: Python 3.11 or newer with venv is needed (python3 and python3-venv)"
    )]
    Python {
        /// The environment's folder.
        folder: PathBuf,
        /// What the program answered.
        source: Box<Error>,
    },
    /// An HTTP request to a local service failed.
    #[error("ask {what}")]
    Http {
        /// The service and the request.
        what: &'static str,
        /// The client's reason.
        source: reqwest::Error,
    },
    /// A local service sent an unusable response.
    #[error("use the answer of {what}: {answer}")]
    Answer {
        /// The service and the request.
        what: &'static str,
        /// The response or its error, shortened.
        answer: String,
    },
    /// The deployed stack lacks a resource that the tools need.
    #[error("find the resource {0} in the deployed stack")]
    NoResource(String),
    /// A function is not built.
    #[error("find {0}: build first with `make build`")]
    NotBuilt(PathBuf),
    /// The database refused.
    #[error("{what} in Postgres")]
    Postgres {
        /// What was to be done.
        what: &'static str,
        /// The database's reason.
        source: tokio_postgres::Error,
    },
    /// The issuer's key could not be created.
    #[error("make the issuer's key")]
    KeyGeneration,
    /// A token or a key could not be encoded.
    #[error("sign with the issuer's key")]
    Token(#[source] jsonwebtoken::errors::Error),
    /// Settings of the database that cannot work.
    #[error("use the database settings")]
    DatabaseSettings(#[from] store::InvalidSettings),
    /// The database failed.
    #[error("{what}")]
    Store {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        source: store::StoreError,
    },
    /// An AWS service failed.
    #[error("{what}")]
    Aws {
        /// What was to be done.
        what: String,
        /// Why it was not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Events that the API accepted are not in the log, or their queue is not empty.
    #[error(
        "see {sent} events logged in {seconds} s: {logged} are, order-events-queue holds {queued}; \
         see `make logs FUNCTION=project-orders`"
    )]
    Undrained {
        /// Events that the API took.
        sent: usize,
        /// Those in the log.
        logged: i64,
        /// Messages in the queue, waiting or received.
        queued: u64,
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// Contradicting arguments.
    #[error("use these arguments: {0}")]
    Usage(String),
    /// A person could not be exported or erased.
    #[error("{what}")]
    People {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        source: people::PeopleError,
    },
    /// Another transaction held a required lock for too long.
    #[error("lock the scores within {0} s: another transaction holds them; nothing was changed, try again")]
    Busy(u64),
}
