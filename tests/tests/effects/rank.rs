//! rank-products: which products are ahead in which window of time, whatever happens to the job that keeps the lists.

mod announced;
mod figure;
mod interrupted;
mod naive;
mod property;
mod push;

use cross_tests::shop::Shop;
use domain::fraud::PushLimits;
use domain::{AnnouncedOnly, HalfLife, InteractionId, NewInteraction, RankList, RankScope};
use jiff::Timestamp;
use rank_products::{Outcome, rank};
use store::rank::{Basis, Ranked};
use testkit::interaction;

/// The settings of the template.
fn basis() -> Basis {
    Basis { half_life: HalfLife::of_hours(24).unwrap(), announced_only: AnnouncedOnly::Auto }
}

/// Runs rank-products once, with as much time as it needs.
async fn run(shop: &Shop, now: Timestamp) -> Outcome {
    let outcome = rank(&shop.database.store(), (basis(), PushLimits::default()), now, || true).await.unwrap();
    assert!(outcome.generation.is_some());
    outcome
}

/// Records events at a time and scores them.
async fn happen(shop: &Shop, events: &[(&str, &str, Timestamp)]) {
    let item = |(event, product, at): &(&str, &str, Timestamp)| NewInteraction {
        occurred_at: Some(*at),
        ..interaction(event, product)
    };
    let ids = shop.record_items(&events.iter().map(item).collect::<Vec<_>>()).await;
    let ids: Vec<_> = ids.into_iter().map(InteractionId).collect();
    store::popularity::apply(&shop.database.store(), &ids).await.unwrap();
}

/// The first 100 of a list of the whole shop.
async fn list(shop: &Shop, list: RankList) -> Vec<Ranked> {
    store::rank::list(&shop.database.store(), (list, &RankScope::Shop), None, 100).await.unwrap().unwrap().1
}

/// The products of a list, in their order.
async fn ids(shop: &Shop, which: RankList) -> Vec<String> {
    list(shop, which).await.iter().map(|row| row.id.as_str().to_owned()).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
