//! What the demo shows of pushers: what the caps let through, the finding, and how an operator excludes them.

use std::time::{Duration, Instant};

use clap::Parser as _;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use contracts::Route;
use domain::fraud::Rule;
use domain::{NamedActor, ProductId};
use serde::Deserialize;
use shopsignal::cli::{self, Cli};
use shopsignal::deployment::Deployment;
use stack::Stack;
use stack::issuer::Role;

use super::RANK_LIMIT;
use super::api::{Alert, Api, Data};
use crate::Error;

/// Of a product's actors, those that the demo excludes.
const EXCLUDED: u32 = 2;
/// The window in which they are looked for, in hours.
const HOURS: u16 = 24;

/// What a score is the sum of, with the fields that the demo reads.
#[derive(Deserialize)]
struct Explanation {
    score: f64,
    events: Vec<Events>,
}

#[derive(Deserialize)]
struct Events {
    event_type: String,
    counted: i64,
    capped: i64,
    excluded: i64,
    points: f64,
}

/// Shows the product that is pushed, and waits for the finding.
///
/// Returns who pushes it, as the operator's command names them; nobody when it is not found in time.
pub(super) async fn show(api: &Api<'_>, deployment: &Deployment, product: &str) -> Result<Vec<[String; 2]>, Error> {
    let explained: Data<Explanation> = api.get(&Route::ExplainPopularity.path_of(product)).await?;
    println!("\n== Four accounts, sessions and a bot push one product: GET /popularity/{product}/explain\n");
    println!("{}", table(&explained.data));
    println!("\n== The push is detected: GET /alerts?rule={}\n", Rule::PopularityPush);
    let Some(alert) = find(api, product).await? else {
        eprintln!("no finding within {} s; see `make logs`", RANK_LIMIT.as_secs());
        return Ok(Vec::new());
    };
    println!("{}  {}  {}  {}", alert.rule, alert.subject, alert.window, alert.evidence);
    let candidates = match product.parse::<ProductId>() {
        Ok(id) => store::exclusion::list_candidates(&deployment.database(), &id, HOURS, EXCLUDED).await,
        Err(_) => Ok(Vec::new()),
    };
    let candidates = candidates.map_err(|source| Error::Store { what: "read whose events count", source })?;
    Ok(candidates.iter().filter_map(|candidate| candidate.actor.as_ref()).map(words).collect())
}

/// Runs `shopsignal exclude` or `include` for one of them.
pub(super) async fn operate(stack: &Stack, command: &str, actor: &[String; 2]) -> Result<(), Error> {
    let [kind, name] = actor;
    println!("\n== shopsignal {command} {kind} {name}\n");
    let words = ["shopsignal", "--stack", stack.name(), command, kind, name];
    let parsed = Cli::try_parse_from(words).map_err(|error| Error::Usage(error.to_string()))?;
    cli::run(parsed).await?;
    Ok(())
}

async fn find(api: &Api<'_>, product: &str) -> Result<Option<Alert>, Error> {
    let admin = Role::Admin.default_account().to_string();
    let path = format!("{}?rule={}&limit=100", Route::ListAlerts.path(), Rule::PopularityPush);
    let (subject, until) = (format!("product:{product}"), Instant::now() + RANK_LIMIT);
    loop {
        let alerts: Data<Vec<Alert>> = api.get_as((Role::Admin, &admin), &path).await?;
        let found = alerts.data.into_iter().find(|alert| alert.subject == subject);
        if found.is_some() || Instant::now() > until {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn words(actor: &NamedActor) -> [String; 2] {
    let name = match actor {
        NamedActor::Account(id) => id.to_string(),
        NamedActor::Session(name) | NamedActor::Network(name) => name.clone(),
    };
    [format!("--{}", actor.kind()), name]
}

fn table(explained: &Explanation) -> Table {
    let mut table = Table::new();
    let header = ["event", "counted", "capped", "excluded", "points"];
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    for Events { event_type, counted, capped, excluded, points } in &explained.events {
        let counts = [counted, capped, excluded].map(ToString::to_string);
        table.add_row([event_type.clone()].into_iter().chain(counts).chain([format!("{points:.2}")]));
    }
    table.add_row(["score", "", "", "", &format!("{:.2}", explained.score)]);
    for column in 1..header.len() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
