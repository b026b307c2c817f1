//! maintain-partitions prunes the state of caps of days that no event can reach any more.

use cross_tests::shop::{Shop, hints};
use domain::NewInteraction;
use jiff::{SignedDuration, Timestamp};
use testkit::{all_done, interaction};

use crate::partition::maintain;

/// The days of the state, before today.
const DAYS: &str =
    "SELECT (now() AT TIME ZONE 'UTC')::date - day, cardinality(kept) FROM analytic.actor_day ORDER BY day";

/// Records dislikes of one visit that happened and arrived this many days ago; returns their ids.
async fn disliked(shop: &Shop, days: i64, times: usize) -> Vec<i64> {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    let item = || NewInteraction {
        session_id: Some("visit".to_owned()),
        occurred_at: Some(at),
        ..interaction("dislike", "a")
    };
    let ids = shop.record_items(&std::iter::repeat_with(item).take(times).collect::<Vec<_>>()).await;
    for (table, id) in [("interaction", "id"), ("pending", "interaction_id")] {
        let arrived = format!(
            "UPDATE analytic.{table} SET date_created = occurred_at WHERE {id} = ANY('{{{}}}')",
            ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
        );
        shop.database.execute(&arrived).await;
    }
    ids
}

#[tokio::test]
async fn the_state_of_a_day_is_pruned_when_no_event_can_reach_the_day_and_nothing_is_pending() {
    let shop = Shop::open().await;
    let mut scorer = shop.start_scorer().await;
    for days in [0, 8, 9, 10, 11, 40] {
        let ids = disliked(&shop, days, 2).await;
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    }
    // given: an effect of one of the days is parked
    let parked = disliked(&shop, 11, 1).await;
    shop.database
        .execute("UPDATE analytic.pending SET parked_at = now(), parked_reason = 'statement_refused_22003'")
        .await;
    assert_eq!(shop.database.rows(DAYS).await, ["40 | 1", "11 | 1", "10 | 1", "9 | 1", "8 | 1", "0 | 1"]);

    assert_eq!(maintain(&shop, "2").await["actor_days_pruned"], 2);

    assert_eq!(shop.database.rows(DAYS).await, ["11 | 1", "9 | 1", "8 | 1", "0 | 1"]);
    assert_eq!(shop.differences().await, 0);
    // then: put back, the parked one meets the cap of its day
    shop.database.execute("UPDATE analytic.pending SET parked_at = NULL, parked_reason = NULL").await;
    assert_eq!(scorer.invoke(&hints(&parked)).await, all_done());
    assert_eq!(shop.database.rows("SELECT sum(counted), sum(capped) FROM analytic.activity").await, ["6 | 7"]);
    assert_eq!(maintain(&shop, "2").await["actor_days_pruned"], 1);
    assert_eq!(shop.differences().await, 0);
}
