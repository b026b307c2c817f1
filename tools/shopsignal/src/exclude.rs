//! `shopsignal exclude` and `include`: the events of an actor do not count, or count again, with what was applied of them.

use std::time::{Duration, Instant};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use domain::{NamedActor, ProductId};
use jiff::Timestamp;
use store::exclusion::{self, Candidate, Exclusion, Limits, Moved, Order, Outcome};
use uuid::Uuid;

use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, LockArgs, ResourceArgs};

/// Products that are printed.
const MOVES: u32 = 20;
/// Actors that are printed.
const CANDIDATES: u32 = 20;
/// Who decides, in the table.
const BY: &str = "command";

/// `shopsignal exclude`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ExcludeArgs {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    whom: WhomArgs,
    /// From which event time on, such as `2026-11-20T00:00:00Z`; by default all events, whenever they happened.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Why, for those who read the list; without addresses and card numbers, because it is kept.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = read_reason)]
    reason: String,
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints the exclusions in force.
    List(ListArgs),
    /// Prints whose events add most to a product, as `exclude` names them: after a finding `popularity_push`.
    Candidates(CandidatesArgs),
}

#[derive(Debug, clap::Args)]
struct CandidatesArgs {
    /// The product, as the finding names it.
    product: ProductId,
    /// By the events of this hour and so many before it.
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=192))]
    hours: u16,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Prints those that ended as well.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `shopsignal include`.
#[derive(Debug, clap::Args)]
pub struct IncludeArgs {
    #[command(flatten)]
    whom: WhomArgs,
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct WhomArgs {
    /// An account (a UUID).
    #[arg(long, value_name = "UUID")]
    account: Option<Uuid>,
    /// A session, as far as nobody is signed in.
    #[arg(long, value_name = "ID", value_parser = read_session)]
    session: Option<String>,
    /// All guests of a network: an address in it, or its /24 (IPv4) or /48 (IPv6).
    #[arg(long, value_name = "NETWORK", value_parser = read_network)]
    network: Option<NamedActor>,
}

#[derive(Debug, clap::Args)]
struct HowArgs {
    /// Prints what would move, and changes nothing; scorers wait as long.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

impl WhomArgs {
    fn actor(self) -> Result<NamedActor, Error> {
        let account = self.account.map(NamedActor::Account);
        let named = account.or(self.session.map(NamedActor::Session)).or(self.network);
        named.ok_or_else(|| Error::Usage("one of --account, --session and --network is needed".to_owned()))
    }
}

fn read_session(text: &str) -> Result<String, String> {
    contracts::check_session_id(text).map(|()| text.to_owned())
}

fn read_network(text: &str) -> Result<NamedActor, String> {
    NamedActor::of_network(text).ok_or_else(|| {
        "must be an address, or a network as /24 (IPv4) or /48 (IPv6), such as 203.0.113.0/24".to_owned()
    })
}

fn read_reason(text: &str) -> Result<String, &'static str> {
    if contracts::is_personal(text) { Err(contracts::PERSONAL_RULE) } else { Ok(text.to_owned()) }
}

/// Excludes an actor, or lists exclusions or whom to exclude.
///
/// # Errors
/// When the database cannot be reached or the scores stay locked; then nothing is changed.
pub async fn exclude(stack: &str, args: ExcludeArgs) -> Result<(), Error> {
    match args.command {
        Some(Command::List(args)) => list(stack, args).await,
        Some(Command::Candidates(args)) => list_candidates(stack, args).await,
        None => apply(stack, (args.whom, args.how), Order::Exclude { since: args.since, reason: &args.reason }).await,
    }
}

async fn list(stack: &str, args: ListArgs) -> Result<(), Error> {
    let deployment = Deployment::find(stack, &args.database, ResourceArgs::default()).await?;
    let found = exclusion::list(&deployment.database(), args.all, None).await;
    print_list(&found.map_err(|source| Error::Store { what: "read the exclusions", source })?);
    Ok(())
}

async fn list_candidates(stack: &str, args: CandidatesArgs) -> Result<(), Error> {
    let deployment = Deployment::find(stack, &args.database, ResourceArgs::default()).await?;
    let found = exclusion::list_candidates(&deployment.database(), &args.product, args.hours, CANDIDATES).await;
    print_candidates(&found.map_err(|source| Error::Store { what: "read whose events count", source })?);
    Ok(())
}

/// Ends the exclusion of an actor.
///
/// # Errors
/// As [`exclude`], and when the actor is not excluded.
pub async fn include(stack: &str, args: IncludeArgs) -> Result<(), Error> {
    apply(stack, (args.whom, args.how), Order::Include).await
}

async fn apply(stack: &str, (whom, how): (WhomArgs, HowArgs), order: Order<'_>) -> Result<(), Error> {
    let whom = whom.actor()?;
    let deployment = Deployment::find(stack, &how.database, ResourceArgs::default()).await?;
    let mut client = deployment.connect().await?;
    let start = Instant::now();
    let limits = Limits { lock: Duration::from_secs(how.lock.lock_timeout), dry_run: how.dry_run, moves: MOVES };
    let outcome = exclusion::apply(&mut client, (&whom, BY), order, limits).await;
    match outcome.map_err(|source| Error::Store { what: "move the counts", source })? {
        Outcome::Busy => Err(Error::Busy(how.lock.lock_timeout)),
        Outcome::NotExcluded => Err(Error::Usage(format!("this {} is not excluded", whom.kind()))),
        Outcome::Moved(moved) => {
            print_moved(&moved);
            if [moved.counted, moved.capped, moved.excluded] == [0; 3] {
                println!("no event of this {} is applied or excluded yet: is it the right one?", whom.kind());
            }
            let what = if how.dry_run { "nothing was changed" } else { "done" };
            println!("{what}, in {:.1} s", start.elapsed().as_secs_f64());
            Ok(())
        }
    }
}

fn print_moved(moved: &Moved) {
    if !moved.moves.is_empty() {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(["product", "change of the score"]);
        for (product, score) in &moved.moves {
            table.add_row([product.to_string(), score.to_string()]);
        }
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        println!("{table}");
    }
    let Moved { counted, capped, excluded, products, .. } = moved;
    println!("events: {counted:+} counted, {capped:+} capped, {excluded:+} excluded; {products} products change");
}

fn print_candidates(candidates: &[Candidate]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["actor", "events that count", "points"]);
    for candidate in candidates {
        table.add_row([argument(candidate), candidate.events.to_string(), candidate.points.to_string()]);
    }
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
}

/// The argument of `exclude` that names an actor.
fn argument(candidate: &Candidate) -> String {
    match &candidate.actor {
        Some(NamedActor::Account(id)) => format!("--account {id}"),
        Some(NamedActor::Session(id)) => format!("--session {id}"),
        Some(NamedActor::Network(network)) => format!("--network {network}"),
        None => "(erased)".to_owned(),
    }
}

fn print_list(exclusions: &[Exclusion]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["kind", "actor", "since", "reason", "excluded", "ended"]);
    for exclusion in exclusions {
        let since = exclusion.since.map_or_else(|| "always".to_owned(), |since| since.to_string());
        let by = |(who, at): &(String, Timestamp)| format!("{at} by {who}");
        let ended = exclusion.ended.as_ref().map(by).unwrap_or_default();
        table.add_row([
            &exclusion.kind,
            &exclusion.actor.to_string(),
            &since,
            &exclusion.reason,
            &by(&exclusion.begun),
            &ended,
        ]);
    }
    println!("{table}");
}
