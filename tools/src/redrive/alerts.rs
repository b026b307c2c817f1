//! `shopsignal redrive-alerts`: puts parked alerts back to waiting.
//!
//! Their dead letters are only hints: resend-pending sends new ones, so the queue may simply be purged afterwards.

use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, ResourceArgs};
use crate::stack::folder::Stack;

/// Alerts of one statement.
const PIECE: u32 = 1_000;

/// Which deployment.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Puts back every parked alert and prints how many there were. A webhook that has confirmed one is not told again.
///
/// # Errors
/// When the database cannot be used; what was put back until then stays so, and a repetition is safe.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    let deployment = Deployment::find(stack, &args.database, ResourceArgs::default()).await?;
    let (database, mut total) = (deployment.database(), 0);
    loop {
        let unparked = store::pending_alert::unpark(&database, PIECE).await;
        let unparked = unparked.map_err(|source| Error::Store { what: "put alerts back", source })?;
        if unparked.is_empty() {
            break;
        }
        total += unparked.len();
    }
    println!("{total} alerts put back; resend-pending hints at them within a minute, then alerts-dlq may be purged");
    Ok(())
}
