//! `shopsignal person`: exports or erases the data of a person, everywhere.
//!
//! Both may be repeated. The same command resumes an interrupted erasure. See docs/PRIVACY.md.

use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use contracts::AddressKey;
use domain::{CustomerKey, Named};
use jiff::Timestamp;
use people::{DeadLetters, FeedCatalog, Order, Places, Receipt};
use uuid::Uuid;

use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, ResourceArgs};
use crate::dlq::Dlq;

/// Between two tries of an erasure.
const LEAST_WAIT_SECONDS: u64 = 5;

/// A person with many orders is renamed in one transaction, so that no figure counts them twice in between.
const STATEMENT_LIMIT: Duration = Duration::from_secs(600);
/// Longer than an erasure that makes progress takes; what is left then is reported.
const WAIT_LIMIT: Duration = Duration::from_secs(3_600);

/// The actions.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Writes everything that is stored about a person as one JSON document.
    Export(ExportArgs),
    /// Anonymizes everything that is stored about a person, and prints a receipt. Figures and scores stay unchanged.
    Erase(EraseArgs),
}

#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// Output file; standard output by default.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Args)]
struct EraseArgs {
    /// Do not wait for deliveries to the feed that may be in progress: the receipt says when to run the command again.
    #[arg(long)]
    no_wait: bool,
    /// Print the receipt as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    place: Place,
}

/// The person. `-` reads the value from standard input, so that it is in no process list and no shell history.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// Account: the subject of the person's tokens, a UUID.
    #[arg(long, value_name = "UUID")]
    account: Option<String>,
    /// Customer id of the shop.
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// Email address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Place {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    resources: ResourceArgs,
}

/// Exports or erases; the exit code of an erasure is 1 when something is left to do.
///
/// # Errors
/// When the person is not named correctly or a data store cannot be reached.
pub async fn run(stack: &str, args: Args) -> Result<ExitCode, Error> {
    match args.command {
        Command::Export(args) => {
            let (places, named) = args.place.open(stack, &args.who).await?;
            export(&places, &named, args.out).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Erase(args) => {
            let (places, named) = args.place.open(stack, &args.who).await?;
            let receipt = erase(&places, &named, !args.no_wait).await?;
            if args.json {
                println!("{}", serde_json::json!(receipt))
            } else {
                print(&receipt, &places)
            }
            Ok(if receipt.complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

async fn export(places: &Places, named: &Named, out: Option<PathBuf>) -> Result<(), Error> {
    const WHAT: &str = "export the person";
    let failed = |source| Error::People { what: WHAT, source };
    let Some(path) = out else {
        let mut out = BufWriter::new(std::io::stdout());
        people::export(places, named, Timestamp::now(), &mut out).await.map_err(failed)?;
        return out.flush().map_err(|error| failed(error.into()));
    };
    let write = |source| Error::Write { path: path.clone(), source };
    let mut out = BufWriter::new(std::fs::File::create(&path).map_err(write)?);
    let export = people::export(places, named, Timestamp::now(), &mut out).await.map_err(failed)?;
    out.flush().map_err(write)?;
    println!("{} records written to {}", export.records, path.display());
    Ok(())
}

/// Erases, and waits for deliveries in progress and for dead letters that others read.
async fn erase(places: &Places, named: &Named, wait: bool) -> Result<Receipt, Error> {
    let deadline = Instant::now() + WAIT_LIMIT;
    loop {
        let order = Order { named, requested_by: "command", deadline };
        let erased = people::erase(places, order).await;
        let receipt = erased.map_err(|source| Error::People { what: "erase the person", source })?;
        match receipt.again_in_seconds {
            Some(seconds) if wait && Instant::now() < deadline => {
                // No time is known for dead letters that somebody else is reading.
                let seconds = seconds.max(LEAST_WAIT_SECONDS);
                eprintln!(
                    "again in {seconds} s: until then a delivery to the feed may be under way that has read the person's rows, or \
                     dead letters may be in other hands"
                );
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            _ => return Ok(receipt),
        }
    }
}

fn print(receipt: &Receipt, places: &Places) {
    let linked = receipt.linked;
    println!("receipt {}, begun {}", receipt.id, receipt.date_created);
    println!(
        "named by {}: {} accounts, {} customer keys, {} sessions; {} left alone because others share them",
        receipt.named_by, linked.accounts, linked.customers, linked.sessions, linked.shared
    );
    for (place, number) in &receipt.counts {
        println!("{number:>10} {place}");
    }
    println!("{:>10} made anonymous in all", receipt.total());
    if places.feed.is_none() {
        println!("no feed is known here (--catalog-table): an outside catalog must be notified by the shop");
    }
    if places.letters.is_none() {
        println!("dead letters were left out (--order-events-dlq-url)");
    }
    match receipt.again_in_seconds {
        None => println!("complete: no data of the person is left"),
        Some(seconds) => println!("not complete: run the same command again in {seconds} s"),
    }
}

impl Who {
    /// Reads the person.
    fn read(&self, key: Option<&AddressKey>) -> Result<Named, Error> {
        if let Some(account) = &self.account {
            let account = value(account)?;
            let id = Uuid::try_parse(&account).ok().filter(|id| account.len() == 36 && !id.is_nil());
            let rule = "--account must be a UUID such as 0192e4a0-0000-7000-8000-000000000001";
            return id.map(Named::Account).ok_or_else(|| Error::Usage(rule.to_owned()));
        }
        if let Some(customer) = &self.customer {
            let customer = value(customer)?;
            if customer.contains('@') {
                return Err(Error::Usage("--customer is an id of the shop; an address goes with --email".to_owned()));
            }
            return Ok(Named::Customer(
                key.map_or_else(|| vec![CustomerKey::of_id(&customer)], |key| key.customers_of_id(&customer)),
            ));
        }
        let address = value(self.email.as_deref().unwrap_or_default())?;
        if !address.contains('@') {
            return Err(Error::Usage("--email must be an address such as jane@example.com".to_owned()));
        }
        let needed = "--email needs --app-secret-arn (or APP_SECRET_ARN): addresses are stored as keyed hashes only";
        key.map(|key| Named::Email(key.customers(&address))).ok_or_else(|| Error::Usage(needed.to_owned()))
    }
}

/// Takes an argument, or a line of standard input for `-`.
fn value(argument: &str) -> Result<String, Error> {
    let mut text = argument.to_owned();
    if argument == "-" {
        text.clear();
        let read = std::io::stdin().lock().read_line(&mut text);
        read.map_err(|source| Error::Read { path: "standard input".into(), source })?;
    }
    let text = text.trim();
    if text.is_empty() { Err(Error::Usage("a person must not be empty".to_owned())) } else { Ok(text.to_owned()) }
}

impl Place {
    /// Opens the deployment that the arguments name, or the local stack, and reads the person.
    async fn open(self, stack: &str, who: &Who) -> Result<(Places, Named), Error> {
        let deployment = Deployment::find(stack, &self.database, self.resources).await?;
        let intake = deployment.intake().await?;
        let named = who.read(intake.as_ref().map(|intake| &intake.address_key))?;
        let letters = match (deployment.dlq_url(Dlq::OrderEvents), intake) {
            (Some(url), Some(intake)) => Some(DeadLetters::new(deployment.sqs(), url.to_owned(), intake)),
            (Some(_), None) => {
                let needed = "--order-events-dlq-url needs --app-secret-arn (or APP_SECRET_ARN)";
                return Err(Error::Usage(needed.to_owned()));
            }
            (None, _) => None,
        };
        let table = deployment.catalog_table().map(str::to_owned);
        let feed = table.map(|table| FeedCatalog::new(deployment.dynamodb(), table));
        let database = deployment.database().with_statement_limit(STATEMENT_LIMIT);
        Ok((Places { database, feed, letters }, named))
    }
}
