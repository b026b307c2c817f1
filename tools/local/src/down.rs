//! `local-stack down`: stops a stack.

use crate::Error;
use crate::emulator;
use crate::postgres;
use crate::web;
use shopsignal::say;
use stack::Stack;
use stack::file;
use stack::path;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Removes the stack's data, ports, logs and key as well.
    #[arg(long)]
    wipe: bool,
}

/// Stops the processes and waits until they are gone. Safe to repeat.
///
/// # Errors
/// When a process does not end or a file cannot be removed.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    if !stack.folder().exists() {
        say::line(format_args!("stack {:?} does not exist", stack.name()));
        return Ok(());
    }
    let held = stack.lock()?;
    file::remove(&path(stack))?;
    // The emulator first: its functions use the database.
    let stopped = [
        ("AWS emulator", emulator::stop(stack).await?),
        ("web server", web::stop(stack).await?),
        ("Postgres", postgres::stop(stack).await?),
    ];
    for (name, ran) in stopped {
        say::line(format_args!("{name}: {}", if ran { "stopped" } else { "was not running" }));
    }
    if args.wipe {
        postgres::wipe(stack)?;
        file::remove(&stack.folder())?;
        say::line(format_args!("removed {}", stack.folder().display()));
    }
    drop(held);
    Ok(())
}
