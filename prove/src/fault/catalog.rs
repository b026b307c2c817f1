//! Faults of the catalog: it fails, is slow, does not respond, or is down.

use std::sync::Arc;
use std::time::Duration;

use super::catalog_stub::CatalogFaults;
use super::rig::Rig;
use super::scenario::{Job, Report, Scenario};
use super::staff::Staff;

/// The clients that send requests all the time.
const CLIENTS: u64 = 2;
/// The percentage of events that the catalog refuses permanently.
const POISON_PERCENT: u32 = 1;
/// How long a fault lasts in one round.
const SPELL: Duration = Duration::from_millis(1_500);
/// Slower than `CATALOG_TIMEOUT_MS` of a rig for some of the calls of a batch, which are made eight at a time.
const SLOW: Duration = Duration::from_millis(1_200);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    HalfFail,
    Slow,
    AnswersLost,
    Down,
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let all = [
        (("H1a", "half of the calls to the catalog answered by 503"), Fault::HalfFail),
        (("H1b", "the catalog slower than its timeout"), Fault::Slow),
        (("H1c", "the catalog accepts, and a third of the answers are lost with their connection"), Fault::AnswersLost),
        (("H1d", "the catalog down"), Fault::Down),
    ];
    all.map(|(words, fault)| Scenario::new(words, (2, 40, 10), move |job| endure(job, fault))).into()
}

/// Traffic and consumers continue while a fault comes and goes. The scores must be unaffected.
async fn endure(job: Job, fault: Fault) -> Report {
    let rig = Arc::new(job.rig().await);
    rig.plant_unreadable().await;
    let staff = Staff::start(&rig, CLIENTS, POISON_PERCENT);
    for _ in 0..job.rounds {
        begin(&rig, fault);
        tokio::time::sleep(SPELL).await;
        rig.catalog.set_faults(CatalogFaults::default());
        rig.catalog.line().restore();
        tokio::time::sleep(SPELL / 4).await;
    }
    Report::of_staff(&rig, job.rounds, staff).await
}

fn begin(rig: &Rig, fault: Fault) {
    let none = CatalogFaults::default();
    match fault {
        Fault::HalfFail => rig.catalog.set_faults(CatalogFaults { fail: 50, ..none }),
        Fault::Slow => rig.catalog.set_faults(CatalogFaults { slow: SLOW, ..none }),
        Fault::AnswersLost => rig.catalog.set_faults(CatalogFaults { lose_answers: 33, ..none }),
        Fault::Down => rig.catalog.line().cut(),
    }
}
