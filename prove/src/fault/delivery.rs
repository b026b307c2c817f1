//! Faults of SQS: messages that are repeated and reordered, not accepted, or lost.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use domain::Sink;
use testkit::TestQueue;

use super::queue::Receives;
use super::rig::{Options, Rig};
use super::scenario::{Job, Report, Scenario};
use super::sqs_gate::SendFaults;
use super::staff::{Crew, Staff};
use super::traffic::Traffic;

/// The maximum number of items of a request.
const MOST_ITEMS: usize = 25;
/// The clients that send requests all the time.
const CLIENTS: u64 = 3;
/// The percentage of events that the catalog refuses.
const POISON_PERCENT: u32 = 1;
/// How long a fault lasts in one round.
const SPELL: Duration = Duration::from_millis(700);
/// Copies of each message beyond the first.
const COPIES: u32 = 49;
/// Longer than messages take to be received as often as they may be.
const DEATH_LIMIT: Duration = Duration::from_secs(180);
/// Requests of a round that delivers by hand.
const REQUESTS: u32 = 8;

/// What happens to messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Refused,
    PartlyFailed,
    AnswersLost,
    Throttled,
    AcknowledgementsLost,
    Purged,
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let spells = [
        (("Q2a", "SQS takes nothing for a while"), Fault::Refused),
        (("Q2b", "half of the entries come back as Failed"), Fault::PartlyFailed),
        (("Q2c", "half of the calls to SQS take effect and are answered by 500"), Fault::AnswersLost),
        (("Q2d", "two of three calls to SQS are throttled"), Fault::Throttled),
        (("Q3", "a third of the batches are not deleted although they were handled"), Fault::AcknowledgementsLost),
        (("Q7", "both queues purged in the midst of it"), Fault::Purged),
    ];
    let spells = spells.map(|(words, fault)| Scenario::new(words, (3, 60, 20), move |job| endure(job, fault)));
    let by_hand = [
        Scenario::new(("Q1", "every message 50 times, shuffled over batches of any size"), (2, 60, 10), repeat),
        Scenario::new(
            ("Q6", "effects die in the queue, and all dead letters are put back twice"),
            (1, 20, 5),
            redrive_twice,
        ),
    ];
    spells.into_iter().chain(by_hand).collect()
}

/// Traffic and consumers continue while a fault comes and goes.
async fn endure(job: Job, fault: Fault) -> Report {
    let rig = Arc::new(job.rig().await);
    if fault != Fault::Purged {
        // Only a pending row remembers what a purge deletes.
        rig.plant_unreadable().await;
    }
    let staff = Staff::start(&rig, CLIENTS, POISON_PERCENT);
    for _ in 0..job.rounds {
        begin(&rig, fault).await;
        tokio::time::sleep(SPELL).await;
        rig.sqs.set_faults(SendFaults::default());
        rig.delivery.lost_acknowledgements.store(0, SeqCst);
        tokio::time::sleep(SPELL / 4).await;
    }
    Report::of_staff(&rig, job.rounds, staff).await
}

async fn begin(rig: &Rig, fault: Fault) {
    let none = SendFaults::default();
    match fault {
        Fault::Refused => rig.sqs.set_faults(SendFaults { refuse: 100, ..none }),
        Fault::PartlyFailed => rig.sqs.set_faults(SendFaults { fail_entries: 50, ..none }),
        Fault::AnswersLost => rig.sqs.set_faults(SendFaults { lose_answers: 50, ..none }),
        Fault::Throttled => rig.sqs.set_faults(SendFaults { throttle: 67, ..none }),
        Fault::AcknowledgementsLost => rig.delivery.lost_acknowledgements.store(33, SeqCst),
        Fault::Purged => rig.queues.purge().await,
    }
}

/// Each round: some requests, then every message again and again.
async fn repeat(job: Job) -> Report {
    let rig = job.rig().await;
    rig.plant_unreadable().await;
    rig.delivery.duplicates.store(COPIES, SeqCst);
    let (mut traffic, mut crew) = (Traffic::new(job.seed, POISON_PERCENT, MOST_ITEMS), Crew::new(&rig));
    let (mut convergence, mut rest) = (Vec::new(), Ok(()));
    for _ in 0..job.rounds {
        let drained = match traffic.record(&rig, REQUESTS).await {
            Ok(()) => crew.drain(&rig).await,
            Err(error) => Err(error),
        };
        match drained {
            Ok(took) => convergence.push(took),
            Err(violation) => rest = Err(violation),
        }
    }
    let finished = crew.finish(&rig).await.map(|_| ());
    Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
}

/// Each round: messages are received until they are dead letters, redriven twice concurrently, and put back manually
/// another time weeks later, when their effect was applied long ago.
async fn redrive_twice(job: Job) -> Report {
    let rig = Rig::open(
        Options { receives: Receives::all(2), ..Options::new(job.seed, &job.binaries) },
        job.database().await,
    )
    .await;
    let (mut traffic, mut crew) = (Traffic::new(job.seed, 0, MOST_ITEMS), Crew::new(&rig));
    let (mut convergence, mut rest) = (Vec::new(), Ok(()));
    for _ in 0..job.rounds {
        let round = async {
            traffic.record(&rig, REQUESTS).await?;
            let letters = let_die(&rig).await;
            tokio::try_join!(redrive(&rig), redrive(&rig))?;
            let took = crew.drain_without_resend(&rig).await?;
            for (queue, bodies) in &letters {
                for body in bodies {
                    queue.send(body).await;
                }
            }
            Ok::<_, String>(took)
        };
        match round.await {
            Ok(took) => convergence.push(took),
            Err(violation) => rest = Err(violation),
        }
    }
    let finished = crew.finish(&rig).await.map(|_| ());
    Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
}

/// Receives every message, like a consumer that always crashes, until all are dead letters; returns their bodies.
async fn let_die(rig: &Rig) -> Vec<(TestQueue, Vec<String>)> {
    let mut letters = Vec::new();
    for (sink, queue, dlq) in [
        (Sink::Popularity, &rig.queues.popularity, &rig.queues.popularity_dlq),
        (Sink::Catalog, &rig.queues.catalog, &rig.queues.catalog_dlq),
    ] {
        let mapping = rig.mapping(sink, 0);
        let started = Instant::now();
        while queue.depth().await > 0 {
            assert!(started.elapsed() < DEATH_LIMIT, "{sink:?}: messages do not become dead letters");
            mapping.receive().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        letters.push((queue.clone(), dlq.peek().await));
    }
    letters
}

async fn redrive(rig: &Rig) -> Result<(), String> {
    rig.redrive("popularity", &[]).await?;
    rig.redrive("catalog", &[]).await
}
