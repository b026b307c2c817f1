//! Where an event is: stored when, what each sink did with it, and what it adds to a score.

use domain::{Caller, NewInteraction, Origin};
use serde_json::{Value, json};
use store::interaction::Submission;
use testkit::{HttpEvent, HttpReply, interaction};
use uuid::Uuid;

use crate::stage::{Stage, refusal};

const ANN: Uuid = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_00a1);
const BEN: Uuid = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_00b2);

/// Who asks.
fn request(event_id: Uuid) -> HttpEvent {
    HttpEvent::new("GET", &format!("/api/v1/analytic/interaction/{event_id}"))
}

/// Records a view of `p-1` with an event id, as an account.
async fn view(stage: &Stage, account: Uuid, event_id: Uuid) -> i64 {
    let item = NewInteraction {
        event_id,
        origin: Origin::of_account(account),
        account_id: Some(account),
        ..interaction("view", "p-1")
    };
    let caller = Caller::Account(account);
    let submission =
        Submission { caller, user_agent: None, is_bot: false, ip_address: None, guest_events_per_minute: None };
    let recorded = store::interaction::record(&stage.database.store(), &[item], &submission).await.unwrap();
    recorded[0].recorded.new_id().expect("it is new").0
}

fn found(reply: &HttpReply) -> Vec<Value> {
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?}");
    reply.json()["data"]["interactions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_event_is_followed_from_waiting_to_applied() {
    let mut stage = Stage::empty().await;
    let event_id = Uuid::from_u128(7);
    let id = view(&stage, ANN, event_id).await;
    let mine = request(event_id).account(ANN);

    let waiting = found(&stage.send(&mine).await).remove(0);
    assert_eq!(
        (&waiting["id"], &waiting["event_type"], &waiting["ref_id"]),
        (&json!(id), &json!("view"), &json!("p-1"))
    );
    let states = |found: &Value| -> Vec<String> {
        let text = |sink: &Value, name: &str| sink[name].as_str().unwrap_or("-").to_owned();
        let sinks = found["sinks"].as_array().unwrap().iter();
        sinks.map(|sink| format!("{} {} {}", text(sink, "sink"), text(sink, "status"), sink["hints"])).collect()
    };
    assert_eq!(states(&waiting), ["popularity waiting 1", "catalog waiting 1"]);
    assert!(waiting["sinks"][0]["next_hint_at"].is_string(), "{waiting}");
    let expected = json!({ "product_id": "p-1", "outcome": null, "weight": 0.3, "points": 0.0 });
    assert_eq!(waiting["popularity"], expected);

    let parked =
        "UPDATE analytic.pending SET parked_at = now(), parked_reason = 'catalog_refused_404' WHERE sink = 'catalog'";
    stage.database.execute(parked).await;
    store::popularity::apply(&stage.database.store(), &[domain::InteractionId(id)]).await.unwrap();
    let applied = found(&stage.send(&mine).await).remove(0);
    assert_eq!(states(&applied), ["popularity applied null", "catalog parked 1"]);
    let catalog = &applied["sinks"][1];
    assert_eq!(
        (&catalog["next_hint_at"], &catalog["parked_reason"]),
        (&Value::Null, &json!("catalog_refused_404")),
        "nobody tells the catalog again until an operator puts it back"
    );
    assert!(catalog["parked_at"].is_string());
    let expected = json!({ "product_id": "p-1", "outcome": "counted", "weight": 0.3, "points": 0.3 });
    assert_eq!(applied["popularity"], expected);
}

#[tokio::test]
async fn shoppers_find_what_they_sent_and_services_and_admins_what_anybody_sent() {
    let mut stage = Stage::empty().await;
    let event_id = Uuid::from_u128(7);
    let ids = [view(&stage, ANN, event_id).await, view(&stage, BEN, event_id).await];
    let only = |reply: &HttpReply| found(reply).iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>();
    for (account, id) in [(ANN, ids[0]), (BEN, ids[1])] {
        assert_eq!(only(&stage.send(&request(event_id).account(account)).await), [id]);
    }
    assert_eq!(only(&stage.send(&request(event_id).trusted()).await), ids);
    let admin = request(event_id).account(BEN).claim("cognito:groups", "[admin]");
    assert_eq!(only(&stage.send(&admin).await), ids);
    let answer = stage.send(&admin).await.json().to_string();
    assert!(!answer.contains(&ANN.to_string()), "not who: {answer}");

    let foreign = stage.send(&request(event_id).account(Uuid::from_u128(9))).await;
    let unknown = stage.send(&request(Uuid::from_u128(8)).account(ANN)).await;
    for reply in [foreign, unknown] {
        let text = "404 not_found: no event of yours with this id is known; ids are kept for a time";
        assert_eq!(refusal(&reply), text, "as if it did not exist");
    }
    let reply = stage.send(&request(event_id)).await;
    assert!(refusal(&reply).starts_with("401 unauthorized: "), "{reply:?}");
    let reply = stage.send(&request(event_id).claim("sub", "seller-7")).await;
    assert!(refusal(&reply).starts_with("403 forbidden: "), "{reply:?}");
    for odd in ["7", "a/b", "%FF"] {
        let event = HttpEvent::new("GET", &format!("/api/v1/analytic/interaction/{odd}")).account(ANN);
        assert_eq!(refusal(&stage.send(&event).await), "400 validation: event_id: must be a UUID", "{odd}");
    }
}

#[tokio::test]
async fn a_sku_counts_for_its_product_and_a_category_for_none() {
    let mut stage = Stage::empty().await;
    stage.database.execute("INSERT INTO analytic.product_reference VALUES ('p-1', NULL), ('sku-1', 'p-1')").await;
    let mut category = interaction("view", "c-1");
    category.reference = domain::Reference::Category("c-1".to_owned());
    let items = [interaction("view", "sku-1"), category, interaction("gift", "p-1")];
    stage.database.record(&items).await;
    let mut contributions = Vec::new();
    for item in &items {
        contributions.push(found(&stage.send(&request(item.event_id).trusted()).await)[0]["popularity"].clone());
    }
    let expected =
        |weight: Option<f64>| json!({ "product_id": "p-1", "outcome": null, "weight": weight, "points": 0.0 });
    assert_eq!(contributions, [expected(Some(0.3)), Value::Null, expected(None)]);
}

#[tokio::test]
async fn what_lies_beyond_the_cap_is_told_apart_event_by_event() {
    let mut stage = Stage::empty().await;
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(domain::InteractionId(view(&stage, ANN, Uuid::from_u128(n)).await));
    }
    store::popularity::apply(&stage.database.store(), &ids).await.unwrap();
    let mut outcomes = Vec::new();
    for n in 0..6 {
        let reply = stage.send(&request(Uuid::from_u128(n)).account(ANN)).await;
        let popularity = found(&reply)[0]["popularity"].clone();
        outcomes.push((popularity["outcome"].as_str().unwrap().to_owned(), popularity["points"].as_f64().unwrap()));
    }
    let counted = ("counted".to_owned(), 0.3);
    assert_eq!(outcomes[..5], vec![counted; 5]);
    assert_eq!(outcomes[5], ("capped".to_owned(), 0.0), "five views of an account count per day");
    stage.database.execute("DELETE FROM analytic.actor_day").await;
    let reply = stage.send(&request(Uuid::from_u128(0)).account(ANN)).await;
    assert_eq!(found(&reply)[0]["popularity"]["outcome"], Value::Null, "the day is pruned");
}
