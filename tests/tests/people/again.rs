//! Erasing twice, in steps, concurrently, and after an interruption.

use std::time::Duration;

use domain::{Caller, Named};
use store::erasure::Counts;
use testkit::TestTable;
use uuid::Uuid;

use crate::shop::{JANE, JANE_EMAIL, JANE_NETWORK, JANE_SESSION, Shop, by_email, by_id};
use crate::trace::{of_jane, traces};

#[tokio::test]
async fn a_second_time_nothing_is_found_and_nothing_changes() {
    let shop = Shop::busy().await;
    let first = shop.erase(&Named::Account(JANE)).await;
    let events = "SELECT * FROM analytic.shop_event ORDER BY id";
    let (log, items) = (shop.database.rows(events).await, shop.feed_items().await);
    for named in [Named::Account(JANE), by_email(JANE_EMAIL), by_id(&JANE.to_string())] {
        let again = shop.erase_once(&named, Duration::from_secs(600)).await;
        assert!(again.complete, "nothing has to settle");
        assert_eq!((again.total(), again.counts), (0, Counts::new()));
        assert_ne!(again.id, first.id);
    }
    assert_eq!((shop.database.rows(events).await, shop.feed_items().await), (log, items));
}

#[tokio::test]
async fn somebody_whom_nobody_knows_is_erased_at_once() {
    let shop = Shop::busy().await;
    let figures = shop.figures().await;
    let receipt = shop.erase_once(&by_id("nobody"), Duration::from_secs(600)).await;
    assert_eq!((receipt.complete, receipt.total()), (true, 0));
    assert_eq!(shop.figures().await, figures);
}

#[tokio::test]
async fn without_time_the_receipt_says_that_it_is_not_complete_and_the_next_call_goes_on() {
    let shop = Shop::busy().await;
    let cut = shop.erase_once(&Named::Account(JANE), Duration::ZERO).await;
    assert_eq!((cut.complete, cut.again_in_seconds), (false, Some(0)));
    // the next request may use another identity
    let receipt = shop.erase(&by_email(JANE_EMAIL)).await;
    assert_eq!((receipt.id, receipt.complete), (cut.id, true));
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_erasure_that_was_cut_short_between_any_two_steps_is_taken_up_again() {
    let steps =
        [("UPDATE", "shop_event"), ("UPDATE", "interaction"), ("DELETE", "avoided_product"), ("UPDATE", "erasure")];
    for step in steps {
        let shop = Shop::busy().await;
        let figures = shop.figures().await;
        // Postgres aborts the step, as a crash would.
        let (change, table) = step;
        shop.database
            .execute(&format!(
                "CREATE FUNCTION analytic.break_off() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'cut short' USING ERRCODE = '57014'; END $$;
                 CREATE TRIGGER break_off BEFORE {change} ON analytic.{table} FOR EACH ROW EXECUTE FUNCTION analytic.break_off()"
            ))
            .await;
        let named = Named::Account(JANE);
        let order = people::Order {
            named: &named,
            requested_by: "test",
            deadline: std::time::Instant::now() + Duration::from_secs(600),
        };
        people::erase(&shop.places(), order).await.unwrap_err();
        assert_eq!(shop.figures().await, figures, "{step:?}");
        shop.assert_exact().await;
        shop.database.execute(&format!("DROP TRIGGER break_off ON analytic.{table}")).await;
        let receipt = shop.erase(&named).await;
        assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0], "{step:?}");
        assert!(receipt.counts["interaction"] >= 4, "{receipt:?}");
        assert_eq!(shop.figures().await, figures, "{step:?}");
        shop.assert_exact().await;
    }
}

#[tokio::test]
async fn two_who_erase_the_same_person_under_two_names_do_it_once() {
    let shop = Shop::busy().await;
    let figures = shop.figures().await;
    let time = Duration::from_secs(600);
    let (account, address) = (Named::Account(JANE), by_email(JANE_EMAIL));
    let (one, other) = tokio::join!(shop.erase_once(&account, time), shop.erase_once(&address, time));
    assert_eq!(one.id, other.id, "the second takes part in the erasure of the first");
    shop.erase(&account).await;
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
}

#[tokio::test]
async fn a_delivery_that_was_under_way_leaves_nothing_in_the_feed_either() {
    let shop = Shop::busy().await;
    let event = ("view", Uuid::from_u128(77));
    shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, event).await;
    // update-catalog has read the row, and is slow
    let read = shop.read_pending().await;
    assert_eq!(read.len(), 1);
    let cut = shop.erase_once(&Named::Account(JANE), Duration::from_secs(600)).await;
    assert!(!cut.complete && cut.again_in_seconds > Some(30), "{cut:?}");
    shop.deliver(&read).await;
    let jane = JANE.to_string();
    assert!(
        shop.feed_items().await.iter().any(|item| item.contains(&jane)),
        "the late delivery names the person again"
    );

    shop.erase(&Named::Account(JANE)).await;
    let items = shop.feed_items().await;
    assert!(items.iter().all(|item| of_jane().iter().all(|word| !item.contains(word))), "{items:?}");
}

#[tokio::test]
async fn of_an_item_of_two_persons_the_earlier_ones_part_becomes_anonymous_and_the_later_ones_stays() {
    let shop = Shop::busy().await;
    let view =
        async |id| shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, ("view", Uuid::from_u128(id))).await;
    // given: a delivery that has read a row of before the erasure, and one of after it
    view(77).await;
    let mut read = shop.read_pending().await;
    let cut = shop.erase_once(&Named::Account(JANE), Duration::from_secs(600)).await;
    assert!(!cut.complete, "{cut:?}");
    view(78).await;
    read.extend(shop.read_pending().await.into_iter().filter(|interaction| interaction.account_id == Some(JANE)));
    let [earlier, later] = [&read[0], &read[1]].map(|interaction| interaction.id.0);
    assert_eq!((read.len(), later > earlier), (2, true));
    // delivered once together, and once more with the earlier alone: two items become the same anonymous one
    shop.deliver(&read).await;
    shop.deliver(&read[..1]).await;
    let ids = shop.table.ids().await;

    shop.erase(&Named::Account(JANE)).await;
    let items = shop.table.items().await;
    let of_jane: Vec<_> = items.iter().filter(|item| item["pk"].as_s().unwrap().contains(&JANE.to_string())).collect();
    assert_eq!(of_jane.iter().map(|item| TestTable::ids_of(item)).collect::<Vec<_>>(), [[later]]);
    let of_nobody = items.iter().filter(|item| TestTable::ids_of(item) == [earlier]);
    let of_nobody: Vec<_> = of_nobody.map(|item| item["pk"].as_s().unwrap().split('#').next().unwrap()).collect();
    assert_eq!(of_nobody, ["anonymous"]);
    assert_eq!(shop.table.ids().await, ids, "what was done stays known");
}
