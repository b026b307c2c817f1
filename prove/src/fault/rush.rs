//! A rush on a few products: many consumers, each with its own messages, meet on the same rows.

use std::time::Instant;

use domain::Sink;
use tokio::task::JoinSet;

use super::rig::Rig;
use super::scenario::{Job, Report, Scenario};
use super::staff::Crew;
use super::traffic::Traffic;

/// The maximum number of items of a request.
const MOST_ITEMS: usize = 25;
/// Concurrent consumers of each queue.
const CONSUMERS: u64 = 6;
/// Requests of a round.
const REQUESTS: u32 = 60;

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new(("L2", "six consumers on one hot product and nineteen others, no deadlock"), (4, 200, 20), run)]
}

async fn run(job: Job) -> Report {
    let rig = job.rig().await;
    let mut traffic = Traffic::new(job.seed, 0, MOST_ITEMS);
    let (mut convergence, mut rest) = (Vec::new(), Ok(()));
    for round in 0..job.rounds {
        if let Err(violation) = traffic.record(&rig, REQUESTS).await {
            rest = Err(violation);
        }
        let started = Instant::now();
        consume(&rig, u64::from(round)).await;
        convergence.push(started.elapsed());
    }
    let finished = Crew::new(&rig).finish(&rig).await.map(|_| ());
    Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
}

/// All consumers receive first, and then start together.
async fn consume(rig: &Rig, round: u64) {
    let mut received = Vec::new();
    for consumer in 0..CONSUMERS {
        for sink in Sink::ALL {
            let mut mapping = rig.mapping(sink, round * CONSUMERS + consumer);
            mapping.environment.ready().await;
            received.push((mapping.receive().await, mapping));
        }
    }
    let mut consumers = JoinSet::new();
    for (messages, mut mapping) in received {
        consumers.spawn(async move {
            mapping.deliver_messages(&messages).await;
            mapping.environment.end().await;
        });
    }
    consumers.join_all().await;
}
