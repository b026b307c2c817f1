//! The crash points C1 to C14: a function is killed at an exact step, and others have to finish its work.
//!
//! Nothing is compiled into the functions for this. A step is triggered from outside: by traffic to Postgres, SQS or
//! Lambda, or by a gate inside Postgres at which the function's statement waits.

use std::time::Duration;

use domain::Sink;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use testkit::{Invoked, Moment, sqs_event};

use super::crash_point::CrashPoint;
use super::environment::{Environment, Victim};
use super::gate::{Gate, GatePoint};
use super::mapping::Mapping;
use super::rig::Rig;
use super::scenario::{Report, Scenario};
use super::sqs_gate::SendFaults;
use super::staff::Crew;
use super::traffic::{Outcome, Request, Traffic};

/// The maximum number of items of a request.
const MOST_ITEMS: usize = 25;
/// The percentage of events that the catalog refuses.
const POISON_PERCENT: u32 = 1;
/// The statements by the comment that they begin with.
const RECORD: &str = "analytic.record_interactions(";
const APPLY: &str = "analytic.apply_popularity(";
const AWAITING: &str = "store::interaction::get_awaiting_catalog";
const REMOVE: &str = "store::pending::remove";

/// Lists the scenarios: one for each point.
pub(super) fn scenarios() -> Vec<Scenario> {
    CrashPoint::ALL.into_iter().map(scenario).collect()
}

fn scenario(point: CrashPoint) -> Scenario {
    Scenario::new(point.words(), (5, 200, 50), move |job| async move {
        let rig = job.rig().await;
        rig.plant_unreadable().await;
        let mut crash = Crash::new(&rig);
        let (mut convergence, mut rest) = (Vec::new(), Ok(()));
        for round in 0..job.rounds {
            match crash.round(point).await {
                Ok(took) => convergence.push(took),
                Err(violation) => {
                    rest = Err(format!("round {round}: {violation}"));
                    break;
                }
            }
        }
        let finished = crash.finish().await.map(|_| ());
        Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
    })
}

/// Rounds of kills at one point, on one rig.
struct Crash<'a> {
    rig: &'a Rig,
    random: ChaCha8Rng,
    traffic: Traffic,
    recorder: Environment,
    crew: Crew,
}

impl<'a> Crash<'a> {
    fn new(rig: &'a Rig) -> Self {
        let seed = rig.options.seed;
        Self {
            rig,
            random: ChaCha8Rng::seed_from_u64(seed),
            traffic: Traffic::new(seed, POISON_PERCENT, MOST_ITEMS),
            recorder: rig.environment("record-interactions", &[]),
            crew: Crew::new(rig),
        }
    }

    /// Kills once at the point, retries the request half of the time, and lets the others finish the work.
    async fn round(&mut self, point: CrashPoint) -> Result<Duration, String> {
        let request = self.traffic.draw();
        match point {
            CrashPoint::AfterReceive
            | CrashPoint::InTransaction
            | CrashPoint::AfterEffect
            | CrashPoint::BeforeDelete => {
                self.record(&request).await?;
                let sink = if self.random.random() { Sink::Popularity } else { Sink::Catalog };
                self.kill_consumer(point, sink).await?;
            }
            CrashPoint::MidResend => {
                self.rig.sqs.set_faults(SendFaults { fail_entries: 100, ..SendFaults::default() });
                self.record(&request).await?;
                self.rig.sqs.set_faults(SendFaults::default());
                self.kill_resend().await?;
            }
            _ => {
                self.kill_recorder(point, &request).await?;
                if self.random.random() {
                    self.record(&request).await?;
                }
            }
        }
        self.crew.drain(self.rig).await
    }

    /// Continues until the queues are empty and ends the processes.
    async fn finish(mut self) -> Result<Duration, String> {
        self.recorder.end().await;
        self.crew.finish(self.rig).await
    }

    async fn record(&mut self, request: &Request) -> Result<(), String> {
        match request.send(&mut self.recorder, &self.rig.history, &self.rig.notes).await {
            Outcome::Acknowledged => Ok(()),
            other => Err(format!("without a fault a request was {other:?}")),
        }
    }

    async fn kill_recorder(&mut self, point: CrashPoint, request: &Request) -> Result<(), String> {
        let victim = self.recorder.victim();
        let kill = move || assert!(victim.kill());
        self.recorder.ready().await;
        let queues = &self.rig.queues;
        match point {
            CrashPoint::BeforeInsert => self.rig.postgres.set_trap(RECORD, Moment::Asked, kill),
            CrashPoint::AfterCommit => self.rig.postgres.set_trap(RECORD, Moment::Answered, kill),
            CrashPoint::MidFirstQueue | CrashPoint::MidSecondQueue => {
                let first = point == CrashPoint::MidFirstQueue;
                let queue = if first { &queues.popularity } else { &queues.catalog };
                let pass = self.random.random_range(0..u32::try_from(request.len().div_ceil(10)).unwrap());
                let moment = self.any_moment();
                self.rig.sqs.set_trap((Some(queue.url()), pass), moment, async move { kill() });
            }
            CrashPoint::BetweenQueues => return self.kill_between_queues(request).await,
            CrashPoint::BeforeReply => self.recorder.ready().await.set_trap(kill),
            CrashPoint::DuringCommit if self.random.random() => return self.cut_commit(request).await,
            CrashPoint::DuringCommit => return self.kill_at_gate(GatePoint::Commit, request).await,
            CrashPoint::AfterInteraction => return self.kill_at_gate(GatePoint::Interaction, request).await,
            _ => return self.kill_at_gate(GatePoint::Pending, request).await,
        }
        let outcome = request.send(&mut self.recorder, &self.rig.history, &self.rig.notes).await;
        let sprung = self.rig.postgres.has_sprung() && self.rig.sqs.has_sprung();
        if outcome == Outcome::Unanswered && sprung { Ok(()) } else { Err(missed(point, outcome)) }
    }

    /// The catalog queue's calls wait until the popularity queue has everything; then the sender is killed.
    async fn kill_between_queues(&mut self, request: &Request) -> Result<(), String> {
        let victim = self.recorder.victim();
        let served = self.rig.sqs.wait_for_messages(self.rig.queues.popularity.url(), request.len());
        let kill_when_served = async move {
            served.await;
            assert!(victim.kill());
        };
        self.rig.sqs.set_trap((Some(self.rig.queues.catalog.url()), 0), Moment::Asked, kill_when_served);
        let outcome = request.send(&mut self.recorder, &self.rig.history, &self.rig.notes).await;
        let point = CrashPoint::BetweenQueues;
        if outcome == Outcome::Unanswered { Ok(()) } else { Err(missed(point, outcome)) }
    }

    /// The connection is cut just before or just after Postgres sees the statement; no process is killed.
    async fn cut_commit(&mut self, request: &Request) -> Result<(), String> {
        let moment = self.any_moment();
        self.rig.postgres.set_trap(RECORD, moment, || {});
        let outcome = request.send(&mut self.recorder, &self.rig.history, &self.rig.notes).await;
        let sprung = self.rig.postgres.has_sprung();
        if sprung && outcome != Outcome::Unanswered { Ok(()) } else { Err(missed(CrashPoint::DuringCommit, outcome)) }
    }

    /// The statement waits in the middle; the process is killed; Postgres notices it, or continues without a client.
    async fn kill_at_gate(&mut self, point: GatePoint, request: &Request) -> Result<(), String> {
        let rows = u32::try_from(request.len()).unwrap() * if point == GatePoint::Interaction { 1 } else { 2 };
        let gate = self.close_gate(point, rows).await?;
        let victim = self.recorder.victim();
        let server_notices = self.random.random();
        let (outcome, ()) = tokio::join!(
            request.send(&mut self.recorder, &self.rig.history, &self.rig.notes),
            interrupt(gate, victim, server_notices)
        );
        if outcome == Outcome::Unanswered { Ok(()) } else { Err(format!("{point:?}: {outcome:?}")) }
    }

    async fn close_gate(&mut self, point: GatePoint, rows: u32) -> Result<Gate, String> {
        let client = self.rig.connect().await.map_err(|error| error.to_string())?;
        Ok(Gate::close(client, point, self.random.random_range(1..=rows)).await)
    }

    async fn kill_consumer(&mut self, point: CrashPoint, sink: Sink) -> Result<(), String> {
        let mapping = match sink {
            Sink::Popularity => &mut self.crew.scorer,
            Sink::Catalog => &mut self.crew.teller,
        };
        let messages = mapping.receive().await;
        let bodies: Vec<_> = messages.iter().map(|message| message.body.as_deref().unwrap()).collect();
        let event = sqs_event(&bodies);
        let victim = ready(mapping).await;
        let kill = move || assert!(victim.kill());
        let line = &self.rig.postgres;
        match (point, sink) {
            (CrashPoint::AfterReceive, Sink::Popularity) => line.set_trap(APPLY, Moment::Asked, kill),
            (CrashPoint::AfterReceive, Sink::Catalog) => line.set_trap(AWAITING, Moment::Asked, kill),
            (CrashPoint::InTransaction, Sink::Popularity) => {
                let point = if self.random.random() { GatePoint::Deleted } else { GatePoint::Commit };
                let gate = self.close_gate(point, 1).await?;
                let server_notices = self.random.random();
                let environment = &mut self.crew.scorer.environment;
                let victim = environment.victim();
                let (said, ()) = tokio::join!(environment.invoke(&event), interrupt(gate, victim, server_notices));
                return expect_death(&said);
            }
            (CrashPoint::InTransaction, Sink::Catalog) => line.set_trap(REMOVE, Moment::Asked, kill),
            (CrashPoint::AfterEffect, Sink::Popularity) => line.set_trap(APPLY, Moment::Answered, kill),
            (CrashPoint::AfterEffect, Sink::Catalog) => line.set_trap(REMOVE, Moment::Answered, kill),
            _ => mapping.environment.ready().await.set_trap(kill),
        }
        expect_death(&mapping.environment.invoke(&event).await)
    }

    async fn kill_resend(&mut self) -> Result<(), String> {
        self.rig.pass_time(3_600).await.map_err(|error| error.to_string())?;
        self.crew.sweeper.ready().await;
        let victim = self.crew.sweeper.victim();
        let (moment, pass) = (self.any_moment(), self.random.random_range(0..2));
        self.rig.sqs.set_trap((None, pass), moment, async move { assert!(victim.kill()) });
        expect_death(&self.crew.sweeper.invoke(&json!({})).await)
    }

    fn any_moment(&mut self) -> Moment {
        if self.random.random() { Moment::Asked } else { Moment::Answered }
    }
}

async fn ready(mapping: &mut Mapping) -> Victim {
    mapping.environment.ready().await;
    mapping.environment.victim()
}

/// Kills a process whose statement waits at a gate; Postgres notices it, or goes on without a client.
pub(super) async fn interrupt(gate: Gate, victim: Victim, server_notices: bool) {
    assert!(gate.wait_for_statement().await, "no statement came to the gate");
    assert!(victim.kill());
    if server_notices {
        gate.end_statement().await;
    }
    gate.open().await;
}

/// A killed process gave no answer.
pub(super) fn expect_death(said: &Invoked) -> Result<(), String> {
    if *said == Invoked::Died { Ok(()) } else { Err(format!("the point was not hit: {said:?}")) }
}

fn missed(point: CrashPoint, outcome: Outcome) -> String {
    format!("{point:?} was not hit: {outcome:?}")
}
