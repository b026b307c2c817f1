//! `local-stack token`: prints a token for the local API.

use uuid::Uuid;

use crate::Error;
use shopsignal::say;
use stack::issuer::Role;
use stack::{Stack, StackFile};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The role of the bearer.
    #[arg(value_enum)]
    role: Role,
    /// The account in the token; by default each role has its own.
    #[arg(long, value_name = "UUID")]
    account: Option<Uuid>,
    /// How long the token is valid, in seconds; negative for an expired one.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, allow_negative_numbers = true)]
    expires_in: i64,
}

/// Prints the token on one line.
///
/// # Errors
/// `NotRunning` when the stack is not up.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    let description = StackFile::of(stack)?;
    let account = args.account.unwrap_or_else(|| args.role.default_account());
    let now = jiff::Timestamp::now().as_second();
    let claims = description.claims(args.role, &account.to_string(), now..now.saturating_add(args.expires_in));
    say::line(format_args!("{}", description.load_issuer()?.token(&claims)?));
    Ok(())
}
