//! Why a subcommand failed. Each text is one layer and fits after "could not"; the cause is the source.

use std::io;
use std::path::PathBuf;

/// All errors of the local stack.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files of the local stack could not be used.
    #[error(transparent)]
    Stack(#[from] stack::Error),
    /// An operation that the operator's command shares failed.
    #[error(transparent)]
    Operator(#[from] shopsignal::Error),
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
    TimedOut {
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
        "use port {port} for {name}: another program has it; stop that program, or start over with `local-stack --stack {stack} down --wipe`"
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
    /// A port of the web server could not be served.
    #[error("serve port {port}")]
    Serve {
        /// The port.
        port: u16,
        /// The operating system's error.
        source: io::Error,
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
    /// The file of the demo shop's products is not as it should be.
    #[error("read web/shop/src/products.json")]
    Products(#[source] serde_json::Error),
    /// The deployed stack lacks a resource that the tools need.
    #[error("find the resource {0} in the deployed stack")]
    NoResource(String),
    /// A function is not built.
    #[error("find {0}: build first with `make build`")]
    NotBuilt(PathBuf),
    /// The database rejected a statement.
    #[error("{what} in Postgres")]
    Postgres {
        /// The attempted operation.
        what: &'static str,
        /// The database's reason.
        source: tokio_postgres::Error,
    },
    /// Events that the API accepted are not in the log, or their queue is not empty.
    #[error(
        "see {sent} events logged in {seconds} s: {logged} are, order-events-queue holds {queued}; \
         see `make logs FUNCTION=project-orders`"
    )]
    Undrained {
        /// Events that the API accepted.
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
    /// A database operation failed.
    #[error("{what}")]
    Store {
        /// The attempted operation.
        what: &'static str,
        /// The cause.
        source: store::StoreError,
    },
}
