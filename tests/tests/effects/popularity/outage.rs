//! Postgres down, its sessions ended, or its response lost: the invocation fails as a whole, or the effect counts once.

use cross_tests::shop::{Shop, hints, metric, product};
use testkit::{Invoked, TestProxy, all_done};

#[tokio::test]
async fn without_postgres_the_whole_invocation_fails_and_afterwards_everything_is_applied() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1)), ("purchase", product(2))]).await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    proxy.cut();
    let mut scorer = shop.start("update-popularity", &[("DATABASE_URL", &url)]).await;
    for _ in 0..2 {
        let said = scorer.invoke(&hints(&ids)).await;
        assert!(matches!(said, Invoked::Failed(_)), "not a partial answer: polling would not back off: {said:?}");
    }
    assert_eq!(shop.unscored().await, 2);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending WHERE parked_at IS NOT NULL").await, 0);
    // when it is back
    proxy.restore();
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    shop.assert_all_scored_exactly().await;
    // and stops again, with an open connection
    let more = shop.record(&[("view", product(1))]).await;
    proxy.cut();
    assert!(matches!(scorer.invoke(&hints(&more)).await, Invoked::Failed(_)));
    proxy.restore();
    assert_eq!(scorer.invoke(&hints(&more)).await, all_done());
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn a_failed_invocation_says_what_failed_and_no_password() {
    let shop = Shop::open().await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    proxy.cut();
    let url = url.replace("postgres@", "postgres:canary-7391@");
    let mut scorer = shop.start("update-popularity", &[("DATABASE_URL", &url)]).await;
    let said = scorer.invoke(&hints(&[1])).await;
    let Invoked::Failed(error) = said else { panic!("{said:?}") };
    assert_eq!(error["errorMessage"], "could not reach postgres", "{error}");
    assert!(!scorer.output().contains("canary-7391"), "{}", scorer.output());
}

#[tokio::test]
async fn an_answer_of_postgres_that_is_lost_is_asked_for_again_and_counts_once() {
    let shop = Shop::open().await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    let mut scorer = shop.start("update-popularity", &[("DATABASE_URL", &url)]).await;
    for round in 0..5 {
        // given: a warm connection
        assert_eq!(scorer.invoke(&hints(&[])).await, all_done());
        let warm = shop.record(&[("view", product(1))]).await;
        assert_eq!(scorer.invoke(&hints(&warm)).await, all_done());
        let ids = shop.record(&[("view", product(1)), ("purchase", product(2)), ("dislike", product(1))]).await;
        // when: the effects are committed and the response is lost
        proxy.lose_next_answer();
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done(), "round {round}");
        // then
        assert!(proxy.has_sprung());
        shop.assert_all_scored_exactly().await;
        let already = metric(&scorer, "AlreadyApplied", ("Function", "update-popularity")).await;
        assert_eq!(already, 3.0, "the first try was committed");
    }
}

#[tokio::test]
async fn sessions_ended_by_postgres_are_replaced_unnoticed() {
    let shop = Shop::open().await;
    let mut scorer = shop.start_scorer().await;
    for _ in 0..5 {
        let ids = shop.record(&[("view", product(1)), ("purchase", product(2))]).await;
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        shop.database.execute(end).await;
    }
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn a_row_that_stays_locked_fails_the_invocation_and_parks_nothing() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1)), ("view", product(2))]).await;
    let other = shop.database.connect().await;
    other.batch_execute("BEGIN; SELECT FROM analytic.pending FOR UPDATE").await.unwrap();
    let mut scorer = shop.start_scorer().await;
    assert!(matches!(scorer.invoke(&hints(&ids)).await, Invoked::Failed(_)), "in time to answer");
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    shop.assert_all_scored_exactly().await;
}
