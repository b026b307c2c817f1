//! A statement that its caller abandoned also ends in Postgres, and so do its locks: too slow, dropped, or in a
//! transaction.

use std::time::Duration;

use domain::Subject;
use store::{Database, StoreError};
use testkit::TestDatabase;
use tokio::time::{sleep, timeout};
use tokio_postgres::Client;

/// Far below the time that the table stays locked.
const LIMIT: Duration = Duration::from_millis(300);
/// How long it may take until the end of a statement is visible.
const POLLS: u32 = 500;

/// A session that blocks all others from the scores until it is dropped.
async fn lock_scores(database: &TestDatabase) -> Client {
    let blocker = database.connect().await;
    blocker.batch_execute("BEGIN; LOCK TABLE analytic.product_popularity IN ACCESS EXCLUSIVE MODE").await.unwrap();
    blocker
}

/// Waits until this many statements of the store are running; on timeout it shows the last ones.
async fn wait_for_statements(database: &TestDatabase, count: usize) {
    let running = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'
                   AND pid <> pg_backend_pid()
                   AND (query LIKE '-- store::%' OR query LIKE 'SELECT * FROM analytic.%' OR query = 'BEGIN')";
    let mut rows = Vec::new();
    for _ in 0..POLLS {
        rows = database.rows(running).await;
        if rows.len() == count {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{} statements run and not {count}: {rows:?}", rows.len());
}

async fn get(store: &Database) -> Result<(), StoreError> {
    store::rank::get(store, &"1".parse().unwrap()).await.map(|_| ())
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_cancelled() {
    let database = TestDatabase::create().await;
    let store = database.store().with_statement_limit(LIMIT);
    let blocker = lock_scores(&database).await;
    for _ in 0..3 {
        assert!(matches!(get(&store).await, Err(StoreError::Unavailable(_))));
    }
    wait_for_statements(&database, 0).await;
    blocker.batch_execute("ROLLBACK").await.unwrap();
    get(&store).await.unwrap();
}

#[tokio::test]
async fn a_statement_whose_caller_goes_away_is_cancelled_and_the_next_one_is_not() {
    let database = TestDatabase::create().await;
    let store = database.store();
    get(&store).await.unwrap();
    let blocker = lock_scores(&database).await;
    let waiting = async {
        tokio::select! {
            answer = get(&store) => panic!("answered while the table is locked: {answer:?}"),
            () = wait_for_statements(&database, 1) => {}
        }
    };
    waiting.await;
    // the same environment continues at once, while the cancellation is in progress
    store.ping().await.unwrap();
    wait_for_statements(&database, 0).await;
    blocker.batch_execute("ROLLBACK").await.unwrap();
    get(&store).await.unwrap();
}

#[tokio::test]
async fn an_abandoned_transaction_releases_its_locks() {
    let database = TestDatabase::create().await;
    let store = database.store().with_statement_limit(LIMIT);
    let subjects = [(Subject::Order, "o-1".to_owned())];
    let mut first = store.begin().await.unwrap();
    store::projection::lock(&mut first, &subjects).await.unwrap();
    first.commit().await.unwrap();
    // a row is locked by hand, and a transaction of the store waits for it while it holds another one
    let blocker = database.connect().await;
    blocker
        .batch_execute("BEGIN; SELECT * FROM analytic.projection WHERE subject_id = 'o-1' FOR UPDATE")
        .await
        .unwrap();
    let mut second = store.begin().await.unwrap();
    store::projection::lock(&mut second, &[(Subject::Order, "o-2".to_owned())]).await.unwrap();
    assert!(matches!(store::projection::lock(&mut second, &subjects).await, Err(StoreError::Unavailable(_))));
    // an abandoned transaction is unusable, and returns an error instead of working outside its transaction
    assert!(matches!(store::projection::lock(&mut second, &subjects).await, Err(StoreError::Unavailable(_))));
    assert!(second.commit().await.is_err());
    wait_for_statements(&database, 0).await;
    database.execute("INSERT INTO analytic.projection (subject, subject_id) VALUES ('order', 'o-2')").await;
}

#[tokio::test]
async fn a_transaction_whose_caller_goes_away_lets_go_of_its_locks() {
    let database = TestDatabase::create().await;
    let store = database.store();
    let blocker = database.connect().await;
    let row = "INSERT INTO analytic.projection (subject, subject_id) VALUES ('order', 'o-1')";
    blocker.batch_execute(&format!("BEGIN; {row}")).await.unwrap();
    let subjects = ["o-0", "o-1"].map(|order| (Subject::Order, order.to_owned()));
    let work = async {
        let mut transaction = store.begin().await?;
        store::projection::lock(&mut transaction, &subjects[..1]).await?;
        store::projection::lock(&mut transaction, &subjects[1..]).await
    };
    let abandoned = timeout(LIMIT, work).await;
    assert!(abandoned.is_err(), "{abandoned:?}");
    wait_for_statements(&database, 0).await;
    database.execute("INSERT INTO analytic.projection (subject, subject_id) VALUES ('order', 'o-0')").await;
}
