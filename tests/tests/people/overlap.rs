//! What is being stored while an erasure begins: it is covered as a whole, or belongs to a new person as a whole.

use std::time::{Duration, Instant};

use domain::{Caller, Named};
use serde_json::json;
use testkit::{TestDatabase, all_done, eventually, sqs_event};
use uuid::Uuid;

use crate::shop::{JANE, JANE_NETWORK, JANE_SESSION, Shop, event, order, spu};
use crate::trace::{of_jane, traces};

/// Waits until this many statements wait for a lock.
async fn wait_for_lock_waits(database: &TestDatabase, statements: i64) {
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let is_reached = async || (database.number(waiting).await == statements).then_some(());
    eventually(&format!("{statements} that wait"), Duration::from_secs(5), is_reached).await;
}

fn now(named: &Named) -> people::Order<'_> {
    people::Order { named, requested_by: "test", deadline: Instant::now() + Duration::from_secs(60) }
}

#[tokio::test]
async fn an_order_that_is_being_stored_is_erased_with_the_purchase_that_follows_from_it() {
    let mut shop = Shop::open().await;
    shop.send_events(&[event("product.created", 0, json!({ "productId": spu(1), "sellerId": "seller-1" }))]).await;
    shop.send_events(&order("o-1", json!({ "customerId": JANE }), 5)).await;
    // project-orders has logged o-2, and waits for its turn on o-1
    let mut holder = shop.database.connect().await;
    let held = holder.transaction().await.unwrap();
    let lock = "SELECT FROM analytic.projection WHERE subject = 'order' AND subject_id = 'o-1' FOR UPDATE";
    assert_eq!(held.execute(lock, &[]).await.unwrap(), 1);
    let mut events = vec![event("OrderShipped", 7, json!({ "orderId": "o-1" }))];
    events.extend(order("o-2", json!({ "customerId": JANE }), 8));
    let (database, places) = (&shop.database, shop.places());
    let named = Named::Account(JANE);
    let erasing = async {
        wait_for_lock_waits(database, 1).await;
        people::erase(&places, now(&named)).await.unwrap()
    };
    let release = async {
        wait_for_lock_waits(database, 2).await;
        held.rollback().await.unwrap();
    };
    let message = sqs_event(&events);
    let (projected, receipt, ()) = tokio::join!(shop.projector.invoke(&message), erasing, release);
    assert_eq!(projected, all_done());
    let late =
        "SELECT count(*) FROM analytic.shop_event, analytic.erasure WHERE shop_event.date_created > covered_until";
    assert_eq!(shop.database.number(late).await, 0, "the order was there: {receipt:?}");
    shop.erase(&named).await;
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(
        shop.database.number("SELECT count(*) FROM analytic.interaction WHERE event_type = 'purchase'").await,
        2
    );
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_order_that_comes_while_an_erasure_renames_belongs_to_a_new_person_with_its_purchase() {
    let mut shop = Shop::open().await;
    shop.send_events(&[event("product.created", 0, json!({ "productId": spu(1), "sellerId": "seller-1" }))]).await;
    shop.send_events(&order("o-1", json!({ "customerId": JANE }), 5)).await;
    // the erasure has everything but the last lock; project-orders has begun, and waits for the erasure
    let mut holder = shop.database.connect().await;
    let held = holder.transaction().await.unwrap();
    held.execute("SELECT pg_advisory_xact_lock_shared(hashtext('analytic.recording'))", &[]).await.unwrap();
    let named = Named::Account(JANE);
    let (database, places) = (&shop.database, shop.places());
    let erasing = async { people::erase(&places, now(&named)).await.unwrap() };
    let message = sqs_event(&order("o-2", json!({ "customerId": JANE }), 8));
    let projector = &mut shop.projector;
    let projecting = async {
        wait_for_lock_waits(database, 1).await;
        projector.invoke(&message).await
    };
    let release = async {
        wait_for_lock_waits(database, 2).await;
        held.rollback().await.unwrap();
    };
    let (receipt, projected, ()) = tokio::join!(erasing, projecting, release);
    assert_eq!(projected, all_done());
    if !receipt.complete {
        database.execute("UPDATE analytic.erasure SET settles_at = now()").await;
        assert!(shop.erase_once(&named, Duration::from_secs(60)).await.complete);
    }
    // her again, in the order and in what follows from it
    let of_the_order = format!(
        "SELECT count(*) FROM analytic.sales_order WHERE customer_key = '{JANE}'
         UNION ALL SELECT count(*) FROM analytic.interaction WHERE account_id = '{JANE}' AND event_type = 'purchase'"
    );
    assert_eq!(shop.database.rows(&of_the_order).await, ["1", "1"]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_interaction_that_is_being_stored_is_erased() {
    let shop = Shop::open().await;
    let event_id = Uuid::now_v7();
    // it waits for somebody who claims the same event id, and gives it up
    let mut holder = shop.database.connect().await;
    let held = holder.transaction().await.unwrap();
    let claim = format!(
        "INSERT INTO analytic.interaction_key (event_id, origin, interaction_id, date_created)
         VALUES ('{event_id}', '{}', 0, now())",
        domain::Origin::of_account(JANE).as_uuid()
    );
    held.execute(&claim, &[]).await.unwrap();
    let recording = shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, ("view", event_id));
    let erasing = async {
        wait_for_lock_waits(&shop.database, 1).await;
        shop.erase(&Named::Account(JANE)).await
    };
    let release = async {
        wait_for_lock_waits(&shop.database, 2).await;
        held.rollback().await.unwrap();
    };
    let (_, receipt, ()) = tokio::join!(recording, erasing, release);
    assert_eq!(receipt.counts.get("interaction"), Some(&1), "{receipt:?}");
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
}

#[tokio::test]
async fn a_session_in_which_the_person_signs_in_while_an_erasure_begins_is_erased() {
    let shop = Shop::open().await;
    shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, ("view", Uuid::now_v7())).await;
    // its identities are known, and it waits for those who project
    let mut holder = shop.database.connect().await;
    let held = holder.transaction().await.unwrap();
    held.execute("SELECT pg_advisory_xact_lock_shared(hashtext('analytic.projecting'))", &[]).await.unwrap();
    let named = Named::Account(JANE);
    let erasing = shop.erase(&named);
    let signing_in = async {
        wait_for_lock_waits(&shop.database, 1).await;
        for caller in [Caller::Guest, Caller::Account(JANE)] {
            shop.record(caller, "second session of jane", JANE_NETWORK, ("view", Uuid::now_v7())).await;
        }
        held.rollback().await.unwrap();
    };
    let (receipt, ()) = tokio::join!(erasing, signing_in);
    assert_eq!(receipt.counts.get("interaction"), Some(&3), "{receipt:?}");
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
}

#[tokio::test]
async fn who_goes_on_shopping_while_being_erased_makes_no_difference_to_what_is_recounted() {
    let shop = Shop::open().await;
    let see = async |number| {
        let who = (Caller::Account(JANE), JANE_SESSION, JANE_NETWORK);
        shop.record_on(&spu(number), who, ("view", Uuid::now_v7())).await;
        shop.apply().await;
    };
    see(1).await;
    let named = Named::Account(JANE);
    assert!(!shop.erase_once(&named, Duration::from_secs(60)).await.complete, "the feed settles");
    see(2).await;
    shop.database.execute("UPDATE analytic.erasure SET settles_at = now()").await;
    assert!(shop.erase_once(&named, Duration::from_secs(60)).await.complete);
    // the visit with the second product was removed meanwhile: the log says that the third followed it
    see(3).await;
    shop.assert_exact().await;
}
