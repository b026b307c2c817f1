//! Stands in for a function of another release: executes SQL that only the schema of that release understands, and then
//! becomes the shipped binary.
//!
//! It is the `bootstrap` of a folder that also holds that binary as `program`, and `before.sql`. So code that serves before
//! its migration fails, as it would in production, without building a second release.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use tokio_postgres::NoTls;

fn main() -> ExitCode {
    let outcome = std::env::current_exe().map_err(Into::into).and_then(|me| run(me.parent().unwrap_or(Path::new("/"))));
    let Err(error) = outcome;
    println!("could not begin: {error}");
    ExitCode::FAILURE
}

/// Returns only when it fails.
fn run(folder: &Path) -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    // A function without a database has no schema to wait for.
    if let Ok(url) = std::env::var("DATABASE_URL") {
        let sql = std::fs::read_to_string(folder.join("before.sql"))?;
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(execute(&url, &sql))?;
    }
    let program = folder.join("program");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
    Err(Command::new(program).exec().into())
}

async fn execute(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(sql).await
}
