//! The figures of the lists, worked out by hand.

use cross_tests::shop::Shop;
use domain::fraud::PushLimits;
use domain::{Micros, RankList};
use jiff::SignedDuration;

use super::{at, basis, happen, ids, list, run};

const NOON: &str = "2026-11-20T12:30:00Z";

#[tokio::test]
async fn a_window_is_this_hour_and_the_full_hours_before_it() {
    let shop = Shop::open().await;
    // Each a view of its own product, just inside or just outside of a window that ends at 12:30.
    let events = [
        ("view", "now", at("2026-11-20T12:29:00Z")),
        ("view", "in-1h", at("2026-11-20T11:00:00Z")),
        ("view", "out-1h", at("2026-11-20T10:59:59Z")),
        ("view", "in-24h", at("2026-11-19T12:00:00Z")),
        ("view", "out-24h", at("2026-11-19T11:59:59Z")),
        ("view", "in-7d", at("2026-11-13T12:00:00Z")),
        ("view", "out-7d", at("2026-11-13T11:59:59Z")),
        ("view", "in-30d", at("2026-10-21T12:00:00Z")),
        ("view", "out-30d", at("2026-10-21T11:59:59Z")),
        ("view", "soon", at("2026-11-20T13:04:00Z")),
    ];
    happen(&shop, &events).await;
    run(&shop, at(NOON)).await;
    assert_eq!(ids(&shop, RankList::Hour).await, ["in-1h", "now"]);
    assert_eq!(ids(&shop, RankList::Day).await, ["in-1h", "in-24h", "now", "out-1h"]);
    assert_eq!(ids(&shop, RankList::Week).await, ["in-1h", "in-24h", "in-7d", "now", "out-1h", "out-24h"]);
    let month = ["in-1h", "in-24h", "in-30d", "in-7d", "now", "out-1h", "out-24h", "out-7d"];
    assert_eq!(ids(&shop, RankList::Month).await, month);
    assert_eq!(ids(&shop, RankList::Alltime).await.len(), events.len(), "every product, old and soon");

    // At 13:00 an hour has left each window, and what is dated ahead is there.
    let outcome = run(&shop, at("2026-11-20T13:00:00Z")).await;
    assert_eq!(ids(&shop, RankList::Hour).await, ["now", "soon"]);
    assert_eq!(ids(&shop, RankList::Day).await, ["in-1h", "now", "out-1h", "soon"]);
    // Three of them changed a window at their edge, in-24h the growth as well, and soon appeared.
    assert_eq!(outcome.computed, 5, "the others are as they were and were not looked at");
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn a_trend_halves_with_time_and_time_alone_writes_nothing() {
    let shop = Shop::open().await;
    // A purchase is 0.8, a view 0.3: after a day the purchase is worth 0.4, after two days 0.2.
    happen(&shop, &[("purchase", "bought", at("2026-11-18T12:10:00Z")), ("view", "seen", at("2026-11-20T12:10:00Z"))])
        .await;
    run(&shop, at(NOON)).await;
    let trends = async |now: &str| -> Vec<(String, f64)> {
        let half_life = basis().half_life;
        let points = |row: &store::rank::Ranked| row.standing.trend.unwrap().points(at(now), half_life);
        list(&shop, RankList::Trending).await.iter().map(|row| (row.id.as_str().to_owned(), points(row))).collect()
    };
    let found = trends(NOON).await;
    assert_eq!(found, [("seen".to_owned(), 0.3), ("bought".to_owned(), 0.2)]);
    let found = trends("2026-11-21T12:00:00Z").await;
    assert_eq!(found, [("seen".to_owned(), 0.15), ("bought".to_owned(), 0.1)]);

    // 0.8 after three days and a fresh view; points that do not add up to more than zero are no trend.
    let later = at("2026-11-21T12:10:00Z");
    happen(&shop, &[("dislike", "seen", later), ("view", "bought", later)]).await;
    run(&shop, later).await;
    assert_eq!(trends("2026-11-21T12:10:00Z").await, [("bought".to_owned(), 0.4)]);
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn a_product_rises_by_events_against_those_of_the_day_before() {
    let shop = Shop::open().await;
    let (today, yesterday) = (at("2026-11-20T09:00:00Z"), at("2026-11-19T09:00:00Z"));
    let mut events = Vec::new();
    let mut add = |event, product, at, times| events.extend(std::iter::repeat_n((event, product, at), times));
    add("view", "from-nothing", today, 10);
    add("view", "too-few", today, 9);
    add("view", "doubled", today, 40);
    add("view", "doubled", yesterday, 20);
    add("view", "as-before", today, 30);
    add("view", "as-before", yesterday, 30);
    // What takes points away makes nothing rise.
    add("dislike", "disliked", today, 30);
    happen(&shop, &events).await;
    run(&shop, at(NOON)).await;
    let rising = list(&shop, RankList::Rising).await;
    let rising: Vec<_> = rising.iter().map(|row| (row.id.as_str(), row.standing.rising.unwrap())).collect();
    // (10 + 10) / (0 + 10) and (40 + 10) / (20 + 10).
    assert_eq!(rising, [("from-nothing", Micros(2_000_000)), ("doubled", Micros(1_666_666))]);
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn growth_changes_when_an_hour_leaves_the_day_before() {
    let shop = Shop::open().await;
    let views = |product, at, times| std::iter::repeat_n(("view", product, at), times);
    let (recent, before) = (at("2026-11-20T02:00:00Z"), at("2026-11-18T16:00:00Z"));
    happen(&shop, &views("p", recent, 30).chain(views("p", before, 15)).collect::<Vec<_>>()).await;
    run(&shop, at(NOON)).await;
    for (now, growth) in [
        (NOON, 1_600_000),
        ("2026-11-20T16:59:59Z", 1_600_000),
        // From 17:00 on the 15 are 49 hours old.
        ("2026-11-20T17:00:00Z", 4_000_000),
        ("2026-11-21T02:00:00Z", 4_000_000),
    ] {
        run(&shop, at(now)).await;
        let rising = list(&shop, RankList::Rising).await;
        assert_eq!(rising[0].standing.rising, Some(Micros(growth)), "{now}");
        assert_eq!(shop.differences().await, 0);
    }
    run(&shop, at("2026-11-21T03:00:00Z")).await;
    assert_eq!(ids(&shop, RankList::Rising).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_nobody_can_read_any_more_is_removed_after_ten_minutes() {
    let shop = Shop::open().await;
    let start = at(NOON);
    let minutes = |minutes: i64| start + SignedDuration::from_mins(minutes);
    let versions = "SELECT count(*) FROM analytic.product_rank";
    for minute in 0..5 {
        happen(&shop, &[("view", "p", minutes(minute))]).await;
        let outcome = run(&shop, minutes(minute)).await;
        assert_eq!((outcome.generation, outcome.written, outcome.pruned), (Some(minute + 1), 1, 0));
    }
    assert_eq!(shop.database.number(versions).await, 5);
    // Nothing has changed: the same generation, correct up to now.
    let outcome = run(&shop, minutes(9)).await;
    assert_eq!((outcome.generation, outcome.written), (Some(5), 0));
    let as_of = "SELECT extract(epoch FROM as_of)::bigint FROM analytic.rank_generation ORDER BY id DESC LIMIT 1";
    assert_eq!(shop.database.number(as_of).await, minutes(9).as_second());
    // The first was replaced in minute 1, the fourth in minute 4.
    assert_eq!(run(&shop, minutes(10)).await.pruned, 0);
    assert_eq!(run(&shop, minutes(11)).await.pruned, 1);
    assert_eq!(run(&shop, minutes(14)).await.pruned, 3);
    let left = "SELECT (SELECT count(*) FROM analytic.rank_generation), (SELECT count(*) FROM analytic.product_rank),
                (SELECT count(DISTINCT generation) FROM analytic.rank_position)";
    assert_eq!(shop.database.rows(left).await, ["1 | 1 | 1"]);
}

#[tokio::test]
async fn what_there_is_to_remove_does_not_keep_a_run_from_ranking() {
    let shop = Shop::open().await;
    let minutes = |minutes: i64| at(NOON) + SignedDuration::from_mins(minutes);
    for minute in 0..5 {
        happen(&shop, &[("view", "p", minutes(minute))]).await;
        run(&shop, minutes(minute)).await;
    }
    happen(&shop, &[("view", "p", minutes(20))]).await;
    // Time for the product, and to see that there is no other.
    let asked = std::cell::Cell::new(0);
    let has_time = || asked.replace(asked.get() + 1) < 2;
    let limits = (basis(), PushLimits::default());
    let outcome = rank_products::rank(&shop.database.store(), limits, minutes(20), has_time).await.unwrap();
    assert_eq!((outcome.generation, outcome.pruned), (Some(6), 1));
    assert_eq!(run(&shop, minutes(20)).await.pruned, 3);
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn another_half_life_makes_every_trend_anew() {
    let shop = Shop::open().await;
    happen(&shop, &[("purchase", "bought", at("2026-11-18T12:10:00Z")), ("view", "seen", at("2026-11-20T12:10:00Z"))])
        .await;
    run(&shop, at(NOON)).await;
    for (hours, first) in [(720, "bought"), (6, "seen"), (36, "bought")] {
        let half_life = domain::HalfLife::of_hours(hours).unwrap();
        let other = store::rank::Basis { half_life, ..basis() };
        let outcome = rank_products::rank(&shop.database.store(), (other, PushLimits::default()), at(NOON), || true)
            .await
            .unwrap();
        assert_eq!(outcome.computed, 2, "{hours}");
        assert_eq!(ids(&shop, RankList::Trending).await[0], first, "{hours}");
        assert_eq!(shop.differences().await, 0, "{hours}");
    }
}

#[tokio::test]
async fn verify_finds_whatever_is_wrong_in_the_current_generation() {
    let shop = Shop::open().await;
    let now = at(NOON);
    happen(&shop, &[("purchase", "p-1", now), ("view", "p-2", now), ("view", "p-3", at("2026-11-01T00:00:00Z"))]).await;
    run(&shop, now).await;
    assert_eq!(shop.differences().await, 0);
    for (wrong, right, differences) in [
        // One of them would be in the list of the day and has no position there.
        ("product_rank SET day_micros = day_micros + 1", "product_rank SET day_micros = day_micros - 1", 3 + 1),
        ("product_rank SET trend_key = trend_key + 1", "product_rank SET trend_key = trend_key - 1", 3),
        (
            "product_rank SET next_change_at = next_change_at + interval '1 hour'",
            "product_rank SET next_change_at = next_change_at - interval '1 hour'",
            3,
        ),
        ("product_rank SET seller_id = 's'", "product_rank SET seller_id = NULL", 3),
        // Without them the lists would hold nothing: the product is wrong, and so are its positions.
        ("product_rank SET listed = false", "product_rank SET listed = true", 3 + 3 + 3 + 2 * 3 + 3),
        ("product_popularity SET standing = 'withdrawn'", "product_popularity SET standing = 'unknown'", 3),
        ("rank_position SET alltime = alltime + 1", "rank_position SET alltime = alltime - 1", 3),
    ] {
        shop.database.execute(&format!("UPDATE analytic.{wrong}")).await;
        assert_eq!(shop.differences().await, differences, "{wrong}");
        shop.database.execute(&format!("UPDATE analytic.{right}")).await;
        assert_eq!(shop.differences().await, 0, "{right}");
    }
    // What has changed since is not compared: the next generation has to show it.
    happen(&shop, &[("view", "p-1", now)]).await;
    assert_eq!(shop.differences().await, 0);
    shop.database.execute("TRUNCATE analytic.rank_change").await;
    assert_eq!(shop.differences().await, 1, "a change that nobody noted");
}
