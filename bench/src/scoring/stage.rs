//! The database of a scoring measurement, brought into the same state before each slice.

use std::fmt::Write;

use futures_util::future::join_all;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Uniform, Zipf};
use testkit::{Function, TestDatabase, hint, sqs_event};

use crate::pgbench::{Script, fill};
use crate::rig::{Rig, drive};

/// Products that have a score already.
const PRODUCTS: u32 = 100_000;
/// The number of events from which a slice is taken.
const EVENTS: usize = 40_000;
/// The number of events that each session applies one by one in a turn.
pub(crate) const SINGLES: usize = 150;
/// A rough mix of events: mostly views.
const TYPES: [&str; 10] = [
    "view",
    "view",
    "view",
    "view",
    "view",
    "view",
    "add_to_cart",
    "click_from_search",
    "add_to_favorites",
    "purchase",
];

/// The distribution of events over the products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    Uniform,
    Zipf,
    OneProduct,
}

impl Spread {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Zipf => "Zipf",
            Self::OneProduct => "one hot product",
        }
    }
}

/// Who did the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actors {
    /// An account of its own for each event.
    Accounts,
    /// By turns of 2,000 events: accounts, guests of 5,000 networks, nobody, whose events have no cap, and accounts twice.
    ByTurns,
}

impl Actors {
    /// Their columns, by the id of the event.
    fn columns(self) -> &'static str {
        match self {
            Self::Accounts => "md5('a' || interaction_id)::uuid, NULL::uuid",
            Self::ByTurns => {
                "CASE WHEN (interaction_id - 1) / 2000 % 5 <> 2 THEN md5('a' || interaction_id)::uuid END,
                 CASE WHEN (interaction_id - 1) / 2000 % 5 = 1 THEN md5('n' || interaction_id % 5000)::uuid END"
            }
        }
    }
}

/// The batches of a turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) batch: usize,
    pub(crate) clients: usize,
}

impl Slice {
    /// Batches of one turn: a tenth of a second or so, because the machine's performance fluctuates by the second.
    fn batches(self) -> usize {
        (2_000 / self.batch).clamp(2, 24)
    }

    /// Events of one turn.
    pub(crate) fn events(self) -> usize {
        self.batches() * self.batch
    }

    /// The ids of each batch that a client gets in a turn: every n-th batch.
    fn ids(self, turn: usize, client: usize) -> impl Iterator<Item = Vec<i64>> {
        let first = turn * self.batches();
        (first..first + self.batches()).skip(client).step_by(self.clients).map(move |batch| {
            let first = i64::try_from(batch * self.batch).unwrap() + 1;
            (first..first + i64::try_from(self.batch).unwrap()).collect()
        })
    }
}

/// A database with products, and events to apply.
pub(crate) struct Stage {
    pub(crate) spread: Spread,
    database: TestDatabase,
}

impl Stage {
    /// Creates the products and the events.
    pub(crate) async fn build(spread: Spread) -> Self {
        let database = TestDatabase::create().await;
        database
            .execute(&format!(
                "CREATE SCHEMA bench;
                 CREATE TABLE bench.product AS
                     SELECT md5(n::text)::uuid::text AS id, (n * 7919 % 1000003)::bigint AS score_micros FROM generate_series(1, {PRODUCTS}) AS n;
                 CREATE TABLE bench.event (interaction_id bigint PRIMARY KEY, product_id text NOT NULL, event_type text NOT NULL);
                 CREATE TABLE bench.ledger (interaction_id bigint PRIMARY KEY);
                 INSERT INTO bench.event SELECT id, md5(product::text)::uuid::text, type FROM (VALUES {}) AS event (id, product, type)",
                events(spread)
            ))
            .await;
        database.execute(&without_notes()).await;
        database.execute(include_str!("../../sql/write_rows.sql")).await;
        Self { spread, database }
    }

    /// Brings the tables into the state that every round starts from.
    pub(crate) async fn reset(&self, actors: Actors) {
        self.database
            .execute(&format!(
                "TRUNCATE analytic.pending, analytic.rank_change, analytic.activity, analytic.actor_day, analytic.product_popularity,
                     bench.ledger;
                 INSERT INTO analytic.product_popularity
                     (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
                     SELECT id, score_micros, 0, 0, 0, 0, 0, now() FROM bench.product;
                 INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, occurred_at, next_hint_at, actor, network)
                     SELECT 'popularity', interaction_id, now(), product_id, event_type, now(), now() + interval '1 hour', {} FROM bench.event",
                actors.columns()
            ))
            .await;
        // Outside a transaction, as VACUUM requires.
        self.database
            .execute(
                "VACUUM (ANALYZE) analytic.pending, analytic.activity, analytic.actor_day, analytic.product_popularity",
            )
            .await;
        self.database.execute("CHECKPOINT").await;
    }

    /// Starts the shipped function for each client and lets it connect.
    pub(crate) async fn start(&self, rig: &Rig, clients: usize) -> Vec<Function> {
        let mut functions = Vec::new();
        for _ in 0..clients {
            let mut function = rig.function("update-popularity", self.database.url(), &[]).await;
            // An unknown id: nothing to do.
            drive(&mut function, vec![sqs_event(&[hint(i64::MAX)]).to_string()]).await;
            functions.push(function);
        }
        functions
    }

    /// Lets the shipped functions apply the batches of a turn; returns the seconds it took.
    pub(crate) async fn shipped(&self, functions: &mut [Function], slice: Slice, turn: usize) -> f64 {
        let work: Vec<_> = functions
            .iter_mut()
            .enumerate()
            .map(|(client, function)| {
                let batches = slice.ids(turn, client);
                let payload = |ids: Vec<i64>| sqs_event(&ids.into_iter().map(hint).collect::<Vec<_>>()).to_string();
                drive(function, batches.map(payload).collect())
            })
            .collect();
        let started = std::time::Instant::now();
        join_all(work).await;
        started.elapsed().as_secs_f64()
    }

    /// Runs a statement with the batches of a turn in pgbench; returns the seconds it took.
    pub(crate) async fn statements(&self, statement: &str, slice: Slice, turn: usize) -> f64 {
        let scripts: Vec<Script> = (0..slice.clients)
            .map(|client| {
                let call = |ids: &[i64]| fill(statement, &[array(ids)]);
                Script::warmed(call(&[]), slice.ids(turn, client).map(|ids| call(&ids)))
            })
            .collect();
        let seconds = join_all(scripts.iter().map(|script| script.run(self.database.url(), 1))).await;
        seconds.into_iter().fold(0.0, f64::max)
    }

    /// Runs a statement for each event alone, in this many sessions at once; returns the seconds it took.
    pub(crate) async fn one_by_one(&self, statement: &str, sessions: usize, turn: usize) -> f64 {
        let ids = turn * SINGLES + 1..=(turn + 1) * SINGLES;
        let script = Script::new(ids.map(|id| fill(statement, &[id.to_string()])));
        script.run(self.database.url(), sessions).await
    }

    /// Aborts the measurement unless exactly this many effects were applied.
    pub(crate) async fn check_applied(&self, events: usize) {
        let left = self.database.number("SELECT count(*) FROM analytic.pending").await;
        assert_eq!(usize::try_from(left).unwrap(), EVENTS - events, "every event of the turns was applied");
    }
}

/// The function that scores a batch, but without noting which products have to be ranked again.
fn without_notes() -> String {
    const NOTE: &str = "INSERT INTO analytic.rank_change (product_id) SELECT id FROM weighed";
    let text = store::migration::texts().find(|text| text.contains(NOTE)).expect("the function notes what it scores");
    let text = text.split("COMMENT ON").next().unwrap_or_default().replace(NOTE, "SELECT 1");
    text.replace("FUNCTION analytic.apply_popularity", "FUNCTION bench.apply_popularity")
}

/// Writes the events as rows of values, the same in every run.
fn events(spread: Spread) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let uniform = Uniform::new_inclusive(1, PRODUCTS).unwrap();
    // The usual skew of clicks on products.
    let zipf = Zipf::new(f64::from(PRODUCTS), 1.1).unwrap();
    let mut rows = String::new();
    for id in 1..=EVENTS {
        let product = match spread {
            Spread::Uniform => f64::from(uniform.sample(&mut random)),
            Spread::Zipf => zipf.sample(&mut random),
            Spread::OneProduct => 1.0,
        };
        let separator = if id == 1 { "" } else { "," };
        write!(rows, "{separator}({id},{product},'{}')", TYPES[id % TYPES.len()]).unwrap();
    }
    rows
}

fn array(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("'{{{}}}'::bigint[]", ids.join(","))
}

#[cfg(test)]
mod tests {
    use testkit::statement_of;

    use super::{Actors, EVENTS, Spread, Stage, array};
    use crate::pgbench::fill;
    use crate::scoring::{APPLY, BEFORE, LEAST, LEDGER, UNNOTED, UPSERT_ONE};

    /// The statements are written here once more, and only a measurement would find that they are outdated.
    #[tokio::test]
    async fn every_statement_that_is_measured_scores_its_batch() {
        let stage = Stage::build(Spread::OneProduct).await;
        stage.reset(Actors::Accounts).await;
        let statements = [APPLY, UNNOTED, BEFORE, LEAST, &statement_of("apply_popularity")];
        for (batch, statement) in (0..).zip(statements) {
            let ids: Vec<i64> = (10 * batch + 1..=10 * batch + 10).collect();
            stage.database.execute(&fill(statement, &[array(&ids)])).await;
            let left = stage.database.number("SELECT count(*) FROM analytic.pending").await;
            assert_eq!(left, i64::try_from(EVENTS).unwrap() - 10 * (batch + 1), "{statement}");
        }
        stage.database.execute(&fill(LEDGER, &[array(&[1, 2, 3])])).await;
        assert_eq!(stage.database.number("SELECT count(*) FROM bench.ledger").await, 3);
        stage.database.execute(&fill(UPSERT_ONE, &["1".to_owned()])).await;
    }
}
