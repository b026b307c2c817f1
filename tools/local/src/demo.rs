//! `local-stack demo`: the whole flow in a minute, through the same interfaces that a shop uses.

mod api;
mod drain;
mod push;
mod recommended;
mod sales;
mod show;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser as _;
use contracts::Route;
use domain::{ProductId, RankList};
use jiff::Timestamp;

use self::api::{Alert, Api, Dashboard, Data, TopProducts, Windows};
use self::show::{One, Page, Ranked};
use crate::simulate::{self, ShopSummary, Summary};
use shopsignal::verify;

use crate::{Error, demo_shop};
use shopsignal::deployment::Deployment;
use stack::issuer::Role;
use stack::{Stack, StackFile};

/// How long the queues may take; they need seconds.
const WAIT_LIMIT: Duration = Duration::from_secs(60);
/// How long back-end events may take; a slow machine applies some fifty a second.
const EVENT_LIMIT: Duration = Duration::from_secs(180);
/// How long the rank lists may take: rank-products runs once a minute.
const RANK_LIMIT: Duration = Duration::from_secs(150);
/// Views of a product that rises, and of one that fades.
const FASHIONS: usize = 200;
/// Events of each of four who push a product.
const PUSHERS: usize = 120;
/// Visits of shoppers with a taste.
const TASTES: usize = 100;
/// Products on a page.
const PAGE: usize = 5;

/// How much to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Interactions to send.
    #[arg(long, default_value_t = 2_000)]
    interactions: usize,
    /// Orders to send; 0 skips them.
    #[arg(long, default_value_t = 300)]
    orders: usize,
    /// The orders are placed evenly over this many past days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=730))]
    days: u16,
}

/// Used only to get the defaults of `simulate`.
#[derive(clap::Parser)]
struct Defaults {
    #[command(flatten)]
    simulate: simulate::Args,
}

/// Sends interactions and orders, shows the results, and verifies that nothing was lost; exits with 1 if something was.
///
/// # Errors
/// `NotRunning` when the stack is not up, or whatever could not be read.
pub async fn run(stack: &Stack, args: Args) -> Result<ExitCode, Error> {
    let description = StackFile::of(stack)?;
    let deployment = Deployment::local(&description).await?;
    let api = Api::new(&description)?;
    let sent = interactions(args.interactions)?;
    let summary = send_interactions(stack, &sent).await?;
    show::sent(&summary);
    let applied = verify::wait_until_applied(&deployment, WAIT_LIMIT).await?;
    let top = show_top(&api).await?;
    let shop = match send_orders(stack, &args).await? {
        Some(shop) => {
            drain::wait(&deployment, description.queue_url("order-events-queue"), &shop, EVENT_LIMIT).await?;
            shop.is_complete() && show_sales(&api, &shop).await?
        }
        None => true,
    };
    let applied = verify::wait_until_applied(&deployment, WAIT_LIMIT).await? && applied;
    let ranked = show_without_pushers(stack, (&api, &deployment), &simulate::pushed(&sent)).await?;
    // A list holds what the shop has announced, which it does with its orders.
    let planted = if args.orders > 0 { &summary.tastes[..] } else { &[] };
    let found = recommended::show(&api, planted).await?;
    let applied = verify::wait_until_applied(&deployment, WAIT_LIMIT).await? && applied;
    let outcome = verify::check(&deployment, verify::KEY_RETENTION_DAYS, true).await?;
    println!("\n== Is anything lost or counted twice?\n");
    verify::print(&outcome);
    // Last: from the first product event on, the lists hold announced products only.
    demo_shop::announce_products(StackFile::of(stack)?).await?;
    show::next(stack, &description, top);
    if !applied {
        eprintln!("effects are still pending after {} s; see `make logs`", WAIT_LIMIT.as_secs());
    }
    let good = summary.is_complete() && shop && applied && ranked && found && outcome.is_sound();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What shoppers, some of whom have tastes, two fashions and four pushers do.
fn interactions(interactions: usize) -> Result<simulate::Args, Error> {
    let (fashions, pushers, tastes) = (FASHIONS, PUSHERS, TASTES);
    let before = interactions;
    let orders = Some(0);
    Ok(simulate::Args { interactions, orders, day_before: before, fashions, pushers, tastes, ..defaults()? })
}

async fn send_interactions(stack: &Stack, args: &simulate::Args) -> Result<Summary, Error> {
    println!("\n== {} interactions of 100 simulated shoppers, through the HTTP API\n", args.interactions);
    let (fashions, pushers) = (2 * FASHIONS, 4 * PUSHERS);
    println!(
        "also {} views of the day before, {fashions} that make two products trend, {pushers} events of four pushers, \
         {TASTES} visits with known tastes\n",
        args.day_before
    );
    simulate::simulate(stack, args).await
}

/// Sends the orders, if any.
async fn send_orders(stack: &Stack, args: &Args) -> Result<Option<ShopSummary>, Error> {
    let Args { orders, days, .. } = *args;
    if orders > 0 {
        println!("\n== {orders} orders of the last {days} days, as back-end events: POST /event\n");
    }
    let arguments = simulate::Args { interactions: 0, orders: Some(orders), days, ..defaults()? };
    let shop = simulate::simulate(stack, &arguments).await?.shop;
    shop.iter().for_each(simulate::print_shop);
    Ok(shop)
}

fn defaults() -> Result<simulate::Args, Error> {
    let defaults = Defaults::try_parse_from(["demo"]).map_err(|error| Error::Usage(error.to_string()))?;
    Ok(defaults.simulate)
}

/// Shows two pages of the top list and its first product, which is returned.
async fn show_top(api: &Api<'_>) -> Result<Option<ProductId>, Error> {
    let top = Route::ListPopularity.path();
    let first: Page = api.get(&format!("{top}?limit={PAGE}")).await?;
    let second: Option<Page> = match &first.pagination.next_cursor {
        Some(cursor) => Some(api.get(&format!("{top}?limit={PAGE}&cursor={cursor}")).await?),
        None => None,
    };
    println!("\n== The top products: GET /popularity/top?limit={PAGE}, then its next_cursor\n");
    let total = first.pagination.total;
    let products: Vec<_> = first.data.into_iter().chain(second.into_iter().flat_map(|page| page.data)).collect();
    show::top(&products, total);
    let Some(best) = products.first() else { return Ok(None) };
    let one: One = api.get(&Route::GetPopularity.path_of(&best.id.to_string())).await?;
    println!("\n== One product: GET /popularity/{}\n", best.id);
    println!("{}", serde_json::json!({ "data": one.data }));
    Ok(Some(best.id.clone()))
}

/// Shows who pushes a product, and the lists while they are excluded.
///
/// Afterwards they count again, because all guests of this machine are one of them. `false` when they are not found, or the
/// lists are not up to date in time.
async fn show_without_pushers(
    stack: &Stack,
    (api, deployment): (&Api<'_>, &Deployment),
    product: &str,
) -> Result<bool, Error> {
    let pushers = push::show(api, deployment, product).await?;
    for pusher in &pushers {
        push::operate(stack, "exclude", pusher).await?;
    }
    let ranked = show_ranks(api, Timestamp::now()).await?;
    for pusher in &pushers {
        push::operate(stack, "include", pusher).await?;
    }
    Ok(ranked && !pushers.is_empty())
}

/// Shows trending, rising and all-time side by side; `false` when the lists are not up to date in time.
async fn show_ranks(api: &Api<'_>, since: Timestamp) -> Result<bool, Error> {
    let path = |rank: RankList| format!("{}?rank={}&limit={PAGE}", Route::ListPopularity.path(), rank.as_str());
    let until = Instant::now() + RANK_LIMIT;
    let ranks = loop {
        let trending: Ranked = api.get(&path(RankList::Trending)).await?;
        if trending.as_of >= Some(since) {
            break [api.get(&path(RankList::Alltime)).await?, trending, api.get(&path(RankList::Rising)).await?];
        }
        if Instant::now() > until {
            eprintln!("rank-products has not run for {} s; see `make logs`", RANK_LIMIT.as_secs());
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    println!("\n== What is hot now: GET /popularity/top?rank=alltime, trending, rising; limit={PAGE}\n");
    show::ranks(&ranks);
    Ok(true)
}

/// Shows the results of the orders; `false` when a planted customer was not found.
async fn show_sales(api: &Api<'_>, shop: &ShopSummary) -> Result<bool, Error> {
    let seller = shop.best_seller.unwrap_or_else(|| Role::Seller.default_account()).to_string();
    let dashboard: Data<Dashboard> = api.get_as((Role::Seller, &seller), Route::ShowSellerDashboard.path()).await?;
    println!("\n== The best-selling seller: GET /seller-dashboard with the token of {seller}\n");
    println!("{}", sales::dashboard(&dashboard.data));

    let admin = Role::Admin.default_account().to_string();
    let admin = (Role::Admin, admin.as_str());
    let windows: Data<Windows> = api.get_as(admin, &format!("{}?size=1d", Route::ListSalesWindows.path())).await?;
    println!("\n== Revenue by day, for admins: GET /sales/windows?size=1d\n");
    println!("{}", sales::windows(&windows.data));
    let top: Data<TopProducts> =
        api.get_as(admin, &format!("{}?window=1d&limit=5", Route::ListTopProducts.path())).await?;
    println!("\n== Bought most within the last day: GET /sales/top-products?window=1d&limit=5\n");
    println!("{}", sales::top_products(&top.data));
    let alerts: Data<Vec<Alert>> = api.get_as(admin, &format!("{}?limit=100", Route::ListAlerts.path())).await?;
    println!("\n== Alerts: GET /alerts?limit=100\n");
    println!("{}", sales::alerts(&alerts.data, &shop.planted));
    Ok(sales::missing(&alerts.data, &shop.planted).is_empty())
}
