//! A migration only adds: code of the previous release runs on its schema as before.
//!
//! Postgres itself is asked what changed, instead of parsing the file: that also sees what a DO block or a function does.

use std::collections::BTreeSet;

use regex::Regex;
use testkit::TestDatabase;
use testkit::template::repository;

use crate::changelog::{first_release, is_contracting, migrations};

/// What code relies on: columns and their types, values that Postgres fills in, sequences, functions.
const PROMISES: &str = "
    SELECT format('column %s.%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod))
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'analytic'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    UNION ALL
    SELECT format('default of %s.%s', c.relname, a.attname)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'analytic'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND (a.atthasdef OR a.attidentity <> '')
    UNION ALL
    SELECT format('sequence %s', relname) FROM pg_class WHERE relnamespace = 'analytic'::regnamespace AND relkind = 'S'
    UNION ALL
    SELECT format('function %s returns %s', oid::regprocedure, pg_get_function_result(oid))
    FROM pg_proc WHERE pronamespace = 'analytic'::regnamespace";

/// What a table demands of rows, as (table, demand).
const DEMANDS: &str = "
    SELECT c.relname, format('%s must be given', a.attname)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'analytic'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
    UNION ALL
    SELECT c.relname, pg_get_constraintdef(r.oid)
    FROM pg_constraint AS r JOIN pg_class AS c ON c.oid = r.conrelid
    WHERE c.relnamespace = 'analytic'::regnamespace AND NOT c.relispartition AND r.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT c.relname, pg_get_indexdef(i.indexrelid)
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'analytic'::regnamespace AND NOT c.relispartition AND i.indisunique
      AND NOT EXISTS (SELECT FROM pg_constraint AS r WHERE r.conindid = i.indexrelid)";

const TABLES: &str = "SELECT relname FROM pg_class
    WHERE relnamespace = 'analytic'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition";

/// A schema, as the code before a migration sees it.
struct Schema {
    promises: BTreeSet<String>,
    demands: BTreeSet<String>,
    tables: BTreeSet<String>,
}

impl Schema {
    async fn of(database: &TestDatabase) -> Self {
        let read = async |sql| database.rows(sql).await.into_iter().collect();
        Self { promises: read(PROMISES).await, demands: read(DEMANDS).await, tables: read(TABLES).await }
    }

    /// What code that ran on this schema would miss, or be refused, on a later one.
    fn broken_by(&self, later: &Self) -> Vec<String> {
        let missing = self.promises.difference(&later.promises).map(|promise| format!("missing: {promise}"));
        let is_old = |demand: &&String| demand.split_once(" | ").is_some_and(|(table, _)| self.tables.contains(table));
        let is_wider = |demand: &&String| self.demands.iter().any(|before| widens(before, demand));
        let new = later.demands.difference(&self.demands).filter(is_old).filter(|demand| !is_wider(demand));
        let demanded = new.map(|demand| format!("demanded: {demand}"));
        missing.chain(demanded).collect()
    }
}

/// Whether a check is another one that allows more values: the same text but for additional literals in its list.
fn widens(before: &str, after: &str) -> bool {
    let literal = Regex::new(r"'[^']*'::text(, )?").unwrap();
    let literals =
        |text: &str| literal.find_iter(text).map(|found| found.as_str().trim_end_matches(", ").to_owned()).collect();
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (literals(before), literals(after));
    before.contains("ANY (ARRAY[")
        && literal.replace_all(before, "") == literal.replace_all(after, "")
        && old.is_subset(&new)
}

#[tokio::test]
async fn every_migration_after_the_first_release_only_adds() {
    let (database, first) = (TestDatabase::create_empty().await, first_release());
    for (number, name) in migrations() {
        let is_free = first.contains(&number) || is_contracting(&name);
        let before = if is_free { None } else { Some(Schema::of(&database).await) };
        let file = repository().join(format!("migrations/V{number}__{name}.sql"));
        database.execute(&std::fs::read_to_string(file).unwrap()).await;
        if let Some(before) = before {
            assert_eq!(
                before.broken_by(&Schema::of(&database).await),
                [""; 0],
                "V{number}__{name} breaks running code"
            );
        }
    }
}

/// What the given statements break.
async fn broken_by(sql: &str) -> Vec<String> {
    let database = TestDatabase::create().await;
    let before = Schema::of(&database).await;
    database.execute(sql).await;
    before.broken_by(&Schema::of(&database).await)
}

#[tokio::test]
async fn what_would_break_running_code_is_found() {
    for (sql, found) in [
        ("ALTER TABLE analytic.erasure RENAME TO gone", "missing: column erasure."),
        ("DROP TABLE analytic.shared_session", "missing: column shared_session."),
        ("ALTER TABLE analytic.pending DROP COLUMN parked_reason", "missing: column pending.parked_reason text"),
        ("ALTER TABLE analytic.pending RENAME COLUMN parked_reason TO r", "missing: column pending.parked_reason text"),
        (
            "ALTER TABLE analytic.pending ALTER COLUMN parked_reason TYPE varchar(99)",
            "missing: column pending.parked_reason",
        ),
        (
            "ALTER TABLE analytic.pending ALTER COLUMN parked_reason SET NOT NULL",
            "demanded: pending | parked_reason must",
        ),
        ("ALTER TABLE analytic.shared_session ADD COLUMN x int NOT NULL", "demanded: shared_session | x must be given"),
        ("ALTER TABLE analytic.event_weight ADD CHECK (weight_micros <> 7)", "demanded: event_weight | CHECK"),
        (
            "ALTER TABLE analytic.event_weight DROP CONSTRAINT event_weight_counter_check,
                 ADD CHECK (counter IN ('view_count', 'cart_count', 'purchase_count', 'favorite_count')) NOT VALID",
            "demanded: event_weight | CHECK",
        ),
        (
            "CREATE UNIQUE INDEX ON analytic.event_weight (event_type, counter)",
            "demanded: event_weight | CREATE UNIQUE",
        ),
        ("DROP FUNCTION analytic.linked_customer_ids(text)", "missing: function analytic.linked_customer_ids(text)"),
        ("DO $$ BEGIN EXECUTE 'ALTER TABLE analytic.erasure RENAME TO gone'; END $$", "missing: column erasure."),
    ] {
        let broken = broken_by(sql).await;
        assert!(broken.iter().any(|text| text.starts_with(found)), "{sql}: {broken:?}");
    }
}

#[tokio::test]
async fn what_only_adds_is_not() {
    let sql = "
        ALTER TABLE analytic.event_weight ADD COLUMN note text, ADD COLUMN rank int NOT NULL DEFAULT 0;
        CREATE TABLE analytic.more (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE INDEX ON analytic.event_weight (counter);
        CREATE FUNCTION analytic.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
        ALTER TABLE analytic.event_weight DROP CONSTRAINT event_weight_counter_check, ADD CHECK
            (counter IN ('view_count', 'purchase_count', 'favorite_count', 'cart_count', 'review_count', 'new_count'));
        ALTER TABLE analytic.interaction_key ALTER COLUMN fingerprint DROP NOT NULL;";
    assert_eq!(broken_by(sql).await, [""; 0]);
}
