//! `deploy destroy`: deletes a stage's stack and says what stays.

use shopsignal::say;

use crate::bucket::Bucket;
use crate::stage::Stage;
use crate::{Error, build, pages, parameter, sam, summary, terminal, up};

/// What to delete.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the stage.
    #[arg(long, value_name = "NAME")]
    stage: String,
    /// Deletes without asking.
    #[arg(long)]
    yes: bool,
}

/// Deletes the stack, then the stage's file. Safe to repeat after a failure.
///
/// # Errors
/// When there is no such stage, nobody confirms, or the stack cannot be deleted; then the file stays.
pub(crate) async fn run(args: &Args) -> Result<(), Error> {
    let mut stage = Stage::open(&args.stage)?;
    if !stage.exists() {
        return Err(Error::Usage(format!("there is no stage {}: no file {}", args.stage, stage.path().display())));
    }
    if parameter::protects_a_database(&stage.parameters) {
        // CloudFormation would find out only after it has deleted the queues and functions.
        return Err(Error::Usage(format!(
            "the database of this stack is protected; first: deploy up --stage {} --set DatabaseDeletionProtection=false",
            args.stage
        )));
    }
    confirm(args)?;
    build::install(stage.root(), &["sam"])?;
    // Afterwards nobody could say what they were. A stack whose creation failed has none.
    let outputs = sam::outputs(&stage).unwrap_or_default();
    if let Some(name) = outputs.find("WebBucketName") {
        let aws = up::configuration(&mut stage, None).await?;
        pages::remove(&Bucket::open(&aws, up::client()?, name).await?).await?;
    }
    sam::delete(&stage)?;
    stage.forget()?;
    summary::print_remains(&stage, &outputs);
    say::line(format_args!("removed {}", stage.path().display()));
    Ok(())
}

fn confirm(args: &Args) -> Result<(), Error> {
    if args.yes {
        return Ok(());
    }
    if !terminal::is_there() {
        return Err(Error::Usage("without a terminal --yes is needed to delete a stage".to_owned()));
    }
    let answer = terminal::ask(&format!("Type {} to delete its queues, functions and API:", args.stage))?;
    if answer == args.stage {
        Ok(())
    } else {
        Err(Error::Usage("the name was not repeated; nothing was deleted".to_owned()))
    }
}
