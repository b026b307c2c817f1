//! The seller dashboard: a seller with 100,000 orders in the last 30 days, in a shop of half a year and in one of five.

use contracts::Route;
use testkit::{Function, HttpEvent, TestDatabase};

use crate::figure::{Figure, Rounds};
use crate::hold::{DASHBOARD, GROWTH};
use crate::rig::{Rig, drive};
use crate::sample::percentile;

/// Loads the figures of a number of days, as the projection would have left them.
const HISTORY: &str = include_str!("../sql/shop_history.sql");
const YOUNG_DAYS: u32 = 183;
const OLD_DAYS: u32 = 1_830;
/// Requests of each kind in a round.
const REQUESTS: usize = 40;

/// One kind of read.
struct Read {
    name: &'static str,
    target: String,
    /// Whether the young shop has all the requested data.
    short: bool,
}

/// A shop of a certain age, with its answer-queries.
struct Shop {
    function: Function,
    /// Kept as long as the function works on it.
    _database: TestDatabase,
}

impl Shop {
    async fn open(rig: &Rig, days: u32) -> Self {
        let database = TestDatabase::create().await;
        database.execute(&HISTORY.replace("$1", &days.to_string())).await;
        database.execute("VACUUM (ANALYZE)").await;
        let function = rig.function("answer-queries", database.url(), &[]).await;
        Self { function, _database: database }
    }

    /// Milliseconds of one request.
    async fn answered(&mut self, read: &Read) -> f64 {
        let event = HttpEvent::new("GET", &read.target).claim("sub", "seller-1").claim("cognito:groups", "[admin]");
        drive(&mut self.function, vec![event.event().to_string()]).await * 1e3
    }
}

/// Measures the default request and a year, in two time zones, and the totals of the shop.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let (mut young, mut old) = (Shop::open(rig, YOUNG_DAYS).await, Shop::open(rig, OLD_DAYS).await);
    let reads = reads();
    let mut times: Vec<(Vec<f64>, Vec<f64>)> = vec![(Vec::new(), Vec::new()); reads.len()];
    for read in &reads {
        // from here on the pages of the range are cached
        old.answered(read).await;
        young.answered(read).await;
    }
    for _ in 0..rig.rounds {
        for (read, (of_old, of_young)) in reads.iter().zip(&mut times) {
            for _ in 0..REQUESTS {
                of_old.push(old.answered(read).await);
                of_young.push(young.answered(read).await);
            }
        }
    }
    reads.iter().zip(&times).flat_map(|(read, (of_old, of_young))| figures(read, of_old, of_young)).collect()
}

fn reads() -> Vec<Read> {
    const SELLER: &str = Route::ShowSellerDashboard.path();
    // the end is that of the default
    let year = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 366);
    let read = |name, target: String, short| Read { name, target, short };
    vec![
        read("30 days, UTC", SELLER.to_owned(), true),
        read("30 days, Asia/Ho_Chi_Minh", format!("{SELLER}?tz=Asia/Ho_Chi_Minh"), true),
        read("366 days, UTC", format!("{SELLER}?start={year}"), false),
        read("366 days, Asia/Ho_Chi_Minh", format!("{SELLER}?start={year}&tz=Asia/Ho_Chi_Minh"), false),
        read("30 days of the shop by day", Route::ListDailyRevenue.path().to_owned(), true),
        read("all there ever was", Route::ShowShopDashboard.path().to_owned(), false),
    ]
}

/// Each percentile alone, and for requests that both shops can answer the ratio of the old to the young one.
fn figures(read: &Read, of_old: &[f64], of_young: &[f64]) -> Vec<Figure> {
    let mut figures = Vec::new();
    for percent in [50, 99] {
        let alone = Figure::alone("dashboard", format!("{}, p{percent}", read.name), "ms", percentile(of_old, percent));
        figures.push(if read.short && percent == 99 { alone.hold(DASHBOARD) } else { alone });
    }
    let mut rounds = Rounds::default();
    for (old, young) in of_old.chunks(REQUESTS).zip(of_young.chunks(REQUESTS)) {
        rounds.push(percentile(old, 50), percentile(young, 50));
    }
    let growth =
        rounds.figure("dashboard", format!("{}, five years of shop, p50", read.name), "ms").against("half a year");
    figures.push(if read.short { growth.hold(GROWTH) } else { growth });
    figures
}
