//! The fault suite: the shipped binaries on real Postgres and queues, while faults are injected on a seeded schedule.
//!
//! A [`Rig`] is a complete shop: a database, queues with their dead-letter queues, a catalog, and the functions under
//! our own Runtime API. A scenario sends traffic, injects its faults, stops them, lets the shop become idle and checks
//! the invariants against a history of what was sent and answered. The seed determines what is sent and when faults
//! occur, but not how threads and processes interleave.
#![expect(clippy::unwrap_used, reason = "a suite that cannot set its stage fails where it stands")]

mod abandoned;
mod activity;
mod catalog;
mod catalog_stub;
mod check;
mod clock;
mod cluster;
mod crash;
mod crash_point;
mod delivery;
mod environment;
mod erasure;
mod findings;
mod gate;
mod history;
mod learner;
mod mapping;
mod outage;
mod pairs;
mod postgres;
mod process;
mod queue;
mod recount;
mod rig;
mod rush;
mod scenario;
mod shopper;
mod small_disk;
mod sqs_gate;
mod staff;
mod stranger;
mod traffic;
mod upkeep;

pub use catalog_stub::{CatalogFaults, CatalogStub};
pub use check::check;
pub use cluster::{Cluster, ClusterOptions};
pub use environment::{Environment, Notes, Victim};
pub use findings::Findings;
pub use gate::{Gate, GatePoint};
pub use history::{Counts, History};
pub use mapping::{Delivery, Mapping};
pub use queue::{Queues, Receives};
pub use rig::{Options, Rig};
pub use scenario::{Job, Report, Running, Scenario};
pub use small_disk::Skipped;
pub use small_disk::SmallDisk;
pub use sqs_gate::{SendFaults, SqsGate};
pub use staff::{Crew, Staff};
pub use traffic::{Outcome, Request, Traffic};

/// Lists every fault that the suite injects.
#[must_use]
pub fn scenarios() -> Vec<Scenario> {
    let lists = [
        crash::scenarios(),
        process::scenarios(),
        learner::scenarios(),
        postgres::scenarios(),
        delivery::scenarios(),
        catalog::scenarios(),
        outage::scenarios(),
        rush::scenarios(),
        clock::scenarios(),
        stranger::scenarios(),
        abandoned::scenarios(),
        erasure::scenarios(),
        upkeep::scenarios(),
    ];
    lists.into_iter().flatten().collect()
}
