//! `shopsignal weights`: prints the weights and daily caps of events, or changes them. A change recomputes every score in the same
//! transaction.

use std::time::{Duration, Instant};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use domain::{EventType, Micros};
use store::weight::{Cap, Change, Changed, Counter, Preview, Weight};

use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, LockArgs, ResourceArgs};

/// Moves in the top list that a dry run prints.
const MOVES: u32 = 100;

/// The actions.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints the weights and the daily caps.
    List(ListArgs),
    /// Changes weights and recomputes every score from the counts, as one transaction.
    ///
    /// Recording and reading continue. The scorer waits until the change is committed; what it would have applied stays
    /// pending and is applied with the new weights. With millions of products that may take longer than the scorer waits
    /// (5 s): then its invocations fail and its messages are redelivered. Try with `--dry-run`, which takes about as long.
    Set(SetArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, clap::Args)]
struct SetArgs {
    /// An event and its weight in points, or one or more EVENT=WEIGHT, such as `view=0.3 dislike=-0.5`.
    #[arg(required = true, allow_negative_numbers = true, value_name = "EVENT WEIGHT | EVENT=WEIGHT")]
    changes: Vec<String>,
    /// The counter that every event named here raises, or `none`; by default a known event keeps its counter.
    #[arg(long, value_name = "COUNTER", value_parser = read_counter)]
    counter: Option<CounterChoice>,
    /// Whether only trusted callers may send the events named here; by default a known event is unchanged.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    trusted: Option<bool>,
    /// How many events of one account, or of one session without one, count per product and UTC day, or `none`; from the
    /// next UTC day on (in the last hour of a day, from the one after it). By default an event keeps its cap.
    #[arg(long, value_name = "EVENTS", value_parser = read_cap)]
    daily_cap: Option<CapChoice>,
    /// How many events of all guests of one network count per product and day; ten times the daily cap by default.
    #[arg(long, value_name = "EVENTS", requires = "daily_cap", value_parser = clap::value_parser!(i32).range(1..=1_000))]
    network_cap: Option<i32>,
    /// Prints what would change, with the hundred products that would move the farthest, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    lock: LockArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `none` or a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CounterChoice(Option<Counter>);

/// `none` or a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CapChoice(Option<i32>);

/// Lists or changes the weights.
///
/// # Errors
/// When the database cannot be reached, an argument is wrong or the scores stay locked; then nothing is changed.
pub async fn run(stack: &str, args: Args) -> Result<(), Error> {
    match args.command {
        Command::List(args) => {
            let deployment = Deployment::find(stack, &args.database, ResourceArgs::default()).await?;
            print_weights(&list(&deployment).await?);
            Ok(())
        }
        Command::Set(args) => {
            let changes = read_changes(&args)?;
            let deployment = Deployment::find(stack, &args.database, ResourceArgs::default()).await?;
            if args.dry_run {
                preview(&deployment, &changes).await
            } else {
                set(&deployment, &changes, args.lock.lock_timeout).await
            }
        }
    }
}

async fn list(deployment: &Deployment) -> Result<Vec<Weight>, Error> {
    let weights = store::weight::list(&deployment.database()).await;
    weights.map_err(|source| Error::Store { what: "read the weights", source })
}

async fn set(deployment: &Deployment, changes: &[Change], lock_timeout: u64) -> Result<(), Error> {
    let mut client = deployment.connect().await?;
    let start = Instant::now();
    let changed = store::weight::set(&mut client, changes, Duration::from_secs(lock_timeout)).await;
    match changed.map_err(|source| Error::Store { what: "change the weights", source })? {
        Changed::Busy => Err(Error::Busy(lock_timeout)),
        Changed::Recomputed { products, changed } => {
            let names: Vec<&str> = changes.iter().map(|change| change.event_type.as_str()).collect();
            let all = list(deployment).await?;
            let shown: Vec<_> = all.into_iter().filter(|weight| names.contains(&weight.event_type.as_str())).collect();
            print_weights(&shown);
            let seconds = start.elapsed().as_secs_f64();
            println!("{products} products recomputed, {changed} of them changed, in {seconds:.1} s");
            Ok(())
        }
    }
}

async fn preview(deployment: &Deployment, changes: &[Change]) -> Result<(), Error> {
    let mut client = deployment.connect().await?;
    let start = Instant::now();
    let preview = store::weight::preview(&mut client, changes, MOVES).await;
    let Preview { products, changed, moves } =
        preview.map_err(|source| Error::Store { what: "compute the scores", source })?;
    if !moves.is_empty() {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(["product", "rank", "new rank", "score", "new score"]);
        for product in &moves {
            let score = product.score_before.map_or_else(|| "none".to_owned(), |score| score.to_string());
            let ranks = (product.rank_before.to_string(), product.rank_after.to_string());
            table.add_row([product.id.to_string(), ranks.0, ranks.1, score, product.score_after.to_string()]);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        println!("{table}");
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{products} products, {changed} of them would change, in {seconds:.1} s; nothing was changed");
    Ok(())
}

fn print_weights(weights: &[Weight]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "event",
        "weight",
        "counter",
        "trusted",
        "daily cap",
        "of a network",
    ]);
    for weight in weights {
        let counter = weight.counter.map_or("", Counter::as_str);
        let trusted = if weight.trusted { "yes" } else { "" };
        let [daily, network] = caps(weight);
        table.add_row([&weight.event_type, &weight.weight.to_string(), counter, trusted, &daily, &network]);
    }
    for column in [1, 4, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
}

/// The caps of an event: today's, and those of a later day.
fn caps(weight: &Weight) -> [String; 2] {
    let kinds: [fn(Cap) -> i32; 2] = [|cap| cap.daily, |cap| cap.network_daily];
    kinds.map(|of| {
        let now = weight.cap.map_or_else(String::new, |cap| of(cap).to_string());
        let Some((day, next)) = &weight.next_cap else { return now };
        let next = next.map_or_else(|| "none".to_owned(), |cap| of(cap).to_string());
        format!("{} ({next} from {day})", if now.is_empty() { "none" } else { &now })
    })
}

fn read_cap(text: &str) -> Result<CapChoice, String> {
    if text == "none" {
        return Ok(CapChoice(None));
    }
    let cap = text.parse().ok().filter(|cap| (1..=Cap::DAILY_MAX).contains(cap));
    let rule = || {
        format!("must be a whole number from 1 to {}, or none; for nothing to count, set the weight 0", Cap::DAILY_MAX)
    };
    Ok(CapChoice(Some(cap.ok_or_else(rule)?)))
}

/// What the options say about the caps of every event that is named.
fn cap_change(args: &SetArgs) -> Result<Option<Option<Cap>>, Error> {
    let Some(CapChoice(daily)) = args.daily_cap else { return Ok(None) };
    match (daily, args.network_cap) {
        (None, Some(_)) => Err(Error::Usage("--network-cap needs a daily cap that is a number".to_owned())),
        (Some(daily), Some(network)) if network < daily => {
            Err(Error::Usage(format!("--network-cap {network} must not be below the daily cap {daily} of one guest")))
        }
        (daily, network) => Ok(Some(daily.map(|daily| Cap {
            daily,
            network_daily: network.unwrap_or((daily * Cap::NETWORK_FACTOR).min(Cap::NETWORK_MAX)),
        }))),
    }
}

fn read_counter(text: &str) -> Result<CounterChoice, String> {
    if text == "none" {
        return Ok(CounterChoice(None));
    }
    let counter = text.parse::<Counter>().map_err(|error| format!("{error}, or none"))?;
    Ok(CounterChoice(Some(counter)))
}

fn read_changes(args: &SetArgs) -> Result<Vec<Change>, Error> {
    let pairs: Vec<(&str, &str)> = match &args.changes[..] {
        [event, weight] if !event.contains('=') && !weight.contains('=') => vec![(event, weight)],
        words => words.iter().map(|word| split(word)).collect::<Result<_, _>>()?,
    };
    let cap = cap_change(args)?;
    let mut changes: Vec<Change> = Vec::with_capacity(pairs.len());
    for (event, weight) in pairs {
        let change = Change {
            event_type: event.parse::<EventType>().map_err(|error| Error::Usage(format!("{event:?}: {error}")))?,
            weight: weight.parse::<Micros>().map_err(|error| Error::Usage(format!("weight {weight:?} {error}")))?,
            counter: args.counter.map(|choice| choice.0),
            trusted: args.trusted,
            cap,
        };
        if changes.iter().any(|other| other.event_type == change.event_type) {
            return Err(Error::Usage(format!("{event} is given twice")));
        }
        changes.push(change);
    }
    Ok(changes)
}

fn split(word: &str) -> Result<(&str, &str), Error> {
    word.split_once('=').ok_or_else(|| Error::Usage(format!("{word:?} must be EVENT=WEIGHT, such as view=0.3")))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: SetArgs,
    }

    fn read(words: &[&str]) -> Result<Vec<Change>, Error> {
        let line = Line::try_parse_from(std::iter::once("set").chain(words.iter().copied()));
        read_changes(&line.map_err(|error| Error::Usage(error.to_string()))?.args)
    }

    #[test]
    fn a_weight_is_given_as_two_words_or_as_assignments() {
        let one = read(&["view", "-0.3"]).unwrap();
        assert_eq!((one[0].event_type.as_str(), one[0].weight), ("view", Micros(-300_000)));
        assert_eq!((one[0].counter, one[0].trusted), (None, None));
        let two = read(&["view=0.5", "gift=-1", "--counter", "none", "--trusted"]).unwrap();
        assert_eq!((two[1].event_type.as_str(), two[1].weight), ("gift", Micros(-1_000_000)));
        assert_eq!((two[1].counter, two[1].trusted), (Some(None), Some(true)));
        let counter = read(&["gift=1", "--counter", "cart_count", "--trusted=false"]).unwrap();
        assert_eq!((counter[0].counter, counter[0].trusted), (Some(Some(Counter::Cart)), Some(false)));
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for bad in [&["view"][..], &["view", "1", "cart", "2"], &["view=1", "view=2"], &["View=1"], &["view=1e3"], &[]]
        {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert!(read(&["view=1", "--counter", "views"]).is_err());
    }

    #[test]
    fn a_cap_is_a_number_or_none_and_a_network_has_ten_times_as_much() {
        let cap = |words: &[&str]| read(&[&["view=1"], words].concat()).map(|changes| changes[0].cap);
        assert_eq!(cap(&[]).unwrap(), None);
        assert_eq!(cap(&["--daily-cap", "none"]).unwrap(), Some(None));
        assert_eq!(cap(&["--daily-cap", "3"]).unwrap(), Some(Some(Cap { daily: 3, network_daily: 30 })));
        let given = cap(&["--daily-cap", "3", "--network-cap", "3"]).unwrap();
        assert_eq!(given, Some(Some(Cap { daily: 3, network_daily: 3 })));
        for bad in [
            &["--daily-cap", "0"][..],
            &["--daily-cap", "101"],
            &["--daily-cap", "all"],
            &["--network-cap", "5"],
            &["--daily-cap", "3", "--network-cap", "2"],
            &["--daily-cap", "none", "--network-cap", "5"],
        ] {
            assert!(cap(bad).is_err(), "{bad:?}");
        }
    }
}
