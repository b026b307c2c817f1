//! Strangers who compute the event ids of derived interactions and claim them before the back-end events arrive.
//!
//! Order and rating ids are not secret: they are sequential, and buyers know their own. The derived ids are computed
//! here with the code that derives them, which is the most that any stranger could do.

use contracts::{AddressKey, Intake, read_shop_event};
use domain::{
    Attribution, Attributions, DerivedInteraction, OpinionState, OrderState, Origin, ShopEvent, Subject,
    opinion_interaction, order_interactions,
};
use jiff::Timestamp;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::{Invoked, TestSecret, sqs_event};
use uuid::Uuid;

use super::environment::Environment;
use super::history::Sent;
use super::rig::Rig;
use super::scenario::{Job, Report, Scenario};
use super::staff::Crew;
use super::traffic::{Outcome, Request};

/// Orders of a round, each with a rating and a comment.
const ORDERS: u32 = 5;
/// The settings for parsing back-end events.
const INTAKE: [(&str, &str); 1] = [("DEFAULT_CURRENCY", "EUR")];
/// Thresholds that no order here reaches.
const HARMLESS: [(&str, &str); 4] = [
    ("FRAUD_BURST_ORDERS", "1000"),
    ("FRAUD_BURST_SECONDS", "60"),
    ("FRAUD_SIMILAR_ORDERS", "1000"),
    ("FRAUD_SIMILAR_SECONDS", "60"),
];
const PRODUCT: &str = "5b0b0000-0000-4000-8000-000000000077";

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let words = ("S1", "strangers claim the ids of purchases and ratings before, while and after they come");
    vec![Scenario::new(words, (4, 100, 20), run)]
}

async fn run(job: Job) -> Report {
    let rig = job.rig().await;
    let mut stage = Stage::open(&rig, job.seed);
    let (mut convergence, mut rest) = (Vec::new(), Ok(()));
    for round in 0..job.rounds {
        let came = stage.round(&rig, round).await;
        let drained = match came {
            Ok(()) => stage.crew.drain(&rig).await,
            Err(violation) => Err(violation),
        };
        match drained {
            Ok(took) => convergence.push(took),
            Err(violation) => {
                rest = Err(format!("round {round}: {violation}"));
                break;
            }
        }
    }
    let finished = stage.finish(&rig).await;
    Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
}

/// All participants.
struct Stage {
    projector: Environment,
    recorders: [Environment; 2],
    crew: Crew,
    random: ChaCha8Rng,
    intake: Intake,
}

impl Stage {
    fn open(rig: &Rig, seed: u64) -> Self {
        let address_key = AddressKey::new(1, TestSecret::ADDRESS_KEY).unwrap();
        Self {
            projector: rig.environment("project-orders", &[INTAKE.as_slice(), &HARMLESS].concat()),
            recorders: [(); 2].map(|()| rig.environment("record-interactions", &[])),
            crew: Crew::new(rig),
            random: ChaCha8Rng::seed_from_u64(seed),
            intake: Intake { currency: INTAKE[0].1.parse().unwrap(), address_key },
        }
    }

    /// Some ids are claimed before the events arrive, some concurrently, some afterwards, all of them also twice.
    async fn round(&mut self, rig: &Rig, round: u32) -> Result<(), String> {
        let mut events: Vec<_> = (0..ORDERS).flat_map(|order| events(round * ORDERS + order)).collect();
        let derived = derive(&events, &self.intake);
        for interaction in &derived {
            let key = (Origin::DERIVED.as_uuid(), interaction.event_id);
            rig.history.note_sent(key, sent(interaction.event_type, true));
        }
        let mut claims = claims(&derived, round);
        claims.shuffle(&mut self.random);
        let late = claims.split_off(claims.len() / 2);
        self.claim(rig, &claims).await?;
        events.shuffle(&mut self.random);
        let Self { projector, recorders: [one, other], random, .. } = self;
        let (delivered, claimed, again) = tokio::join!(
            send_events(projector, &events, random.random_range(1..=events.len())),
            send(rig, one, &late),
            send(rig, other, &late),
        );
        delivered.and(claimed).and(again)?;
        let everything = [claims, late].concat();
        self.claim(rig, &everything).await?;
        send_events(&mut self.projector, &events, events.len()).await
    }

    async fn claim(&mut self, rig: &Rig, requests: &[Request]) -> Result<(), String> {
        send(rig, &mut self.recorders[0], requests).await
    }

    async fn finish(mut self, rig: &Rig) -> Result<(), String> {
        self.projector.end().await;
        for recorder in &mut self.recorders {
            recorder.end().await;
        }
        self.crew.finish(rig).await.map(drop)
    }
}

/// Every claim must be answered like the claimer's own event: nothing reveals that the id exists elsewhere.
async fn send(rig: &Rig, recorder: &mut Environment, requests: &[Request]) -> Result<(), String> {
    for request in requests {
        let outcome = request.send(recorder, &rig.history, &rig.notes).await;
        if outcome != Outcome::Acknowledged {
            return Err(format!("a stranger's request was {outcome:?}"));
        }
    }
    Ok(())
}

/// Delivers the back-end events in batches; each must be acknowledged completely.
async fn send_events(projector: &mut Environment, events: &[String], batch: usize) -> Result<(), String> {
    for part in events.chunks(batch) {
        let said = projector.invoke(&sqs_event(part)).await;
        if said != Invoked::Answered(json!({ "batchItemFailures": [] })) {
            return Err(format!("project-orders said {said:?}"));
        }
    }
    Ok(())
}

/// The events of an order: it is placed, paid and cancelled, and its product is rated and reviewed.
fn events(number: u32) -> Vec<String> {
    let event = |name: &str, minute: u32, mut fields: Value| {
        fields["event"] = json!(name);
        fields["timestamp"] = json!(format!("2026-11-18T09:{minute:02}:00Z"));
        fields.to_string()
    };
    let id = number.to_string();
    let items = json!([{ "productId": PRODUCT, "quantity": 1, "price": "10.00" }]);
    let paid = json!({ "orderId": id, "paymentId": id, "paymentStatus": "SUCCESS", "amount": "10.00", "paymentMethod": "card" });
    vec![
        event("product.created", 0, json!({ "productId": PRODUCT, "sellerId": "s-1", "name": "Boots" })),
        event("OrderCreated", 1, json!({ "orderId": id, "customerId": "c-1", "items": items })),
        event("PaymentProcessed", 2, paid),
        event("OrderCancelled", 3, json!({ "orderId": id })),
        event("rating.added", 4, json!({ "ratingId": id, "productId": PRODUCT, "rating": number % 6 })),
        event("comment.created", 5, json!({ "commentId": id, "productId": PRODUCT })),
    ]
}

/// Derives the interactions of the events.
fn derive(events: &[String], intake: &Intake) -> Vec<DerivedInteraction> {
    let read = |text: &String| read_shop_event(text, intake, Timestamp::now()).unwrap();
    let events: Vec<ShopEvent> = events.iter().map(read).collect();
    let product = Attribution { product_id: PRODUCT.to_owned(), periods: Vec::new() };
    let known = Attributions::from([(PRODUCT.to_owned(), product)]);
    let subjects: std::collections::BTreeSet<_> = events.iter().map(|event| event.fact.subject()).collect();
    let mut derived = Vec::new();
    for (subject, id) in subjects {
        let of_it = events.iter().filter(|event| event.fact.subject() == (subject, id));
        match subject {
            Subject::Order => derived.extend(order_interactions(id, &OrderState::of(of_it, &known), &known)),
            _ => derived.extend(opinion_interaction((subject, id), &OpinionState::of(of_it), &known)),
        }
    }
    // Placed, paid, cancelled, rated and reviewed.
    assert_eq!(derived.len(), 5 * usize::try_from(ORDERS).unwrap(), "{derived:?}");
    derived
}

/// Every stranger claims every id, with an event of another weight.
fn claims(derived: &[DerivedInteraction], round: u32) -> Vec<Request> {
    let items = |event_type| derived.iter().map(|event| (event.event_id, sent(event_type, false))).collect::<Vec<_>>();
    let account = Uuid::from_u128(0xacc0_0000 + u128::from(round));
    let mut claims = Vec::new();
    for (one, other) in items("view").chunks(7).zip(items("dislike").chunks(7)) {
        claims.push(Request::of_guest(&format!("visit-{round}"), one.to_vec()));
        claims.push(Request::of_guest(&format!("another-{round}"), one.to_vec()));
        claims.push(Request::of_account(account, other.to_vec()));
    }
    claims
}

fn sent(event_type: &'static str, owed: bool) -> Sent {
    Sent { event_type, ref_id: PRODUCT.to_owned(), poison: false, acknowledged: None, owed }
}
