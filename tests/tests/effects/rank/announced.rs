//! Which products the lists hold: those that the shop offers, once it says which.

use cross_tests::shop::Shop;
use domain::fraud::PushLimits;
use domain::{AnnouncedOnly, RankList};
use jiff::Timestamp;
use serde_json::json;
use store::popularity;

use super::{at, basis, happen, ids, run};

const NOON: &str = "2026-11-20T12:30:00Z";

/// A product event, as a service of the shop sends it.
fn product(id: &str, event: &str, at: &str) -> String {
    json!({ "event": event, "timestamp": at, "productId": id, "sellerId": "s", "categoryId": "c" }).to_string()
}

/// The live list.
async fn live(shop: &Shop) -> Vec<String> {
    let store = shop.database.store();
    let page = popularity::list_page(&store, 10, 0).await.unwrap();
    let total = popularity::count(&store).await.unwrap();
    assert_eq!(i64::try_from(page.len()).unwrap(), total);
    let mut walked =
        popularity::list_after(&store, (domain::Micros(i64::MAX), &"0".parse().unwrap()), 10).await.unwrap();
    walked.truncate(10);
    assert_eq!(page, walked, "the same by cursor");
    page.iter().map(|row| row.id.as_str().to_owned()).collect()
}

async fn seen(shop: &Shop, now: Timestamp) {
    let views = [("junk", 3), ("p-1", 2), ("p-2", 1)];
    let views: Vec<_> = views.iter().flat_map(|(id, times)| std::iter::repeat_n(("view", *id, now), *times)).collect();
    happen(shop, &views).await;
}

#[tokio::test]
async fn lists_hold_announced_products_as_soon_as_there_is_one_and_none_that_was_withdrawn() {
    let shop = Shop::open().await;
    let now = at(NOON);
    seen(&shop, now).await;
    run(&shop, now).await;
    assert_eq!(ids(&shop, RankList::Trending).await, ["junk", "p-1", "p-2"]);
    assert_eq!(live(&shop).await, ["junk", "p-1", "p-2"]);

    let mut orders = shop.start_orders().await;
    let created = ["p-1", "p-2"].map(|id| product(id, "product.created", "2026-11-20T10:00:00Z"));
    shop.send_events(&mut orders, &created).await;
    run(&shop, now).await;
    assert_eq!(ids(&shop, RankList::Trending).await, ["p-1", "p-2"]);
    assert_eq!(live(&shop).await, ["p-1", "p-2"]);
    assert_eq!(shop.differences().await, 0);

    // Without a run the live list follows a withdrawal neither faster nor slower than a minute.
    shop.send_events(&mut orders, &[product("p-1", "product.deleted", "2026-11-20T11:00:00Z")]).await;
    run(&shop, now).await;
    assert_eq!((ids(&shop, RankList::Day).await, live(&shop).await), (vec!["p-2".to_owned()], vec!["p-2".to_owned()]));

    // By setting, whatever events name is listed: but not what was withdrawn.
    let all = store::rank::Basis { announced_only: AnnouncedOnly::False, ..basis() };
    rank_products::rank(&shop.database.store(), (all, PushLimits::default()), now, || true).await.unwrap();
    assert_eq!(ids(&shop, RankList::Alltime).await, ["junk", "p-2"]);
    assert_eq!(live(&shop).await, ["junk", "p-2"]);
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn a_shop_that_lists_announced_products_only_may_list_none() {
    let shop = Shop::open().await;
    let now = at(NOON);
    seen(&shop, now).await;
    let announced = store::rank::Basis { announced_only: AnnouncedOnly::True, ..basis() };
    rank_products::rank(&shop.database.store(), (announced, PushLimits::default()), now, || true).await.unwrap();
    assert_eq!(ids(&shop, RankList::Alltime).await, Vec::<String>::new());
    assert_eq!(live(&shop).await, Vec::<String>::new());
    // Whoever asks for a product by its id gets it nevertheless.
    let found = store::rank::get(&shop.database.store(), &"junk".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(found.ranks.unwrap().standing.points[1], domain::Micros(900_000));
}
