//! The privileges of each function in the database. Every other test shows that they suffice: it runs the shipped
//! binary, which signs in as its role.

use std::collections::{BTreeMap, BTreeSet};

use store::Role;
use testkit::TestDatabase;
use testkit::template::{FUNCTION, Template, logical_id};
use tokio_postgres::error::SqlState;

/// Every grant of the schema: on what, to whom, which. `PUBLIC` would be everyone.
const GRANTS: &str = "
    WITH object AS (
        SELECT relname AS name, relacl AS acl, relowner AS owner FROM pg_class
        WHERE relnamespace = 'analytic'::regnamespace AND relkind <> 'i'
        UNION ALL
        SELECT proname || '()', coalesce(proacl, acldefault('f', proowner)), proowner FROM pg_proc
        WHERE pronamespace = 'analytic'::regnamespace
        UNION ALL
        SELECT 'schema ' || nspname, nspacl, nspowner FROM pg_namespace WHERE nspname = 'analytic'
    ), granted AS (
        SELECT name, grantee, lower(privilege_type) AS privilege
        FROM object CROSS JOIN LATERAL aclexplode(acl) WHERE grantee <> owner
        UNION ALL
        SELECT relname, grantee, lower(privilege_type) || '(' || string_agg(attname, ' ' ORDER BY attnum) || ')'
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid CROSS JOIN LATERAL aclexplode(attacl)
        WHERE relnamespace = 'analytic'::regnamespace GROUP BY relname, grantee, privilege_type
    )
    SELECT format('%s: %s %s', name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE replace(grantee::regrole::text, 'shopsignal_', '') END,
                  string_agg(privilege, ', ' ORDER BY privilege))
    FROM granted GROUP BY name, grantee ORDER BY name COLLATE \"C\", grantee::regrole::text COLLATE \"C\"";

/// Tables and partitioned tables.
const RELATIONS: &str = "SELECT relname FROM pg_class
    WHERE relnamespace = 'analytic'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname";

/// Says whether a function is denied a statement; it must not fail for another reason.
async fn is_denied(database: &TestDatabase, function: &str, statement: &str) -> bool {
    let client = database.connect_as(function).await;
    // Read-only sessions are only a setting, which the session can switch off. Grants are not.
    client.batch_execute("SET default_transaction_read_only = off").await.unwrap();
    match client.batch_execute(statement).await {
        Ok(()) => false,
        Err(error) => {
            let state = error.code().cloned();
            assert_eq!(state, Some(SqlState::INSUFFICIENT_PRIVILEGE), "{statement}: {error:?}");
            true
        }
    }
}

#[tokio::test]
async fn a_role_may_do_this_and_nothing_else() {
    let database = TestDatabase::create().await;
    insta::assert_snapshot!("authorization_matrix", database.rows(GRANTS).await.join("\n"));
}

#[tokio::test]
async fn a_role_has_the_settings_that_fit_its_function() {
    let database = TestDatabase::create().await;
    let known = "SELECT rolname, rolcanlogin AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls),
                        array_to_string(rolconfig, ' ')
                 FROM pg_roles WHERE rolname LIKE 'shopsignal\\_%' ORDER BY rolname";
    insta::assert_snapshot!("role_settings", database.rows(known).await.join("\n"));
}

#[tokio::test]
async fn a_statement_ends_before_its_function_does_and_after_the_store_gave_it_up() {
    let (database, template) = (TestDatabase::create().await, Template::load().unwrap());
    for role in Role::all() {
        let folder = role.name().trim_start_matches("shopsignal_").replace('_', "-");
        let timeout = template.all(FUNCTION)[&*logical_id(&folder)]["Timeout"].as_u64().unwrap();
        let client = database.connect_as(&folder).await;
        let row = client
            .query_one("SELECT extract(epoch FROM current_setting('statement_timeout')::interval)::int8", &[])
            .await
            .unwrap();
        let limit = u64::try_from(row.get::<_, i64>(0)).unwrap();
        assert!((6..timeout).contains(&limit), "{folder}: {limit} s of {timeout} s");
    }
}

#[tokio::test]
async fn answer_queries_writes_nothing() {
    let database = TestDatabase::create().await;
    let function = "answer-queries";
    let client = database.connect_as(function).await;
    let error = client.batch_execute("INSERT INTO analytic.product_popularity DEFAULT VALUES").await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::READ_ONLY_SQL_TRANSACTION));
    let relations = database.rows(RELATIONS).await;
    assert!(relations.len() > 25, "{relations:?}");
    for relation in &relations {
        for statement in [
            format!("INSERT INTO analytic.{relation} DEFAULT VALUES"),
            format!("DELETE FROM analytic.{relation}"),
            format!("TRUNCATE analytic.{relation}"),
        ] {
            assert!(is_denied(&database, function, &statement).await, "{statement}");
        }
    }
    let columns = "SELECT count(*) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'analytic'::regnamespace AND attnum > 0
          AND has_column_privilege('shopsignal_answer_queries', attrelid, attnum, 'INSERT, UPDATE, REFERENCES')";
    assert_eq!(database.number(columns).await, 0);
    assert!(is_denied(&database, function, "CREATE TABLE analytic.mine (a int)").await);
    for sequence in ["SELECT nextval('analytic.interaction_id_seq')", "SELECT setval('analytic.interaction_id_seq', 1)"]
    {
        assert!(is_denied(&database, function, sequence).await);
    }
}

#[tokio::test]
async fn record_interactions_reads_no_customer_and_no_shopper() {
    let database = TestDatabase::create().await;
    let function = "record-interactions";
    for table in [
        "customer_lock",
        "customer_rollup",
        "finding",
        "interaction",
        "interaction_default",
        "opinion",
        "order_fact",
        "order_line",
        "payment",
        "projection",
        "sales_order",
        "sales_recount",
        "sales_stored",
        "shop_event",
        "shop_user",
    ] {
        assert!(is_denied(&database, function, &format!("SELECT FROM analytic.{table}")).await, "{table}");
    }
    // it can read only what it wrote: event ids, and which events need trust
    assert!(is_denied(&database, function, "SELECT weight_micros FROM analytic.event_weight").await);
    assert!(!is_denied(&database, function, "SELECT trusted FROM analytic.event_weight").await);
    assert!(is_denied(&database, function, "UPDATE analytic.event_weight SET trusted = false").await);
}

#[tokio::test]
async fn import_interactions_takes_effects_from_the_scores_and_none_from_the_catalog() {
    let database = TestDatabase::create().await;
    let function = "import-interactions";
    for statement in [
        "SELECT FROM analytic.interaction",
        "SELECT FROM analytic.shop_event",
        "SELECT FROM analytic.guest_quota",
        "UPDATE analytic.event_weight SET weight_micros = 0",
        "DELETE FROM analytic.product_popularity",
        "DELETE FROM analytic.interaction_key",
        "UPDATE analytic.pending SET product_id = NULL",
        "UPDATE analytic.pending SET parked_at = now()",
    ] {
        assert!(is_denied(&database, function, statement).await, "{statement}");
    }
    // the pending rows of the catalog are invisible to it, although it writes them
    let client = database.connect_as(function).await;
    let rows =
        "INSERT INTO analytic.pending (sink, interaction_id, date_created, event_type, occurred_at, next_hint_at)
                SELECT sink, 1, now(), 'view', now(), now() FROM unnest(ARRAY['popularity', 'catalog']) AS sink";
    assert_eq!(client.execute(rows, &[]).await.unwrap(), 2);
    assert_eq!(client.execute("SELECT FROM analytic.pending FOR UPDATE", &[]).await.unwrap(), 1);
    assert_eq!(client.execute("DELETE FROM analytic.pending", &[]).await.unwrap(), 1);
    assert_eq!(database.rows("SELECT sink FROM analytic.pending").await, ["catalog"]);
}

#[tokio::test]
async fn update_catalog_changes_no_score_and_reads_no_address() {
    let database = TestDatabase::create().await;
    let function = "update-catalog";
    for statement in [
        "UPDATE analytic.product_popularity SET score_micros = 0",
        "DELETE FROM analytic.product_popularity",
        "INSERT INTO analytic.product_popularity DEFAULT VALUES",
        "UPDATE analytic.event_weight SET weight_micros = 0",
        "UPDATE analytic.pending SET product_id = NULL",
        "UPDATE analytic.pending SET event_type = 'view'",
        "INSERT INTO analytic.pending DEFAULT VALUES",
        "SELECT user_agent FROM analytic.interaction",
        "SELECT ip_address FROM analytic.interaction",
        "DELETE FROM analytic.interaction",
    ] {
        assert!(is_denied(&database, function, statement).await, "{statement}");
    }
    // the pending rows of popularity are invisible to it
    database
        .execute(
            "INSERT INTO analytic.pending (sink, interaction_id, date_created, event_type, occurred_at, next_hint_at)
             SELECT sink, 1, now(), 'view', now(), now() FROM unnest(ARRAY['popularity', 'catalog']) AS sink",
        )
        .await;
    let client = database.connect_as(function).await;
    assert_eq!(
        client.execute("UPDATE analytic.pending SET parked_at = now(), parked_reason = 'x'", &[]).await.unwrap(),
        1
    );
    assert_eq!(client.execute("DELETE FROM analytic.pending", &[]).await.unwrap(), 1);
    let left = database.rows("SELECT sink, parked_reason FROM analytic.pending").await;
    assert_eq!(left, ["popularity | null"]);
}

#[tokio::test]
async fn a_grant_by_hand_is_gone_after_the_next_migration() {
    let database = TestDatabase::create().await;
    let before = database.rows(GRANTS).await;
    database
        .execute(
            "GRANT ALL ON analytic.shop_user TO PUBLIC, shopsignal_answer_queries;
             GRANT UPDATE (user_key) ON analytic.shop_user TO shopsignal_answer_queries;
             GRANT EXECUTE ON FUNCTION analytic.ensure_interaction_partition(date) TO PUBLIC;
             GRANT CREATE ON SCHEMA analytic TO shopsignal_send_alerts;
             REVOKE ALL ON analytic.pending FROM shopsignal_resend_pending",
        )
        .await;
    assert_ne!(database.rows(GRANTS).await, before);
    store::migration::migrate(&mut database.connect().await).await.unwrap();
    assert_eq!(database.rows(GRANTS).await, before);
    // and no one can create temporary tables
    assert!(
        is_denied(&database, "answer-queries", "CREATE TEMPORARY TABLE mine (a int)").await,
        "temporary tables need no grant of ours"
    );
}

#[tokio::test]
async fn every_function_with_a_database_has_a_role_or_is_the_owner() {
    let template = Template::load().unwrap();
    let folders = testkit::template::function_folders().unwrap();
    let with_database: BTreeSet<_> =
        folders.into_iter().filter(|folder| template.environment_of(folder).contains("DATABASE_URL")).collect();
    let roles: BTreeMap<_, _> = Role::all()
        .into_iter()
        .map(|role| (role.name().trim_start_matches("shopsignal_").replace('_', "-"), role))
        .collect();
    let owners: BTreeSet<_> = with_database.iter().filter(|folder| !roles.contains_key(*folder)).collect();
    assert_eq!(owners.into_iter().collect::<Vec<_>>(), ["maintain-partitions", "migrate"]);
    assert!(roles.keys().all(|folder| with_database.contains(folder)));
}
