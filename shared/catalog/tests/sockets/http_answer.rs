//! An HTTP catalog that responds: the requests, and the meaning of each response.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use catalog::{AgainReason, Catalog, Delivery, HttpCatalog, HttpSettings, Outcome};
use domain::{Interaction, InteractionId, ParkReason};
use uuid::Uuid;

use crate::server::{Reply, Server, answer, response};

pub(crate) fn viewed(id: i64) -> Interaction {
    Interaction {
        id: InteractionId(id),
        account_id: Some(Uuid::from_u128(1)),
        session_id: Some("s-1".to_owned()),
        event_type: "view".to_owned(),
        ref_type: "Product".to_owned(),
        ref_id: Uuid::from_u128(2).to_string(),
        metadata: r#"{"rank":1.50,"tags":["a"]}"#.to_owned(),
        occurred_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        date_created: "2026-11-20T10:00:00.25Z".parse().unwrap(),
    }
}

pub(crate) fn settings(origin: &str) -> HttpSettings {
    HttpSettings {
        url: format!("{origin}/interactions").parse().unwrap(),
        call_timeout: Duration::from_millis(400),
        concurrency: NonZeroUsize::new(4).unwrap(),
        pause: Duration::from_millis(300),
    }
}

pub(crate) fn catalog(server: &Server) -> Catalog {
    Catalog::Http(HttpCatalog::new(settings(&server.origin)))
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Delivers one interaction and returns its outcome.
pub(crate) async fn deliver_one(catalog: &Catalog) -> Outcome {
    only(catalog.deliver(&[viewed(7)], soon()).await.unwrap())
}

fn only(delivery: Delivery) -> Outcome {
    assert_eq!(delivery.outcomes.len(), 1);
    assert_eq!(delivery.outcomes[0].0, InteractionId(7));
    delivery.outcomes[0].1.clone()
}

#[tokio::test]
async fn an_interaction_is_posted_as_json_with_its_id_as_the_idempotency_key() {
    let server = Server::start(|_, _| answer(202, "")).await;
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed);
    let request = &server.requests()[0];
    let head = request.head.replace(server.origin.trim_start_matches("http://"), "<host>").replace('\r', "");
    insta::assert_snapshot!(head, @r"
    POST /interactions HTTP/1.1
    idempotency-key: 7
    content-type: application/json
    accept: */*
    user-agent: shopsignal/0.1.0
    host: <host>
    content-length: 276
    ");
    insta::assert_snapshot!(request.body, @r#"{"id":7,"account_id":"00000000-0000-0000-0000-000000000001","event_type":"view","ref_type":"Product","ref_id":"00000000-0000-0000-0000-000000000002","metadata":{"rank":1.50,"tags":["a"]},"occurred_at":"2026-11-20T10:00:00.000000Z","date_created":"2026-11-20T10:00:00.250000Z"}"#);
}

#[tokio::test]
async fn success_and_conflict_confirm() {
    for status in [200, 201, 202, 204, 409] {
        let server = Server::start(move |_, _| answer(status, "")).await;
        assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed, "{status}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_refusal_is_final_and_asked_for_once() {
    for status in [400, 410, 413, 422] {
        let server = Server::start(move |_, _| answer(status, "no")).await;
        let refused = Outcome::Refused(ParkReason::CatalogRefused { status });
        assert_eq!(deliver_one(&catalog(&server)).await, refused);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_catalog_that_is_not_there_yet_parks_nothing_and_is_asked_once() {
    for status in [401, 403, 404, 405, 415] {
        let server = Server::start(move |_, _| answer(status, "no")).await;
        let delivery = catalog(&server).deliver(&[viewed(7)], soon()).await.unwrap();
        assert!(delivery.catalog_is_down(), "{status}");
        assert_eq!(only(delivery), Outcome::Again(AgainReason::NotTaken(status)));
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_404_to_everything_opens_the_circuit_however_old_the_interactions_are() {
    let server = Server::start(|_, _| answer(404, "")).await;
    let interactions: Vec<_> = (0..30).map(viewed).collect();
    let delivery = catalog(&server).deliver(&interactions, soon()).await.unwrap();
    assert!(delivery.circuit_open && delivery.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Again(_))));
    assert!(server.count() < 20, "{} calls", server.count());
}

#[tokio::test]
async fn what_a_working_catalog_does_not_take_for_a_day_is_refused() {
    let is_odd = |body: &str| body.contains(r#""id":3,"#) || body.contains(r#""id":4,"#);
    let server = Server::start(move |_, request| answer(if is_odd(&request.body) { 404 } else { 200 }, "")).await;
    let mut interactions: Vec<_> = (0..6).map(viewed).collect();
    for (interaction, hours) in interactions.iter_mut().zip([25, 25, 1, 25, 23, 1]) {
        interaction.date_created = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
    }
    let delivery = catalog(&server).deliver(&interactions, soon()).await.unwrap();
    for (id, outcome) in delivery.outcomes {
        let expected = match id.0 {
            3 => Outcome::Refused(ParkReason::CatalogRefused { status: 404 }),
            4 => Outcome::Again(AgainReason::NotTaken(404)),
            _ => Outcome::Confirmed,
        };
        assert_eq!(outcome, expected, "{id}");
    }
}

#[tokio::test]
async fn a_passing_fault_is_overcome_with_the_same_key() {
    for fault in [408, 425, 429, 500, 502, 503] {
        let server = Server::start(move |number, _| answer(if number == 0 { fault } else { 200 }, "")).await;
        assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed, "{fault}");
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests.iter().all(|request| request.head.contains("idempotency-key: 7\r\n")));
        assert_eq!(requests[0].body, requests[1].body);
    }
}

#[tokio::test]
async fn a_lasting_fault_ends_after_three_attempts() {
    let server = Server::start(|_, _| answer(503, "")).await;
    let delivery = catalog(&server).deliver(&[viewed(7)], soon()).await.unwrap();
    assert!(delivery.catalog_is_down());
    assert_eq!(delivery.call_times.len(), 3);
    assert_eq!(only(delivery), Outcome::Again(AgainReason::Failed(503)));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_short_retry_after_is_waited_for() {
    let reply = |number| if number == 0 { response(429, "retry-after: 1\r\n", "") } else { response(200, "", "") };
    let server = Server::start(move |number, _| Reply::Say(reply(number))).await;
    let start = Instant::now();
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed);
    assert!(start.elapsed() >= Duration::from_secs(1), "asked again after {:?}", start.elapsed());
}

#[tokio::test]
async fn a_long_retry_after_is_left_to_the_queue() {
    for value in ["60", "Fri, 31 Dec 2100 23:59:59 GMT"] {
        let headers = format!("retry-after: {value}\r\n");
        let server = Server::start(move |_, _| Reply::Say(response(429, &headers, ""))).await;
        let start = Instant::now();
        assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::Throttled));
        assert_eq!(server.count(), 1, "{value}");
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test]
async fn one_refusal_harms_no_neighbour() {
    let server =
        Server::start(|_, request| answer(if request.body.contains(r#""id":3,"#) { 422 } else { 200 }, "")).await;
    let interactions: Vec<_> = (0..10).map(viewed).collect();
    let delivery = catalog(&server).deliver(&interactions, soon()).await.unwrap();
    assert_eq!(delivery.outcomes.len(), 10);
    for (id, outcome) in delivery.outcomes {
        let expected =
            if id.0 == 3 { Outcome::Refused(ParkReason::CatalogRefused { status: 422 }) } else { Outcome::Confirmed };
        assert_eq!(outcome, expected, "{id}");
    }
}

#[tokio::test]
async fn the_same_interaction_twice_is_delivered_once() {
    let server = Server::start(|_, _| answer(200, "")).await;
    let delivery = catalog(&server).deliver(&[viewed(7), viewed(7)], soon()).await.unwrap();
    assert_eq!(only(delivery), Outcome::Confirmed);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn nothing_to_deliver_asks_nothing() {
    let server = Server::start(|_, _| answer(500, "")).await;
    let delivery = catalog(&server).deliver(&[], soon()).await.unwrap();
    assert!(delivery.outcomes.is_empty() && !delivery.catalog_is_down());
    assert_eq!(server.connections(), 0);
}
