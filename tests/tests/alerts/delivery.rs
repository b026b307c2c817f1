//! Every finding reaches each webhook, whatever is lost or fails on the way, and has its effect there once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use cross_tests::fraud::{burst, placed, project, start_projecting};
use cross_tests::shop::Shop;
use serde_json::{Value, json};
use testkit::{Function, Invoked, TestQueue, TestSecret, TestServer, sqs_event};

/// What a receiver did: the body of each key that it acted upon, and how often each key came.
#[derive(Default)]
struct Receiver {
    acted: BTreeMap<String, String>,
    heard: BTreeMap<String, usize>,
}

/// A webhook that acts once per idempotency key, and fails half of the time: alternately before and after acting.
async fn failing_webhook(receiver: Arc<Mutex<Receiver>>) -> TestServer {
    TestServer::start(move |request| {
        let key = request.headers["idempotency-key"].to_str().unwrap().to_owned();
        let mut receiver = receiver.lock().unwrap();
        let calls: usize = receiver.heard.values().sum();
        *receiver.heard.entry(key.clone()).or_default() += 1;
        let (fails, before_acting) = (calls.is_multiple_of(2), calls.is_multiple_of(4));
        if !before_acting {
            receiver.acted.entry(key).or_insert(request.body);
        }
        async move { TestServer::reply(if fails { 500 } else { 200 }, "") }
    })
    .await
}

async fn start_sending(shop: &Shop, slack: &TestServer, json: &TestServer) -> Function {
    let secret = TestSecret::create(&[("alert_slack_url", slack.url()), ("alert_json_url", json.url())]).await;
    let variables = [("APP_SECRET_ARN", secret.arn()), ("ALERT_HOSTS", "127.0.0.1"), ("ALERT_TIMEOUT_MS", "1000")];
    shop.start("send-alerts", &variables).await
}

/// Delivers the messages in the queue, like the event source mapping, and deletes them whatever the response.
async fn deliver(shop: &Shop, sender: &mut Function) -> Option<Invoked> {
    let messages = shop.alerts_queue.drain().await;
    let bodies: Vec<_> = messages.into_iter().filter_map(|message| message.body).collect();
    if bodies.is_empty() { None } else { Some(sender.invoke(&sqs_event(&bodies)).await) }
}

const OWED: &str = "SELECT count(*) FROM analytic.pending_alert";

#[tokio::test]
async fn webhooks_that_fail_half_of_the_time_act_upon_every_finding_once() {
    let shop = Shop::open().await;
    let receivers = [Arc::<Mutex<Receiver>>::default(), Arc::default()];
    let slack = failing_webhook(Arc::clone(&receivers[0])).await;
    let json = failing_webhook(Arc::clone(&receivers[1])).await;
    let mut events: Vec<_> =
        (0..20).map(|i| placed(&format!("large-{i}"), &format!("rich-{i}"), i, &format!("{}.00", 2_000 + i))).collect();
    events.extend(burst("bursting"));
    let mut projector = start_projecting(&shop).await;
    for chunk in events.chunks(10) {
        project(&mut projector, chunk).await;
    }
    let (mut sender, mut resender) =
        (start_sending(&shop, &slack, &json).await, shop.start("resend-pending", &[]).await);
    for _ in 0..50 {
        deliver(&shop, &mut sender).await;
        if shop.database.number(OWED).await == 0 {
            break;
        }
        shop.database.execute("UPDATE analytic.pending_alert SET next_hint_at = now()").await;
        resender.invoke(&json!({})).await.answer();
    }
    assert_eq!(shop.database.number(OWED).await, 0);
    let found: BTreeSet<_> = shop.database.rows("SELECT id FROM analytic.finding").await.into_iter().collect();
    assert_eq!(found.len(), 21);
    for receiver in receivers {
        let receiver = receiver.lock().unwrap();
        assert_eq!(receiver.acted.keys().cloned().collect::<BTreeSet<_>>(), found);
        assert!(receiver.heard.values().any(|times| *times > 1), "the webhook never failed");
    }
    let burst = json.requests().into_iter().find(|request| request.body.contains("order_burst")).unwrap();
    let body: Value = serde_json::from_str(&burst.body).unwrap();
    assert_eq!(body["subject"], "customer:bursting");
}

#[tokio::test]
async fn alerts_whose_messages_were_lost_are_hinted_at_again_and_parked_ones_are_not() {
    let shop = Shop::open().await;
    let mut projector = start_projecting(&shop).await;
    let large = |i: i64| placed(&format!("large-{i}"), &format!("rich-{i}"), i, "2000.00");
    project(&mut projector, &(0..3).map(large).collect::<Vec<_>>()).await;
    assert_eq!(shop.alerts_queue.drain().await.len(), 3, "and here they get lost");
    let park = "UPDATE analytic.pending_alert SET parked_at = now(), parked_reason = 'slack_refused_404'
                WHERE finding_id = (SELECT min(finding_id::text)::uuid FROM analytic.pending_alert)";
    shop.database.execute(park).await;
    let mut resender = shop.start("resend-pending", &[]).await;
    let answer = resender.invoke(&json!({})).await.answer();
    assert_eq!(answer, json!({ "claimed": 0, "sent": 0, "failed": 0 }), "not yet due");
    shop.database.execute("UPDATE analytic.pending_alert SET next_hint_at = now()").await;
    let answer = resender.invoke(&json!({})).await.answer();
    assert_eq!(answer, json!({ "claimed": 2, "sent": 2, "failed": 0 }));
    assert_eq!(shop.alerts_queue.depth().await, 2);
    let hints = "SELECT hints, next_hint_at > now() + interval '100 s' FROM analytic.pending_alert ORDER BY 1";
    assert_eq!(shop.database.rows(hints).await, ["1 | f", "2 | t", "2 | t"]);
}

/// Delivers one batch like the event source mapping: messages not reported as failed are deleted, the rest stays.
async fn deliver_keeping_failures(queue: &TestQueue, sender: &mut Function) -> usize {
    let client = TestQueue::client();
    let messages = client.receive_message().queue_url(queue.url()).max_number_of_messages(10).send().await.unwrap();
    let messages = messages.messages.unwrap_or_default();
    if messages.is_empty() {
        return 0;
    }
    let bodies: Vec<_> = messages.iter().map(|message| message.body.clone().unwrap()).collect();
    let answer = sender.invoke(&sqs_event(&bodies)).await.answer();
    for (i, message) in messages.iter().enumerate() {
        if !answer["batchItemFailures"].to_string().contains(&format!("\"m{i}\"")) {
            let receipt = message.receipt_handle.clone().unwrap();
            client.delete_message().queue_url(queue.url()).receipt_handle(receipt).send().await.unwrap();
        }
    }
    messages.len()
}

#[tokio::test]
async fn what_a_webhook_refuses_and_what_cannot_be_read_end_in_the_dead_letter_queue_and_nothing_else() {
    let shop = Shop::open().await;
    let slack = TestServer::start(|request| async move {
        TestServer::reply(if request.body.contains("rich-1") { 410 } else { 200 }, "")
    })
    .await;
    let json = TestServer::always(200).await;
    let mut projector = start_projecting(&shop).await;
    let large = |i: i64| placed(&format!("large-{i}"), &format!("rich-{i}"), i, "2000.00");
    project(&mut projector, &(0..3).map(large).collect::<Vec<_>>()).await;
    shop.alerts_queue.send("no hint").await;
    let mut sender = start_sending(&shop, &slack, &json).await;
    let mut batches = 0;
    while deliver_keeping_failures(&shop.alerts_queue, &mut sender).await > 0 {
        batches += 1;
        assert!(batches < 10, "messages come back");
    }
    let refused = "SELECT id FROM analytic.finding WHERE subject = 'customer:rich-1'";
    let refused = shop.database.rows(refused).await.concat();
    let dead = shop.dead_letters.drain_dead_letters().await;
    let hint = format!("{{\"version\":1,\"finding_id\":\"{refused}\"}}");
    assert_eq!(dead, [format!("slack_refused_410 {hint}"), "unreadable no hint".to_owned()]);
    let parked = "SELECT finding_id, parked_reason, array_to_string(confirmed, ',') FROM analytic.pending_alert";
    assert_eq!(shop.database.rows(parked).await, [format!("{refused} | slack_refused_410 | json")]);
    assert_eq!((slack.requests().len(), json.requests().len()), (3, 3));
}

#[tokio::test]
async fn an_address_that_is_mistyped_keeps_no_alert_from_the_other_webhook() {
    let shop = Shop::open().await;
    project(&mut start_projecting(&shop).await, &[placed("large", "rich", 0, "2000.00")]).await;
    let json = TestServer::start(async |_| TestServer::reply(200, "")).await;
    let secret = TestSecret::create(&[("alert_slack_url", "https://"), ("alert_json_url", json.url())]).await;
    let variables = [("APP_SECRET_ARN", secret.arn()), ("ALERT_HOSTS", "127.0.0.1")];
    let mut sender = shop.start("send-alerts", &variables).await;
    let Some(Invoked::Answered(answer)) = deliver(&shop, &mut sender).await else { panic!("{}", sender.output()) };
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1, "it waits for the other address");
    assert_eq!(json.requests().len(), 1);
    assert_eq!(
        shop.database.rows("SELECT array_to_string(confirmed, ',') FROM analytic.pending_alert").await,
        ["json"]
    );
    assert!(sender.output().contains("alert_slack_url is malformed"), "{}", sender.output());
}
