//! Scoring: update-popularity under a runtime API against the same statement, the same batches, in pgbench.
//!
//! Baselines run next to it: one upsert per event, a ledger of applied ids instead of pending rows, the statement from before
//! counts by hour and caps, and the rows that must be written, by no rule.

mod stage;

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::rig::{Rig, processor_seconds};
use crate::sample::{median, number};
use stage::{Actors, SINGLES, Slice, Spread, Stage};
use testkit::{Function, statement_of};

/// The statement that update-popularity sends.
const APPLY: &str = "SELECT * FROM analytic.apply_popularity($1)";
/// The baselines.
const UNNOTED: &str = "SELECT * FROM bench.apply_popularity($1)";
const UPSERT_ONE: &str = include_str!("../sql/upsert_one.sql");
const LEDGER: &str = include_str!("../sql/ledger.sql");
/// Scores only, planned at every call.
const BEFORE: &str = include_str!("../sql/score_only.sql");
/// Takes the pending rows and writes the rows that counts and caps require, by no rule: no statement that keeps them can
/// be faster.
const LEAST: &str = "SELECT bench.write_rows($1)";

/// Turns of a round: ours, the limit, ours, the limit, ...
const TURNS: usize = 6;
/// The number of sessions that upsert event by event.
const SESSIONS: usize = 8;

/// Measures every spread with every batch size, then two clients, then the baselines.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let mut figures = Vec::new();
    for spread in [Spread::Uniform, Spread::Zipf, Spread::OneProduct] {
        let stage = Stage::build(spread).await;
        for (batch, clients) in [(10, 1), (100, 1), (500, 1), (1000, 1), (100, 2)] {
            figures.extend(against_pgbench(rig, &stage, Slice { batch, clients }).await);
        }
        figures.extend(against_baselines(rig, &stage).await);
        figures.extend(by_actor(rig, &stage).await);
    }
    figures
}

async fn against_pgbench(rig: &Rig, stage: &Stage, slice: Slice) -> Vec<Figure> {
    let (mut rounds, mut processor) = (Rounds::default(), Vec::new());
    let batches = number(TURNS * slice.events() / slice.batch);
    for _ in 0..rig.rounds {
        stage.reset(Actors::Accounts).await;
        let mut shipped = stage.start(rig, slice.clients).await;
        let (mut ours, mut limit) = (0.0, 0.0);
        let spent = |functions: &[Function]| functions.iter().map(processor_seconds).sum::<f64>();
        let before = spent(&shipped);
        for turn in 0..TURNS {
            ours += stage.shipped(&mut shipped, slice, 2 * turn).await;
            limit += stage.statements(APPLY, slice, 2 * turn + 1).await;
        }
        stage.check_applied(2 * TURNS * slice.events()).await;
        rounds.push(rate(slice, ours), rate(slice, limit));
        processor.push((spent(&shipped) - before) * 1e3 / batches);
    }
    let plural = if slice.clients == 1 { "" } else { "s" };
    let case = format!("{}, batches of {}, {} client{plural}", stage.spread.name(), slice.batch, slice.clients);
    let figure = rounds.figure("scoring", &case, "events/s").against("same SQL in pgbench");
    let mut figures = vec![if slice.batch == 100 { figure.hold(hold::SCORING) } else { figure }];
    if stage.spread == Spread::Uniform && slice.clients == 1 {
        figures.push(Figure::alone("scoring", format!("{case}, processor of the function"), "ms", median(&processor)));
    }
    figures
}

/// Compares batches of 100 with one upsert per event, and pending rows with a ledger.
async fn against_baselines(rig: &Rig, stage: &Stage) -> Vec<Figure> {
    let slice = Slice { batch: 100, clients: 1 };
    let [mut single, mut crowd, mut ledger, mut planned, mut noted] = [const { Rounds::new() }; 5];
    let unplanned = statement_of("apply_popularity");
    for _ in 0..rig.rounds {
        stage.reset(Actors::Accounts).await;
        let mut shipped = stage.start(rig, 1).await;
        let mut seconds = [0.0; 7];
        for turn in 0..TURNS {
            seconds[0] += stage.shipped(&mut shipped, slice, 2 * turn).await;
            seconds[1] += stage.one_by_one(UPSERT_ONE, 1, turn).await;
            seconds[2] += stage.statements(APPLY, slice, 2 * turn + 1).await;
            seconds[3] += stage.statements(LEDGER, slice, 2 * turn).await;
            seconds[4] += stage.one_by_one(UPSERT_ONE, SESSIONS, turn).await;
            seconds[5] += stage.statements(&unplanned, slice, 2 * TURNS + turn).await;
            seconds[6] += stage.statements(UNNOTED, slice, 3 * TURNS + turn).await;
        }
        let alone = |sessions: usize, seconds: f64| number(TURNS * SINGLES * sessions) / seconds;
        single.push(rate(slice, seconds[0]), alone(1, seconds[1]));
        crowd.push(rate(slice, seconds[0]), alone(SESSIONS, seconds[4]));
        ledger.push(rate(slice, seconds[2]), rate(slice, seconds[3]));
        planned.push(rate(slice, seconds[2]), rate(slice, seconds[5]));
        noted.push(rate(slice, seconds[2]), rate(slice, seconds[6]));
    }
    let case = |text: &str| format!("{}, {text}", stage.spread.name());
    let single = single.figure("scoring", case("batches of 100"), "events/s").against("one upsert an event");
    let single = if stage.spread == Spread::OneProduct { single.hold(hold::HOT_PRODUCT) } else { single };
    vec![
        single,
        crowd.figure("scoring", case("batches of 100"), "events/s").against("one upsert an event, 8 sessions"),
        ledger.figure("scoring", case("pending rows, batches of 100"), "events/s").against("ledger of ids"),
        planned
            .figure("scoring", case("SQL alone, batches of 100"), "events/s")
            .against("the same, planned at every call"),
        noted
            .figure("scoring", case("SQL alone, batches of 100"), "events/s")
            .against("the same, without noting what to rank"),
    ]
}

/// Compares events that are capped with those that are not, a guest's with an account's, and all with the statement from
/// before.
async fn by_actor(rig: &Rig, stage: &Stage) -> Vec<Figure> {
    /// As many as there are events for, in five kinds.
    const TURNS: usize = 4;
    let slice = Slice { batch: 100, clients: 1 };
    let [mut capped, mut guest, mut before, mut uncapped_before, mut least, mut above_least] =
        [const { Rounds::new() }; 6];
    for _ in 0..rig.rounds {
        stage.reset(Actors::ByTurns).await;
        let mut seconds = [0.0; 5];
        for turn in 0..5 * TURNS {
            let statement = [APPLY, APPLY, APPLY, BEFORE, LEAST][turn % 5];
            seconds[turn % 5] += stage.statements(statement, slice, turn).await;
        }
        let [accounts, guests, nobody, scored, written] =
            seconds.map(|seconds| number(TURNS * slice.events()) / seconds);
        capped.push(accounts, nobody);
        guest.push(guests, accounts);
        before.push(accounts, scored);
        uncapped_before.push(nobody, scored);
        least.push(written, scored);
        above_least.push(accounts, written);
    }
    let figure = |rounds: Rounds, text: &str, against| {
        let case = format!("{}, SQL alone, {text}, batches of 100", stage.spread.name());
        rounds.figure("scoring", case, "events/s").against(against)
    };
    let old = "the statement before counts and caps, planned at every call";
    let hold = |figure: Figure, uniform| match stage.spread {
        Spread::Uniform => figure.hold(uniform),
        Spread::OneProduct => figure.hold(hold::SCORING_ONE_PRODUCT_BEFORE),
        Spread::Zipf => figure,
    };
    vec![
        figure(capped, "each event of another account", "events without a cap"),
        figure(guest, "each event of another guest", "of another account"),
        hold(figure(before, "each event of another account", old), hold::SCORING_CAPPED_BEFORE),
        hold(figure(uncapped_before, "events without a cap", old), hold::SCORING_BEFORE),
        figure(least, "the rows that must be written, by no rule", old),
        figure(above_least, "each event of another account", "the rows that must be written, by no rule"),
    ]
}

/// Events per second, when all turns of a round took these seconds.
fn rate(slice: Slice, seconds: f64) -> f64 {
    number(TURNS * slice.events()) / seconds
}
