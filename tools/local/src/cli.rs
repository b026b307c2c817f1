//! The command line: one variant per subcommand, and nothing else.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use stack::Stack;

use crate::{Error, demo, demo_shop, down, env, install, logs, psql, simulate, status, token, up, web};

/// Runs and operates Shopsignal.
#[derive(Debug, Parser)]
#[command(name = "local-stack", version, propagate_version = true)]
pub struct Cli {
    /// The local stack to work on; each has its own data and ports.
    #[arg(long, global = true, env = "SHOPSIGNAL_STACK_NAME", default_value = "dev")]
    stack: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Installs missing or outdated Python environments into .venv/.
    Install(install::Args),
    /// Starts Postgres and the AWS emulator, deploys template.yaml, applies the migrations.
    Up(up::Args),
    /// Stops what `up` started; the data stays unless --wipe is given.
    Down(down::Args),
    /// Prints what runs and where.
    Status(status::Args),
    /// Serves the pages of web/ and the issuer; `up` starts it in the background.
    Serve(web::Args),
    /// Prints the variables of a deployed function.
    Env(env::Args),
    /// Prints a token for the local API.
    Token(token::Args),
    /// Opens psql on the local database.
    Psql(psql::Args),
    /// Prints the logs of the functions, of the emulator or of Postgres.
    Logs(logs::Args),
    /// Sends interactions of simulated shoppers, and the events of their orders, through the HTTP API.
    Simulate(simulate::Args),
    /// Makes Shopsignal know the products of the demo shop; may be repeated.
    Announce(demo_shop::Args),
    /// Shows the whole flow: shoppers, top products, orders, sales, alerts, the proof that nothing was lost.
    Demo(demo::Args),
}

/// Runs the subcommand of a parsed command line and returns the exit code of the process.
///
/// # Errors
/// The error of the subcommand.
pub async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let stack = Stack::find(&cli.stack)?;
    match cli.command {
        Command::Install(args) => install::run(&stack, args).await,
        Command::Up(args) => up::run(&stack, args).await,
        Command::Down(args) => down::run(&stack, args).await,
        Command::Status(args) => status::run(&stack, args).await,
        Command::Serve(args) => web::run(&stack, args).await,
        Command::Env(args) => env::run(&stack, args).await,
        Command::Token(args) => token::run(&stack, args).await,
        Command::Psql(args) => psql::run(&stack, args).await,
        Command::Logs(args) => logs::run(&stack, args).await,
        Command::Announce(args) => demo_shop::run(&stack, args).await,
        Command::Simulate(args) => return simulate::run(&stack, args).await,
        Command::Demo(args) => return demo::run(&stack, args).await,
    }?;
    Ok(ExitCode::SUCCESS)
}
