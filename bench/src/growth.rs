//! Growth: what an event costs, recorded and scored, with ten thousand rows in the log and with many more.

use testkit::{TestDatabase, hint, sqs_event};

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::null_sqs::NullSqs;
use crate::recording::{Item, recorder, request};
use crate::rig::{Rig, drive};
use crate::sample::number;

const SMALL: u32 = 10_000;
const LARGE: u32 = 1_000_000;
const LARGEST: u32 = 10_000_000;
/// Requests of 25 rows in a slice; the same events are then scored in batches of 100.
const REQUESTS: usize = 80;
const ROWS: usize = 25;
const BATCH: usize = 100;

/// Measures one million rows and, with `--long`, ten million, each against ten thousand.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let sqs = NullSqs::start().await;
    let small = filled(SMALL).await;
    let mut figures = Vec::new();
    let sizes = if rig.long { vec![LARGE, LARGEST] } else { vec![LARGE] };
    for size in sizes {
        let large = filled(size).await;
        let (mut recorded, mut scored, mut both) = (Rounds::default(), Rounds::default(), Rounds::default());
        for _ in 0..rig.rounds {
            let (ours, limit) = (cost(rig, &sqs, &large).await, cost(rig, &sqs, &small).await);
            recorded.push(ours.recorded, limit.recorded);
            scored.push(ours.scored, limit.scored);
            both.push(ours.recorded + ours.scored, limit.recorded + limit.scored);
        }
        for (what, rounds) in [("recorded", recorded), ("scored", scored), ("recorded and scored", both)] {
            let case = format!("an event {what}, {size} rows in the log");
            figures.push(rounds.figure("growth", case, "us/event").against("10000 rows").hold(hold::GROWTH));
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
            "INSERT INTO analytic.interaction (event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, occurred_at, date_created)
                 SELECT gen_random_uuid(), gen_random_uuid(), 'session', 'view', 'Product', md5((n % 100000)::text)::uuid::text,
                        '{{\"source\":\"search\"}}', {moment}, {moment} FROM generate_series(1, {rows}) AS n;
             INSERT INTO analytic.interaction_key (event_id, fingerprint, interaction_id, date_created)
                 SELECT event_id, decode(md5(id::text), 'hex'), id, date_created FROM analytic.interaction;
             INSERT INTO analytic.product_popularity
                 (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
                 SELECT md5(n::text)::uuid, n, 1, 0, 0, 0, 0, now() FROM generate_series(0, 99999) AS n"
        ))
        .await;
    database.execute("VACUUM (ANALYZE)").await;
    database.execute("CHECKPOINT").await;
    database
}

/// Microseconds an event.
struct Cost {
    recorded: f64,
    scored: f64,
}

async fn cost(rig: &Rig, sqs: &NullSqs, database: &TestDatabase) -> Cost {
    database.execute("TRUNCATE analytic.pending").await;
    database.execute("CHECKPOINT").await;
    let mut recorder = recorder(rig, sqs, database).await;
    drive(&mut recorder, vec![request(&[Item::new(0)])]).await;
    let requests = (0..REQUESTS).map(|_| request(&(0..ROWS).map(Item::new).collect::<Vec<_>>())).collect();
    let recorded = drive(&mut recorder, requests).await;

    let ids = database.rows("SELECT interaction_id FROM analytic.pending WHERE sink = 'popularity' ORDER BY 1").await;
    let bodies: Vec<String> = ids.iter().map(|id| hint(id.parse().unwrap())).collect();
    let mut scorer = rig.function("update-popularity", database.url(), &[]).await;
    drive(&mut scorer, vec![sqs_event(&bodies[..1]).to_string()]).await;
    let scored =
        drive(&mut scorer, bodies[1..].chunks(BATCH).map(|batch| sqs_event(batch).to_string()).collect()).await;
    let events = number(REQUESTS * ROWS);
    Cost { recorded: recorded * 1e6 / events, scored: scored * 1e6 / events }
}
