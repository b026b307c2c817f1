//! The built-in recommender killed at each step: it removes the pending row itself, and a pair must count once.

use std::time::Duration;

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use testkit::{Moment, sqs_event};

use super::crash::{expect_death, interrupt};
use super::environment::{CANARIES, Environment};
use super::gate::{Gate, GatePoint};
use super::history::Sent;
use super::rig::{Options, Rig};
use super::scenario::{Job, Report, Scenario};
use super::staff::Crew;
use super::traffic::{Outcome, PRODUCTS, Request, SHOPPER, product_id};

/// The statement by what it begins with.
const LEARN: &str = "analytic.learn_interactions(";
/// Of each of the two requests of a session, whose products all differ: so every event but the first teaches pairs.
const ITEMS: usize = 3;
/// What teaches.
const TEACHING: [&str; 4] = ["view", "click_from_search", "add_to_cart", "add_to_favorites"];

/// Where it is killed.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The statement on the way to Postgres.
    BeforeLearning,
    /// In the transaction, at this point.
    InTransaction(GatePoint),
    /// Committed, and Postgres' answer on its way.
    AfterCommit,
    /// Answered, and the messages not deleted.
    BeforeDelete,
}

impl Step {
    const ALL: [Self; 6] = [
        Self::BeforeLearning,
        Self::InTransaction(GatePoint::Deleted),
        Self::InTransaction(GatePoint::Related),
        Self::InTransaction(GatePoint::Commit),
        Self::AfterCommit,
        Self::BeforeDelete,
    ];
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let words = ("C17", "the built-in recommender killed at each step of its transaction; pairs are recounted");
    vec![Scenario::new(words, (12, 240, 40), run)]
}

async fn run(job: Job) -> Report {
    let options = Options { is_recommender_built_in: true, ..Options::new(job.seed, &job.binaries) };
    let rig = Rig::open(options, job.database().await).await;
    rig.plant_unreadable().await;
    let mut learner = Learner {
        rig: &rig,
        random: ChaCha8Rng::seed_from_u64(job.seed),
        recorder: rig.environment("record-interactions", &[]),
        crew: Crew::new(&rig),
    };
    let (mut convergence, mut rest) = (Vec::new(), Ok(()));
    for (round, step) in (0..job.rounds).zip(Step::ALL.into_iter().cycle()) {
        match learner.round(round, step).await {
            Ok(took) => convergence.push(took),
            Err(violation) => {
                rest = Err(format!("round {round}, {step:?}: {violation}"));
                break;
            }
        }
    }
    learner.recorder.end().await;
    let finished = learner.crew.finish(&rig).await.map(|_| ());
    Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
}

struct Learner<'r> {
    rig: &'r Rig,
    random: ChaCha8Rng,
    recorder: Environment,
    crew: Crew,
}

impl Learner<'_> {
    /// Lets a session begin, kills whoever learns how it goes on, and lets the others finish the work.
    async fn round(&mut self, round: u32, step: Step) -> Result<Duration, String> {
        let session = format!("{}-{round}", CANARIES[1]);
        let mut products: Vec<_> = (0..PRODUCTS).map(|number| product_id(number).to_string()).collect();
        products.shuffle(&mut self.random);
        self.record(&session, &products[..ITEMS]).await?;
        self.crew.drain(self.rig).await?;
        self.record(&session, &products[ITEMS..2 * ITEMS]).await?;
        self.kill(step).await?;
        self.crew.drain(self.rig).await
    }

    /// Records that a shopper met these products, which nobody refuses: what is learned is done.
    async fn record(&mut self, session: &str, products: &[String]) -> Result<(), String> {
        let item = |product: &String| {
            let event_id = uuid::Builder::from_random_bytes(self.random.random()).into_uuid();
            let event_type = TEACHING.choose(&mut self.random).unwrap();
            (event_id, Sent { event_type, ref_id: product.clone(), poison: false, acknowledged: None, owed: false })
        };
        let request = Request::in_session(SHOPPER, session, products.iter().map(item).collect());
        match request.send(&mut self.recorder, &self.rig.history, &self.rig.notes).await {
            Outcome::Acknowledged => Ok(()),
            other => Err(format!("without a fault a request was {other:?}")),
        }
    }

    async fn kill(&mut self, step: Step) -> Result<(), String> {
        let mapping = &mut self.crew.teller;
        let messages = mapping.receive().await;
        let bodies: Vec<_> = messages.iter().map(|message| message.body.as_deref().unwrap()).collect();
        let event = sqs_event(&bodies);
        mapping.environment.ready().await;
        let victim = mapping.environment.victim();
        let kill = move || assert!(victim.kill());
        match step {
            Step::BeforeLearning => self.rig.postgres.set_trap(LEARN, Moment::Asked, kill),
            Step::AfterCommit => self.rig.postgres.set_trap(LEARN, Moment::Answered, kill),
            Step::BeforeDelete => mapping.environment.ready().await.set_trap(kill),
            Step::InTransaction(point) => {
                let client = self.rig.connect().await.map_err(|error| error.to_string())?;
                let gate = Gate::close(client, point, 1).await;
                let (victim, server_notices) = (mapping.environment.victim(), self.random.random());
                let (said, ()) =
                    tokio::join!(mapping.environment.invoke(&event), interrupt(gate, victim, server_notices));
                return expect_death(&said);
            }
        }
        expect_death(&mapping.environment.invoke(&event).await)
    }
}
