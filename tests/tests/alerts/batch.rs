//! Batches of hints: which webhooks receive what, how often, and what is left.

use send_alerts::{Channel, SIGNATURE_HEADER};
use serde_json::Value;
use testkit::{TestDatabase, TestServer, sqs_event};

use crate::stage::{KEY, PENDING, deps, find, heard, hint, hints, invoke, names, webhook_of};

#[tokio::test]
async fn every_webhook_hears_every_finding_once_however_often_the_messages_come() {
    let database = TestDatabase::create().await;
    let (slack, discord, json) = (webhook_of(|_| 200).await, webhook_of(|_| 204).await, webhook_of(|_| 409).await);
    let mut ids = find(&database, 0..6).await;
    let expected = names(&ids);
    let deps = deps(&database, &[(Channel::Slack, &slack), (Channel::Discord, &discord), (Channel::Json, &json)]).await;
    assert_eq!(invoke(&deps, hints(&ids[..4])).await, Ok(vec![]));
    ids.reverse();
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec![]));
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec![]));
    for server in [&slack, &discord, &json] {
        assert_eq!(heard(server), expected);
    }
    assert_eq!(database.rows(PENDING).await, [""; 0]);
}

#[tokio::test]
async fn a_repeated_an_unknown_and_an_unreadable_message_harm_no_neighbour() {
    let (database, json) = (TestDatabase::create().await, webhook_of(|_| 200).await);
    let ids = find(&database, 0..2).await;
    let unknown = hint(domain::fraud::FindingId(uuid::Uuid::from_u128(7)));
    let bodies = [hint(ids[0]), "not json".to_owned(), hint(ids[0]), unknown, hint(ids[1])];
    let deps = deps(&database, &[(Channel::Json, &json)]).await;
    assert_eq!(invoke(&deps, sqs_event(&bodies)).await, Ok(vec!["m1".to_owned()]));
    assert_eq!(heard(&json), names(&ids));
}

#[tokio::test]
async fn a_finding_that_one_webhook_refuses_is_parked_and_the_others_are_not_told_again() {
    let (database, json) = (TestDatabase::create().await, webhook_of(|_| 200).await);
    let ids = find(&database, 0..3).await;
    let bad = ids[1].to_string();
    let slack = webhook_of(move |key| if key == bad { 410 } else { 200 }).await;
    let deps = deps(&database, &[(Channel::Slack, &slack), (Channel::Json, &json)]).await;
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec!["m1".to_owned()]));
    assert_eq!(database.rows(PENDING).await, [format!("{} | json | slack_refused_410 | t", ids[1])]);
    // Once it is parked it is not sent again; an operator redrives it, and only Slack receives it.
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec!["m1".to_owned()]));
    assert_eq!(slack.requests().len(), 3);
    assert_eq!(store::pending_alert::unpark(&database.store(), &ids).await.unwrap(), [ids[1]]);
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec!["m1".to_owned()]));
    assert_eq!((slack.requests().len(), json.requests().len()), (4, 3));
}

#[tokio::test]
async fn while_one_webhook_is_down_the_refusal_of_another_does_not_park() {
    let database = TestDatabase::create().await;
    let (slack, discord) = (webhook_of(|_| 410).await, webhook_of(|_| 503).await);
    let ids = find(&database, 0..1).await;
    let down = deps(&database, &[(Channel::Slack, &slack), (Channel::Discord, &discord)]).await;
    assert_eq!(invoke(&down, hints(&ids)).await, Err("could not deliver an alert to any webhook".to_owned()));
    assert_eq!(database.rows(PENDING).await, [format!("{} |  | open | t", ids[0])]);
    let discord = webhook_of(|_| 204).await;
    let up = deps(&database, &[(Channel::Slack, &slack), (Channel::Discord, &discord)]).await;
    assert_eq!(invoke(&up, hints(&ids)).await, Ok(vec!["m0".to_owned()]));
    assert_eq!(database.rows(PENDING).await, [format!("{} | discord | slack_refused_410 | t", ids[0])]);
}

#[tokio::test]
async fn one_webhook_that_is_down_fails_the_messages_of_its_alerts_and_not_the_invocation() {
    let (database, slack, discord) =
        (TestDatabase::create().await, webhook_of(|_| 200).await, webhook_of(|_| 503).await);
    let ids = find(&database, 0..2).await;
    let deps = deps(&database, &[(Channel::Slack, &slack), (Channel::Discord, &discord)]).await;
    // The second time only the webhook that is down is left.
    for _ in 0..2 {
        assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec!["m0".to_owned(), "m1".to_owned()]));
    }
    assert_eq!(slack.requests().len(), 2);
    let mut left: Vec<_> = ids.iter().map(|id| format!("{id} | slack | open | t")).collect();
    left.sort();
    assert_eq!(database.rows(PENDING).await, left);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (database, elsewhere) = (TestDatabase::create().await, TestServer::always(200).await);
    let target = format!("{}/stolen", elsewhere.url());
    let json = TestServer::start(move |_| {
        let target = target.clone();
        async move {
            let mut reply = TestServer::reply(307, "");
            reply.headers_mut().insert("location", target.parse().unwrap());
            reply
        }
    })
    .await;
    let ids = find(&database, 0..1).await;
    let deps = deps(&database, &[(Channel::Json, &json)]).await;
    assert!(invoke(&deps, hints(&ids)).await.is_err());
    assert_eq!((json.requests().len(), elsewhere.requests().len()), (1, 0));
}

#[tokio::test]
async fn with_nobody_to_tell_an_alert_is_done() {
    let database = TestDatabase::create().await;
    let ids = find(&database, 0..2).await;
    assert_eq!(invoke(&deps(&database, &[]).await, hints(&ids)).await, Ok(vec![]));
    assert_eq!(database.rows(PENDING).await, [""; 0]);
    assert_eq!(database.number("SELECT count(*) FROM analytic.finding").await, 2);
}

#[tokio::test]
async fn a_receiver_can_check_the_signature_over_the_time_and_the_body() {
    let (database, json) = (TestDatabase::create().await, webhook_of(|_| 200).await);
    let ids = find(&database, 0..1).await;
    invoke(&deps(&database, &[(Channel::Json, &json)]).await, hints(&ids)).await.unwrap();
    let request = json.requests().remove(0);
    let header = request.headers[SIGNATURE_HEADER].to_str().unwrap();
    let (second, digits) = header.strip_prefix("t=").unwrap().split_once(",k1=").unwrap();
    assert_eq!(openssl(&format!("{second}.{}", request.body)), digits);
    assert_ne!(openssl(&format!("{second}.{} ", request.body)), digits);
    let now = jiff::Timestamp::now().as_second();
    assert!((now - 60..=now).contains(&second.parse().unwrap()), "{second}");
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!((&body["rule"], &body["id"]), (&"large_order".into(), &ids[0].to_string().into()));
    assert_eq!(body["evidence"]["order"]["amount_minor"], 200_000);
}

/// HMAC-SHA256 by an independent program.
fn openssl(text: &str) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", KEY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    output.split_whitespace().last().unwrap().to_owned()
}
