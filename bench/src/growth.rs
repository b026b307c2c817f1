//! Growth: the cost of an event, recorded and scored, with ten thousand rows in the log and with many more.

//!
//! The keys of the log are random. New event ids in time order (version 7) touch one end of their index, random ones
//! (version 4) a page each, which Postgres writes whole into its log the first time after a checkpoint: both are
//! measured, the second right after a checkpoint, when it costs most.

use testkit::{Function, TestDatabase, hint, sqs_event};
use uuid::Uuid;

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::null_sqs::NullSqs;
use crate::recording::{Item, recorder, request};
use crate::rig::{Rig, drive};
use crate::sample::number;

const SMALL: u32 = 10_000;
const LARGE: u32 = 1_000_000;
const LARGEST: u32 = 10_000_000;
/// Turns of a round: many rows, few rows, few, many, and so on, because disk performance fluctuates by the second.
const TURNS: usize = 8;
/// Requests of 25 rows in a turn; the same events are then scored in batches of 100.
const REQUESTS: usize = 16;
const ROWS: usize = 25;
const BATCH: usize = 100;

/// Generates an event id.
type EventId = fn() -> Uuid;
/// The kinds of event ids.
const EVENT_IDS: [(&str, EventId); 2] = [("", Uuid::now_v7), (", random event ids", Uuid::new_v4)];

/// Measures one million rows and, with `--long`, ten million, each against ten thousand.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let sqs = NullSqs::start().await;
    let small = filled(SMALL).await;
    let mut figures = Vec::new();
    let sizes = if rig.long { vec![LARGE, LARGEST] } else { vec![LARGE] };
    for size in sizes {
        let large = filled(size).await;
        for (note, event_id) in EVENT_IDS {
            let (mut recorded, mut scored, mut both) = (Rounds::default(), Rounds::default(), Rounds::default());
            for _ in 0..rig.rounds {
                let [ours, limit] = round(rig, &sqs, [&large, &small], event_id).await;
                recorded.push(ours.recorded, limit.recorded);
                scored.push(ours.scored, limit.scored);
                both.push(ours.recorded + ours.scored, limit.recorded + limit.scored);
            }
            for (what, rounds) in [("recorded", recorded), ("scored", scored), ("recorded and scored", both)] {
                let case = format!("an event {what}, {size} rows in the log{note}");
                figures.push(rounds.figure("growth", case, "us/event").against("10000 rows").hold(hold::GROWTH));
            }
        }
    }
    figures
}

/// A database with this many interactions of the past hours, all scored, and a hundred thousand products.
async fn filled(rows: u32) -> TestDatabase {
    let database = TestDatabase::create().await;
    let moment = "now() - interval '6 hours' * random()";
    database
        .execute(&format!(
            "INSERT INTO analytic.interaction (origin, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, occurred_at, date_created)
                 SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'session', 'view', 'Product', md5((n % 100000)::text)::uuid::text,
                        '{{\"source\":\"search\"}}', {moment}, {moment} FROM generate_series(1, {rows}) AS n;
             INSERT INTO analytic.interaction_key (event_id, origin, fingerprint, interaction_id, date_created)
                 SELECT event_id, origin, decode(md5(id::text), 'hex'), id, date_created FROM analytic.interaction;
             INSERT INTO analytic.product_popularity
                 (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
                 SELECT md5(n::text)::uuid, n, 1, 0, 0, 0, 0, now() FROM generate_series(0, 99999) AS n"
        ))
        .await;
    database.execute("VACUUM (ANALYZE)").await;
    database.execute("CHECKPOINT").await;
    database
}

/// Microseconds per event.
#[derive(Clone, Copy, Default)]
struct Cost {
    recorded: f64,
    scored: f64,
}

/// Records and scores in both databases, alternating.
async fn round(rig: &Rig, sqs: &NullSqs, databases: [&TestDatabase; 2], event_id: EventId) -> [Cost; 2] {
    let mut sides = [Side::start(rig, sqs, databases[0]).await, Side::start(rig, sqs, databases[1]).await];
    let mut seconds = [Cost::default(); 2];
    for turn in 0..TURNS {
        for side in order(turn) {
            seconds[side].recorded += sides[side].record(event_id).await;
        }
    }
    let waiting = [sides[0].waiting().await, sides[1].waiting().await];
    for turn in 0..TURNS {
        for side in order(turn) {
            let events = turn * REQUESTS * ROWS..(turn + 1) * REQUESTS * ROWS;
            seconds[side].scored += sides[side].score(&waiting[side][events]).await;
        }
    }
    let micros = 1e6 / number(TURNS * REQUESTS * ROWS);
    seconds.map(|cost| Cost { recorded: cost.recorded * micros, scored: cost.scored * micros })
}

/// Neither side always goes first.
fn order(turn: usize) -> [usize; 2] {
    if turn.is_multiple_of(2) { [0, 1] } else { [1, 0] }
}

/// One database with its functions, connected.
struct Side<'a> {
    database: &'a TestDatabase,
    recorder: Function,
    scorer: Function,
}

impl<'a> Side<'a> {
    async fn start(rig: &Rig, sqs: &NullSqs, database: &'a TestDatabase) -> Self {
        database.execute("TRUNCATE analytic.pending").await;
        database.execute("CHECKPOINT").await;
        let mut recorder = recorder(rig, sqs, database).await;
        drive(&mut recorder, vec![request(&[Item::new(0)])]).await;
        database.execute("TRUNCATE analytic.pending").await;
        let mut scorer = rig.function("update-popularity", database.url(), &[]).await;
        // An unknown id: nothing to do.
        drive(&mut scorer, vec![sqs_event(&[hint(i64::MAX)]).to_string()]).await;
        Self { database, recorder, scorer }
    }

    async fn record(&mut self, event_id: EventId) -> f64 {
        let items = || -> Vec<Item> { (0..ROWS).map(|position| Item::with_id(position, event_id())).collect() };
        drive(&mut self.recorder, (0..REQUESTS).map(|_| request(&items())).collect()).await
    }

    /// The hints of interactions that are recorded and not scored yet.
    async fn waiting(&self) -> Vec<String> {
        let query = "SELECT interaction_id FROM analytic.pending WHERE sink = 'popularity' ORDER BY 1";
        self.database.rows(query).await.iter().map(|id| hint(id.parse().unwrap())).collect()
    }

    async fn score(&mut self, hints: &[String]) -> f64 {
        let batches = hints.chunks(BATCH).map(|batch| sqs_event(batch).to_string());
        drive(&mut self.scorer, batches.collect()).await
    }
}
