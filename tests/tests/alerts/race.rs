//! Two invocations with the same message, and one that crashes: the lease.

use std::time::Duration;

use send_alerts::Channel;
use testkit::{TestDatabase, TestServer};
use uuid::Uuid;

use crate::stage::{PENDING, deps, find, heard, hints, invoke, names};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_invocations_with_the_same_message_one_sends() {
    let database = TestDatabase::create().await;
    let slow = TestServer::start(|_| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        TestServer::reply(200, "")
    })
    .await;
    let ids = find(&database, 0..3).await;
    let (one, other) =
        (deps(&database, &[(Channel::Json, &slow)]).await, deps(&database, &[(Channel::Json, &slow)]).await);
    let (first, second) = tokio::join!(invoke(&one, hints(&ids)), invoke(&other, hints(&ids)));
    assert_eq!((first, second), (Ok(vec![]), Ok(vec![])));
    assert_eq!(heard(&slow), names(&ids));
    assert_eq!(database.rows(PENDING).await, [""; 0]);
}

#[tokio::test]
async fn a_lease_is_ours_when_asked_again_and_anybodys_when_it_ran_out() {
    let database = TestDatabase::create().await;
    let (store, ids) = (database.store(), find(&database, 0..1).await);
    let (dead, next) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let lease = async |token, seconds| {
        let lease = store::pending_alert::lease(&store, &ids, token, Duration::from_secs(seconds)).await.unwrap();
        lease.alerts.len()
    };
    assert_eq!(lease(dead, 60).await, 1);
    assert_eq!(lease(dead, 60).await, 1, "the statement may have been sent twice");
    assert_eq!(lease(next, 60).await, 0);
    assert_eq!(lease(dead, 0).await, 1);
    assert_eq!(lease(next, 60).await, 1);
    let late = store::pending_alert::Unfinished { id: ids[0], confirmed: vec!["slack"], parked: None };
    store::pending_alert::release(&store, &[late], dead).await.unwrap();
    // The results of the late one are kept, but it can no longer release the lease.
    assert_eq!(database.rows(PENDING).await, [format!("{} | slack | open | f", ids[0])]);
}
