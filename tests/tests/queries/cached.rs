//! Cache headers and conditional requests.

use testkit::{HttpEvent, HttpReply};

use crate::stage::{Stage, TOP, product};

fn one() -> String {
    format!("/api/v1/analytic/popularity/{}", product(1))
}

async fn if_none_match(stage: &mut Stage, target: &str, tag: &str) -> HttpReply {
    stage.send(&HttpEvent::new("GET", target).header("if-none-match", tag)).await
}

#[tokio::test]
async fn a_public_answer_may_be_kept_for_five_seconds_and_has_a_tag() {
    let mut stage = Stage::with_products(&[(1, 0)]).await;
    for target in [TOP.to_owned(), one()] {
        let reply = stage.get(&target).await;
        assert_eq!(
            (reply.header("cache-control"), reply.header("content-type")),
            ("public, max-age=5", "application/json")
        );
        assert!(reply.header("etag").starts_with("W/\"") && reply.header("etag").len() == 20, "{reply:?}");
        assert_eq!(stage.get(&target).await, reply);
    }
}

#[tokio::test]
async fn an_answer_that_the_reader_has_is_not_sent_again() {
    let mut stage = Stage::with_products(&[(1, 0), (2, 5)]).await;
    for target in [TOP.to_owned(), one()] {
        let reply = stage.get(&target).await;
        let tag = reply.header("etag");
        for known in [tag, &tag[2..], "*", &format!("\"other\", {tag}, \"more\"")] {
            let unchanged = if_none_match(&mut stage, &target, known).await;
            assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""), "{known}");
            assert_eq!((unchanged.header("etag"), unchanged.header("cache-control")), (tag, "public, max-age=5"));
        }
        for unknown in ["\"other\"", "W/\"0000000000000000\"", "", "nonsense", "\""] {
            let sent = if_none_match(&mut stage, &target, unknown).await;
            assert_eq!((sent.status, &sent.body), (200, &reply.body), "{unknown}");
        }
    }
}

#[tokio::test]
async fn a_change_of_the_score_changes_the_tag() {
    let mut stage = Stage::with_products(&[(1, 0), (2, 5)]).await;
    for target in [TOP.to_owned(), one()] {
        let before = stage.get(&target).await;
        stage.database.execute("UPDATE analytic.product_popularity SET score_micros = score_micros + 1").await;
        let after = if_none_match(&mut stage, &target, before.header("etag")).await;
        assert_eq!(after.status, 200);
        assert_ne!((after.header("etag"), &after.body), (before.header("etag"), &before.body));
    }
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let mut stage = Stage::with_products(&[(1, 0)]).await;
    for target in [TOP.to_owned(), one(), "/health".to_owned()] {
        let get = stage.get(&target).await;
        let head = stage.send(&HttpEvent::new("HEAD", &target)).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{target}");
        for name in ["etag", "cache-control", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{target} {name}");
        }
    }
    let missing = stage.send(&HttpEvent::new("HEAD", "/nowhere")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn a_refusal_is_never_cached() {
    let mut stage = Stage::empty().await;
    for target in [format!("{TOP}?limit=0"), one(), "/nowhere".to_owned()] {
        let reply = if_none_match(&mut stage, &target, "*").await;
        assert!(reply.status >= 400, "{reply:?}");
        assert_eq!((reply.header("cache-control"), reply.header("etag")), ("no-store", ""));
    }
}
