//! The command line: one variant per subcommand, and nothing else.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{Error, cost, evaluate, exclude, gains, import, person, redrive, secret, verify, weights};

/// Operates a deployment of Shopsignal.
#[derive(Debug, Parser)]
#[command(name = "shopsignal", version, propagate_version = true)]
pub struct Cli {
    /// Which local stack to work on when no deployment is named.
    #[arg(long, global = true, env = "SHOPSIGNAL_STACK_NAME", default_value = "dev")]
    stack: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Imports a file of what shoppers did, or of back-end events, through the HTTP API.
    Import(import::Args),
    /// Recounts everything from the log; exits with 1 when anything was lost or doubled.
    Verify(verify::Args),
    /// Puts parked work and its dead letters back to work.
    Redrive(redrive::Args),
    /// Lists what events weigh, or changes it together with every score.
    Weights(weights::Args),
    /// Lists what events teach recommendations, or changes it for what is learned from then on.
    Gains(gains::Args),
    /// Lets the events of an account, a session or a network not count, or lists who is excluded.
    ///
    /// What was applied moves in the same transaction, and back with `include`. It reads the log of the days concerned;
    /// scorers wait meanwhile.
    Exclude(exclude::ExcludeArgs),
    /// Lets the events of somebody who was excluded count again.
    Include(exclude::IncludeArgs),
    /// Judges the recommendations on sessions of a file or of the own log, beside two simple methods.
    ///
    /// It learns and recommends with the statements of the functions, in a database of its own on the same server, which it
    /// drops. The user needs the right to create a database.
    Evaluate(evaluate::Args),
    /// Exports or erases what is held about a person.
    Person(person::Args),
    /// Lists and changes the keys and the addresses of webhooks in the secret of a deployment.
    Secret(secret::Args),
    /// Prints what a million events cost on AWS, and where the money goes.
    Cost(cost::Args),
}

/// Runs the subcommand of a parsed command line and returns the exit code of the process.
///
/// # Errors
/// Whatever the subcommand could not do.
pub async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let stack = &cli.stack;
    match cli.command {
        Command::Cost(args) => cost::run(args).await,
        Command::Secret(args) => secret::run(stack, args).await,
        Command::Weights(args) => weights::run(stack, args).await,
        Command::Gains(args) => gains::run(stack, args).await,
        Command::Exclude(args) => exclude::exclude(stack, args).await,
        Command::Include(args) => exclude::include(stack, args).await,
        Command::Evaluate(args) => evaluate::run(stack, args).await,
        Command::Import(args) => return import::run(stack, args).await,
        Command::Verify(args) => return verify::run(stack, args).await,
        Command::Redrive(args) => return redrive::run(stack, args).await,
        Command::Person(args) => return person::run(stack, args).await,
    }?;
    Ok(ExitCode::SUCCESS)
}
