//! `shopsignal gains`: prints what events of each type teach recommendations, or changes it for what is learned from then on.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use domain::EventType;
use store::learning_gain::{Change, GAIN_MAX, Gain};

use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, ResourceArgs};

/// The actions.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints the gains; event types that are not listed teach nothing.
    List(ListArgs),
    /// Changes gains, as one transaction, for what is learned from then on.
    ///
    /// What was learned before keeps its gain and fades with the half-life; `verify` leaves those products out that were met with
    /// such an event before. Try a change on your own log first, with `shopsignal evaluate --log --gain`.
    Set(SetArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, clap::Args)]
struct SetArgs {
    /// An event and its gain (a view has 1), or `none` when it is to teach nothing, such as `add_to_cart=2 view_bounce=none`.
    #[arg(required = true, value_name = "EVENT=GAIN", value_parser = read_change)]
    changes: Vec<Change>,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Lists or changes the gains.
///
/// # Errors
/// When the database cannot be reached; then nothing is changed.
pub async fn run(stack: &str, args: Args) -> Result<(), Error> {
    let (database, changes) = match args.command {
        Command::List(args) => (args.database, Vec::new()),
        Command::Set(args) => (args.database, args.changes),
    };
    let deployment = Deployment::find(stack, &database, ResourceArgs::default()).await?;
    if !changes.is_empty() {
        let mut client = deployment.connect().await?;
        let changed = store::learning_gain::set(&mut client, &changes).await;
        let changed = changed.map_err(|source| Error::Store { what: "change the gains", source })?;
        println!("{changed} changed, for what is learned from now on");
    }
    let gains = store::learning_gain::list(&deployment.database()).await;
    println!("{}", table(&gains.map_err(|source| Error::Store { what: "read the gains", source })?));
    Ok(())
}

fn table(gains: &[Gain]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["event", "gain"]);
    for Gain { event_type, gain } in gains {
        table.add_row([event_type.clone(), gain.to_string()]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Reads `EVENT=GAIN` or `EVENT=none`.
pub(crate) fn read_change(text: &str) -> Result<Change, String> {
    let rule = || {
        format!(
            "must be EVENT=GAIN, such as add_to_cart=2 or view_bounce=none; a gain is above 0 and at most {GAIN_MAX}"
        )
    };
    let (event, gain) = text.split_once('=').ok_or_else(rule)?;
    let event_type = event.parse::<EventType>().map_err(|error| error.to_string())?;
    if gain == "none" {
        return Ok(Change { event_type, gain: None });
    }
    let gain = gain.parse().ok().filter(|gain| *gain > 0.0 && *gain <= GAIN_MAX).ok_or_else(rule)?;
    Ok(Change { event_type, gain: Some(gain) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_is_a_number_up_to_a_hundred_or_none() {
        let read = |text: &str| read_change(text).map(|change| (change.event_type.as_str().to_owned(), change.gain));
        assert_eq!(read("add_to_cart=2.5"), Ok(("add_to_cart".to_owned(), Some(2.5))));
        assert_eq!(read("view_bounce=none"), Ok(("view_bounce".to_owned(), None)));
        for bad in ["view", "view=0", "view=-1", "view=101", "view=NaN", "view=inf", "View=1", "=1", "view="] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
