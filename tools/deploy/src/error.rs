//! Why a deployment failed. Each text is one layer and fits after "could not"; the cause is the source.

use std::io;
use std::path::PathBuf;

use aws_credential_types::provider::error::CredentialsError;

/// Everything the command can fail at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The project or one of its files could not be used.
    #[error(transparent)]
    Project(#[from] stack::Error),
    /// Arguments that do not fit together.
    #[error("use these arguments: {0}")]
    Usage(String),
    /// The file of a stage is no samconfig.
    #[error("understand {path}")]
    Stage {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: toml::de::Error,
    },
    /// The file of a stage cannot be expressed in TOML.
    #[error("write the stage as TOML")]
    Toml(#[from] toml::ser::Error),
    /// template.yaml is not YAML with parameters.
    #[error("understand the parameters of template.yaml")]
    Template(#[from] serde_yaml_ng::Error),
    /// The terminal is gone.
    #[error("ask on the terminal")]
    Terminal(#[source] io::Error),
    /// AWS could not be called at all.
    #[error(
        "find AWS credentials; of a profile that signs in with SSO: \
         eval \"$(aws configure export-credentials --format env)\""
    )]
    Credentials(#[source] Option<CredentialsError>),
    /// A function has no binary.
    #[error("find {0}: every function of functions/ needs a bootstrap")]
    NoBootstrap(PathBuf),
    /// A binary is for another machine, or is no program at all.
    #[error("deploy {path} as {wanted}: it is {found}; build it with `cargo lambda build`, or --set Architecture=...")]
    Machine {
        /// The binary.
        path: PathBuf,
        /// What the parameter Architecture says.
        wanted: &'static str,
        /// What the file is.
        found: String,
    },
    /// A program is missing or cannot be executed.
    #[error("start {program}")]
    Start {
        /// The program's name.
        program: &'static str,
        /// The operating system's error.
        source: io::Error,
    },
    /// A program ran and failed; it has said why.
    #[error("complete `{0}`; its messages are above")]
    Program(&'static str),
    /// CloudFormation rolled back.
    #[error("deploy; the stack has what it had before. The reason: {0}")]
    Refused(String),
    /// SAM ended well without deploying.
    #[error("deploy: the change set was not confirmed, so nothing was changed")]
    NotConfirmed,
    /// SAM listed something else than outputs.
    #[error("understand the outputs of the stack")]
    Outputs(#[source] serde_json::Error),
    /// The stack lacks an output of template.yaml.
    #[error("find the output {0} of the stack")]
    NoOutput(&'static str),
    /// The account's limits are unknown.
    #[error("read the account's limits (lambda:GetAccountSettings)")]
    Account(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A request to S3 could not be signed.
    #[error("sign a request to S3")]
    Sign(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// S3 could not be reached.
    #[error("reach the bucket of the pages for {key}")]
    Bucket {
        /// The object.
        key: String,
        /// What went wrong.
        source: reqwest::Error,
    },
    /// S3 refused.
    #[error("use the bucket of the pages for {key}: S3 answered {status}: {said}")]
    BucketRefused {
        /// The object.
        key: String,
        /// The status.
        status: u16,
        /// Its XML.
        said: String,
    },
    /// The bucket holds something else than was put there.
    #[error("understand release.json in the bucket of the pages")]
    Manifest(#[source] serde_json::Error),
    /// An HTTP client could not be made.
    #[error("make an HTTP client")]
    Client(#[source] reqwest::Error),
    /// The API did not do what was waited for.
    #[error(transparent)]
    Probe(#[from] probe::TimedOut),
}
