//! The command line of a simulation.

use jiff::Timestamp;
use shopsignal::rate::{Rate, read_rate};

use super::identity::ProductIds;

/// A million orders are gigabytes of events.
const ORDERS_MAX: usize = 1_000_000;

/// The arguments of a simulation.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Signed-in shoppers.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub shoppers: u32,
    /// Interactions to send.
    #[arg(long, default_value_t = 2_000)]
    pub interactions: usize,
    /// Number of products; the first few are the most popular (Zipf).
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub products: u32,
    /// How the shop identifies its products.
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub product_ids: ProductIds,
    /// Orders, reported by the shop's back end through their life cycle; one per twenty interactions by default.
    #[arg(long, value_name = "N", value_parser = read_orders)]
    pub orders: Option<usize>,
    /// The orders are placed evenly over this many past days.
    #[arg(long, default_value_t = 7, value_name = "D", value_parser = clap::value_parser!(u16).range(1..=730))]
    pub days: u16,
    /// Views, of the last two days, of a product that rises, and as many of one that fades.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub fashions: usize,
    /// Views of the day before, of all products: without them everything rises.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub day_before: usize,
    /// Events of each of four who push one product: an account, a session, a network that changes sessions, and a bot.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub pushers: usize,
    /// Visits of shoppers with a taste: each views the four products of a taste and buys three of them; five tastes.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub tastes: usize,
    /// End of the history of the orders, and of the fashions; now by default.
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Names the run; the same seed and run again send the same events. A new name every time by default.
    #[arg(long, value_name = "NAME")]
    pub run: Option<String>,
    /// Interactions, or back-end events, per second, or `max`.
    #[arg(long, default_value = "max", value_name = "R|max", value_parser = read_rate)]
    pub rate: Rate,
    /// Concurrent requests.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub concurrency: u16,
    /// Maximum number of interactions in a request.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub batch: u16,
    /// Share of interactions by guests, who browse without a token.
    #[arg(long, default_value_t = 0.05, value_name = "SHARE", value_parser = read_share)]
    pub guests: f64,
    /// Base of another API than the local stack's, without /api/v1; needs the tokens below.
    #[arg(long, env = "SHOPSIGNAL_API_URL", value_name = "URL", requires_all = ["token", "trusted_token"])]
    pub api_url: Option<String>,
    /// Token of the shoppers.
    #[arg(long, env = "SHOPSIGNAL_TOKEN", hide_env_values = true, requires = "api_url")]
    pub token: Option<String>,
    /// Token with the scope analytic/trusted, for purchases and back-end events.
    #[arg(long, env = "SHOPSIGNAL_TRUSTED_TOKEN", hide_env_values = true, requires = "api_url")]
    pub trusted_token: Option<String>,
    /// Print the figures as JSON.
    #[arg(long)]
    pub json: bool,
}

fn read_orders(text: &str) -> Result<usize, String> {
    let orders = text.parse().ok().filter(|orders| *orders <= ORDERS_MAX);
    orders.ok_or_else(|| format!("must be a whole number from 0 to {ORDERS_MAX}"))
}

fn read_share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}
