//! `shopsignal secret`: manages the application's secret, which holds the keys and the webhook addresses.
//!
//! A value is read from standard input, so that it is in no shell history and no process list. Functions read the
//! secret once per execution environment: a change reaches all of them after a deployment, or within hours by itself.

use std::io::Read as _;

use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use outbound::SecureUrl;
use platform::{SecretError, SecretSource, SecretValues};

use crate::Error;
use crate::deployment::local_stack;
use crate::say;

/// The keys that have versions.
const KEYS: [&str; 2] = ["address_hash_key", "alert_signing_key"];
/// The values that an operator sets.
const SETTABLE: [&str; 4] = ["address_hash_version", "alert_discord_url", "alert_json_url", "alert_slack_url"];

/// The actions.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Secret of a deployment (its output AppSecretArn); the local stack's by default.
    #[arg(long, env = "APP_SECRET_ARN", global = true, value_name = "ARN")]
    secret_arn: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints the names in it, and no values.
    List,
    /// Prints one value, for example a signing key for receivers of alerts.
    Show {
        /// Such as alert_signing_key_1.
        name: String,
    },
    /// Sets a value, which is read from standard input; an empty one removes it.
    Set {
        /// Which one.
        #[arg(value_parser = SETTABLE)]
        name: String,
    },
    /// Adds a version of a key. Alerts are then signed with all versions; addresses stay hashed with the version in force.
    AddVersion {
        /// Which one.
        #[arg(value_parser = KEYS)]
        key: String,
    },
    /// Removes a version of the signing key that no receiver verifies any more.
    RemoveVersion {
        /// The version.
        // not "version", which is a flag of every command
        #[arg(value_name = "NUMBER")]
        number: u32,
    },
}

/// Runs one of the commands.
///
/// # Errors
/// When Secrets Manager cannot be reached, or the change would leave a secret that the functions cannot use.
pub async fn run(stack: &str, args: Args) -> Result<(), Error> {
    let source = open(stack, args.secret_arn).await?;
    match args.command {
        Command::List => {
            let (values, _) = source.read().await.map_err(failed)?;
            for name in values.names() {
                say::line(format_args!("{name}"));
            }
        }
        Command::Show { name } => {
            let (values, _) = source.read().await.map_err(failed)?;
            let text = values.get(&name).ok_or_else(|| Error::Usage(format!("the secret has no {name}")))?;
            say::line(format_args!("{text}"));
        }
        Command::Set { name } => set(&source, &name, &input()?).await?,
        Command::AddVersion { key } => {
            let (version, _) = source.change(|values| values.add_version(&key)).await.map_err(failed)?;
            say::line(format_args!("added {key}_{version}"));
        }
        Command::RemoveVersion { number } => {
            change(&source, |values| values.set(&format!("alert_signing_key_{number}"), "")).await?;
        }
    }
    Ok(())
}

async fn set(source: &SecretSource, name: &str, text: &str) -> Result<(), Error> {
    if name == "address_hash_version" && !text.is_empty() {
        let (values, _) = source.read().await.map_err(failed)?;
        let known = values.versions("address_hash_key");
        if !text.parse().is_ok_and(|version| known.contains_key(&version)) {
            return Err(Error::Usage(format!(
                "address_hash_version must be one of {:?}",
                known.keys().collect::<Vec<_>>()
            )));
        }
    }
    if name.ends_with("_url") && !text.is_empty() {
        if !text.starts_with("https://") {
            return Err(Error::Usage(format!("{name} must begin with https://")));
        }
        let unusable = |rule| Error::Usage(format!("{name} is malformed: {rule}"));
        text.parse::<SecureUrl>().map_err(unusable)?;
    }
    change(source, |values| values.set(name, text)).await
}

async fn change(source: &SecretSource, change: impl Fn(&mut SecretValues)) -> Result<(), Error> {
    let changed = source.change(|values| {
        change(values);
        if values.versions("alert_signing_key").is_empty() {
            return Err(SecretError::Unusable("it must keep a version of alert_signing_key".to_owned()));
        }
        Ok(())
    });
    let (_, changed) = changed.await.map_err(failed)?;
    say::line(format_args!("{}", if changed { "changed" } else { "nothing to change" }));
    Ok(())
}

/// Reads the value, without the line break at its end.
fn input() -> Result<String, Error> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|source| Error::Read { path: "standard input".into(), source })?;
    Ok(text.trim().to_owned())
}

async fn open(stack: &str, arn: Option<String>) -> Result<SecretSource, Error> {
    let aws = aws_config::defaults(aws_config::BehaviorVersion::latest());
    if let Some(arn) = arn.filter(|arn| !arn.is_empty()) {
        return Ok(SecretSource::new(&aws.load().await, arn));
    }
    let stack = local_stack(stack)?;
    let keys = Credentials::new("test", "test", None, None, "local stack");
    let aws = aws
        .endpoint_url(&stack.aws_endpoint)
        .region(aws_config::Region::new(stack.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(keys));
    Ok(SecretSource::new(&aws.load().await, stack.app_secret_arn))
}

fn failed(source: SecretError) -> Error {
    Error::Secret(source)
}
