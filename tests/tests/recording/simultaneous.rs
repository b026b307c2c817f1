//! The same events in several execution environments concurrently.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::{Function, HttpReply};

use crate::stage::{Stage, by_shopper, event, results, view};

/// Environments at once.
const FUNCTIONS: usize = 3;
/// Requests that each of them gets without a pause.
const ROUNDS: u32 = 12;
/// Events of a request.
const EVENTS: u32 = 20;

/// Sends each request to every environment at once, and returns all replies.
async fn send_to_all(functions: &mut [Function], requests: &[Vec<Value>]) -> Vec<HttpReply> {
    let mut waiting = Vec::new();
    for (turn, function) in functions.iter_mut().enumerate() {
        for items in requests {
            // Each in another order, which makes unsorted inserts deadlock.
            let mut items = items.clone();
            let by = turn * 7 % items.len();
            items.rotate_left(by);
            if turn % 2 == 1 {
                items.reverse();
            }
            waiting.push(function.begin(&by_shopper(&items).event()));
        }
    }
    let mut replies = Vec::new();
    for said in waiting {
        replies.push(HttpReply::of(&said.await.expect("a living function").expect("an answer")));
    }
    replies
}

async fn functions(stage: &Stage) -> Vec<Function> {
    let mut functions = Vec::new();
    for _ in 0..FUNCTIONS {
        functions.push(stage.another_function(&[]).await);
    }
    functions
}

#[tokio::test]
async fn identical_requests_at_once_store_each_event_exactly_once() {
    let stage = Stage::set().await;
    let mut functions = functions(&stage).await;
    let requests: Vec<Vec<Value>> =
        (0..ROUNDS).map(|round| (0..EVENTS).map(|n| view(round * EVENTS + n)).collect()).collect();

    let replies = send_to_all(&mut functions, &requests).await;

    let mut events: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for reply in &replies {
        assert_eq!(reply.status, 200, "{reply:?}");
        for result in results(reply) {
            let (id, status) = (result["event_id"].as_str().unwrap(), result["status"].as_str().unwrap());
            events.entry(id.to_owned()).or_default().push((status.to_owned(), result["id"].clone()));
        }
    }
    assert_eq!(events.len(), (ROUNDS * EVENTS) as usize);
    for (event_id, mut said) in events {
        said.sort_by(|a, b| a.0.cmp(&b.0));
        let statuses: Vec<_> = said.iter().map(|(status, _)| status.as_str()).collect();
        assert_eq!(statuses, ["accepted", "duplicate", "duplicate"], "{event_id}");
        assert!(said.iter().all(|(_, id)| *id == said[0].1), "{event_id}: {said:?}");
    }
    let all = i64::from(ROUNDS * EVENTS);
    assert_eq!(stage.counts().await, [all, all, 2 * all]);
    assert_eq!(stage.popularity.depth().await, (ROUNDS * EVENTS) as usize, "one hint per event");
}

#[tokio::test]
async fn of_two_contents_for_one_event_id_at_once_one_is_stored_and_the_other_conflicts() {
    let stage = Stage::set().await;
    let mut functions = functions(&stage).await;
    let (viewing, disliking) = functions.split_at_mut(1);
    let requests = |name| -> Vec<Vec<Value>> { (0..ROUNDS).map(|round| vec![event(name, round)]).collect() };
    let (of_viewing, of_disliking) = (requests("view"), requests("dislike"));

    let (views, dislikes) =
        tokio::join!(send_to_all(viewing, &of_viewing), send_to_all(&mut disliking[..1], &of_disliking));

    for (view, dislike) in views.iter().zip(&dislikes) {
        let mut both = [crate::stage::statuses(view).remove(0), crate::stage::statuses(dislike).remove(0)];
        both.sort();
        assert_eq!(both, ["accepted", "conflict conflict"]);
    }
    assert_eq!(stage.counts().await, [i64::from(ROUNDS), i64::from(ROUNDS), 2 * i64::from(ROUNDS)]);
}
