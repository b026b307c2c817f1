//! What cannot be processed ends in a dead-letter queue and affects nothing else; one command redrives it, once.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::Sink;
use serde_json::{Value, json};
use stack::issuer::Role;
use testkit::{TestQueue, eventually, hint};
use uuid::Uuid;

use crate::emulator::instant;
use crate::shop::{SOON, Shop, view};
use crate::token;

/// Three attempts, four seconds apart, on the test stack; more on a busy machine.
const TRIES: Duration = Duration::from_secs(45);

const SINKS: [(Sink, &str); 2] = [(Sink::Popularity, "update-popularity"), (Sink::Catalog, "update-catalog")];

impl Shop {
    /// Waits until a dead-letter queue holds this message.
    async fn wait_for_dead_letter(&self, sink: Sink, body: &str) {
        let look = async || self.dead_letters(sink, body).await.checked_sub(1);
        eventually(&format!("{body} in the DLQ of {sink:?}"), TRIES, look).await;
    }

    /// Counts a message in a dead-letter queue.
    async fn dead_letters(&self, sink: Sink, body: &str) -> usize {
        let bodies = self.bodies_in(self.dlq_url(sink)).await;
        bodies.iter().filter(|found| *found == body).count()
    }

    /// Deletes a message from a dead-letter queue, like an operator who has inspected it.
    async fn bury(&self, sink: Sink, body: &str) {
        let (client, url) = (TestQueue::client(), self.dlq_url(sink));
        eventually("the dead letter", SOON, async || {
            let received = client.receive_message().queue_url(url).max_number_of_messages(10).visibility_timeout(1);
            let messages = received.send().await.unwrap().messages.unwrap_or_default();
            let found = messages.into_iter().find(|message| message.body() == Some(body))?;
            client.delete_message().queue_url(url).receipt_handle(found.receipt_handle?).send().await.ok()
        })
        .await;
    }

    /// Redrives dead letters and returns the counts: `put_back`, `hinted` and so on, by reason.
    async fn redrive(&self, sink: Sink) -> Value {
        let said = self.shopsignal(&["redrive", sink.as_str(), "--json"]).await;
        assert_eq!(said.code, Some(0), "{}", said.text);
        serde_json::from_str(&said.text).unwrap_or_else(|error| panic!("{error}: {}", said.text))
    }
}

/// Sums one figure of a redrive over all reasons.
fn total(counts: &Value, figure: &str) -> u64 {
    let reasons = counts["by_reason"].as_object().unwrap().values();
    reasons.map(|counts| counts[figure].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn an_unreadable_message_dies_alone_and_stays_dead() {
    // Given, in each queue, twenty good messages and an unreadable one, delivered together.
    let shop = Shop::alone().await;
    let (account, since) = (Uuid::now_v7(), instant());
    // One view less than the cap of each, so that a doubled effect would show.
    let products = [(); 5].map(|()| Uuid::now_v7());
    let poison = format!("not a hint {}", Uuid::now_v7());
    for (sink, _) in SINKS {
        shop.deliver(sink, false).await;
    }
    let token = token::of(&shop, Role::Shopper, account);
    let views = products.iter().flat_map(|product| vec![view(*product); 4]).collect();
    let ids: BTreeSet<i64> = shop.record(&token, Value::Array(views)).await.ids();
    for (sink, _) in SINKS {
        TestQueue::open(shop.queue_url(sink)).send(&poison).await;
        shop.deliver(sink, true).await;
    }

    // Then the same invocation applies the good ones and fails the other.
    for product in products {
        shop.wait_for_score(product, 1.2).await;
    }
    shop.wait_until_settled(&ids).await;
    assert_eq!(shop.feed_of(&format!("account#{account}")).await, ids);
    for (_, function) in SINKS {
        let lines = shop.logs(function, since).await;
        let mixed = lines.iter().any(|line| line["Unreadable"] == 1.0 && line["Messages"] == 21.0);
        assert!(mixed, "{function} did not get all 21 messages at once");
    }

    // When its attempts are used up, it is a dead letter, and redriving it changes nothing, however often.
    for (sink, _) in SINKS {
        shop.wait_for_dead_letter(sink, &poison).await;
        for _ in 0..2 {
            let counts = shop.redrive(sink).await;
            assert_eq!((total(&counts, "put_back"), total(&counts, "hinted")), (0, 0), "{sink:?}: {counts}");
            assert_eq!(shop.dead_letters(sink, &poison).await, 1, "{sink:?}");
        }
        shop.bury(sink, &poison).await;
    }
    for product in products {
        let popularity = shop.popularity(product).await.unwrap();
        assert_eq!((&popularity["score"], &popularity["view_count"]), (&json!(1.2), &json!(4)));
    }
}

#[tokio::test]
async fn a_refused_effect_is_parked_and_applied_once_when_its_cause_is_gone() {
    // Given a product whose score has no room for another view, and a neighbour in the same request.
    let shop = Shop::alone().await;
    let (full, neighbour) = (Uuid::now_v7(), Uuid::now_v7());
    shop.execute(&format!(
        "INSERT INTO analytic.product_popularity VALUES ('{full}', {}, DEFAULT, 0, 0, 0, 0, 0, now())",
        i64::MAX
    ))
    .await;
    let token = token::of(&shop, Role::Shopper, Uuid::now_v7());
    let ids = shop.record(&token, json!([view(full), view(neighbour)])).await.ids();
    let id = *ids.first().unwrap();
    let dead = hint(id);

    // Then the neighbour is applied, the row is parked with its reason, and its message is a dead letter.
    shop.wait_for_score(neighbour, 0.3).await;
    let parked =
        format!("SELECT parked_reason FROM analytic.pending WHERE sink = 'popularity' AND interaction_id = {id}");
    eventually("the parked row", SOON, async || {
        (shop.rows(&parked).await == ["statement_refused_22003"]).then_some(())
    })
    .await;
    shop.wait_for_dead_letter(Sink::Popularity, &dead).await;
    assert_eq!(shop.rows(&parked).await, ["statement_refused_22003"]);

    // When the cause is removed and the message is redriven, the effect is applied.
    shop.execute(&format!("DELETE FROM analytic.product_popularity WHERE id = '{full}'")).await;
    let counts = shop.redrive(Sink::Popularity).await;
    assert_eq!(counts["by_reason"]["statement_refused_22003"]["put_back"], 1, "{counts}");
    let once = shop.wait_for_score(full, 0.3).await;
    shop.wait_until_settled(&ids).await;
    assert_eq!(shop.dead_letters(Sink::Popularity, &dead).await, 0);

    // And neither another redrive nor an old copy of the message applies it again.
    let counts = shop.redrive(Sink::Popularity).await;
    assert_eq!((total(&counts, "put_back"), total(&counts, "hinted")), (0, 0), "{counts}");
    let since = instant();
    TestQueue::open(shop.queue_url(Sink::Popularity)).send(&dead).await;
    shop.line_about("update-popularity", id, since).await;
    let again = shop.popularity(full).await.unwrap();
    // Its ranks are computed later, by a schedule.
    for figure in ["score", "view_count", "date_updated"] {
        assert_eq!(again[figure], once[figure], "{figure}");
    }
}
