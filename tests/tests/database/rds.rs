//! The guide to a database on AWS, followed on a server whose master user is not a superuser, as on RDS.

use prove::fault::{Cluster, ClusterOptions};
use serde_json::{Value, json};
use store::{Role, Settings};
use testkit::template::repository;
use testkit::{Function, TestQueue, TestServer};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, NoTls};

/// The statements of the guide's step 2.
fn guide() -> Vec<String> {
    let text = std::fs::read_to_string(repository().join("docs/DEPLOY.md")).unwrap();
    let block = text.split("```sql\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of SQL");
    let code: Vec<_> = block.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    code.join("\n").split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

async fn connect(cluster: &Cluster, user: &str, database: &str) -> Client {
    let mut config: Config = cluster.url().parse().unwrap();
    let (client, connection) = config.user(user).dbname(database).connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A server on which a master user followed the guide that may create roles and databases, and nothing more.
async fn prepared() -> Cluster {
    let cluster = Cluster::start(ClusterOptions { max_connections: 40, disk_megabytes: None }).await.unwrap();
    let superuser = connect(&cluster, "postgres", "postgres").await;
    superuser.batch_execute("CREATE ROLE master LOGIN CREATEROLE CREATEDB").await.unwrap();
    superuser.batch_execute("CREATE ROLE rds_iam; GRANT rds_iam TO master WITH ADMIN OPTION").await.unwrap();
    let master = connect(&cluster, "master", "postgres").await;
    let statements = guide();
    assert!(statements.len() > 4, "{statements:?}");
    for statement in statements {
        master.batch_execute(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }
    cluster
}

/// Replaces the rules of the server about who signs in how, each "users method".
async fn admit(superuser: &Client, rules: &[&str]) {
    let lines = rules.iter().map(|rule| rule.split_once(' ').unwrap());
    let lines: Vec<_> = lines.map(|(users, method)| format!("'host all {users} 127.0.0.1/32 {method}'")).collect();
    let rules = format!("COPY (SELECT unnest(ARRAY[{}]))", lines.join(", "));
    let file: String = superuser.query_one("SHOW hba_file", &[]).await.unwrap().get(0);
    superuser.batch_execute(&format!("{rules} TO '{file}'; SELECT pg_reload_conf()")).await.unwrap();
    // A rule is in force when the server has read it, a moment later.
    let current = "SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL";
    assert_eq!(superuser.query_one(current, &[]).await.unwrap().get::<_, i64>(0), 0);
}

fn url(cluster: &Cluster) -> String {
    cluster.url().replace("postgres@", "shopsignal@").replace("/postgres?", "/shopsignal?")
}

async fn migrate(cluster: &Cluster, more: &[(&str, &str)]) -> Value {
    let url = url(cluster);
    let variables: Vec<_> = [("DATABASE_URL", &*url)].into_iter().chain(more.iter().copied()).collect();
    Function::start("migrate", &variables).await.invoke(&json!({})).await.answer()
}

async fn health(cluster: &Cluster, more: &[(&str, &str)]) -> Value {
    let url = url(cluster);
    let variables: Vec<_> = [("DATABASE_URL", &*url)].into_iter().chain(more.iter().copied()).collect();
    let event = testkit::HttpEvent::new("GET", "/health").event();
    Function::start("answer-queries", &variables).await.invoke(&event).await.answer()
}

#[tokio::test]
async fn the_owner_of_the_guide_makes_the_schema_the_roles_and_partitions() {
    let cluster = prepared().await;
    assert!(!migrate(&cluster, &[]).await["applied"].as_array().unwrap().is_empty());
    assert_eq!(migrate(&cluster, &[]).await, json!({ "applied": [] }));
    assert_eq!(health(&cluster, &[]).await["statusCode"], 200);
    let url = url(&cluster);
    let settings = [
        ("DATABASE_URL", &*url),
        ("PARTITIONS_AHEAD_DAYS", "20"),
        ("KEY_RETENTION_DAYS", "30"),
        ("VISIT_RETENTION_DAYS", "90"),
    ];
    let answer = Function::start("maintain-partitions", &settings).await.invoke(&json!({})).await.answer();
    assert_eq!(answer["default_partition_rows"], 0);
    assert!(answer["partitions_created"].as_i64().unwrap() > 0, "{answer}");
    // another database of the server, migrated by a user that may not change the roles
    let superuser = connect(&cluster, "postgres", "postgres").await;
    superuser.batch_execute("CREATE ROLE neighbour LOGIN CREATEROLE").await.unwrap();
    superuser.batch_execute("CREATE DATABASE neighbour OWNER neighbour").await.unwrap();
    store::migration::migrate(&mut connect(&cluster, "neighbour", "neighbour").await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_that_are_migrated_at_once_make_the_roles_once() {
    let cluster = Cluster::start(ClusterOptions { max_connections: 40, disk_megabytes: None }).await.unwrap();
    let superuser = connect(&cluster, "postgres", "postgres").await;
    for round in 0..3 {
        let mut runners = Vec::new();
        for number in 0..4 {
            let name = format!("shop_{round}_{number}");
            superuser.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
            let mut client = connect(&cluster, "postgres", &name).await;
            runners.push(tokio::spawn(async move { store::migration::migrate(&mut client).await }));
        }
        for runner in runners {
            runner.await.unwrap().unwrap();
        }
        // the next round finds roles with other settings, or none
        for number in 0..4 {
            superuser.batch_execute(&format!("DROP DATABASE shop_{round}_{number} WITH (FORCE)")).await.unwrap();
        }
        for role in Role::all() {
            let change = if round == 0 {
                format!("ALTER ROLE {} SET work_mem = '1MB'", role.name())
            } else {
                format!("DROP ROLE {}", role.name())
            };
            superuser.batch_execute(&change).await.unwrap();
        }
    }
}

#[tokio::test]
async fn with_iam_the_roles_may_sign_in_by_token() {
    let cluster = prepared().await;
    let master = connect(&cluster, "master", "postgres").await;
    // the guide's line for IAM
    master.batch_execute("GRANT rds_iam TO shopsignal WITH ADMIN OPTION").await.unwrap();
    migrate(&cluster, &[("DATABASE_IAM_AUTH", "true")]).await;
    migrate(&cluster, &[("DATABASE_IAM_AUTH", "true")]).await;
    let members = "SELECT count(*) FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole AND member::regrole::text LIKE 'shopsignal\\_%'";
    let members: i64 = master.query_one(members, &[]).await.unwrap().get(0);
    assert_eq!(usize::try_from(members).unwrap(), Role::all().len());
}

#[tokio::test]
async fn with_passwords_a_function_gets_in_with_its_own_and_with_no_other() {
    // given: a server that requires a password from every user but the superuser and the owner
    let cluster = prepared().await;
    let superuser = connect(&cluster, "postgres", "postgres").await;
    admit(&superuser, &["postgres,shopsignal trust", "all scram-sha-256"]).await;
    // and: a secret for each role
    let secrets = TestServer::start(|request| async move {
        let asked: Value = serde_json::from_str(&request.body).unwrap();
        let name = asked["SecretId"].as_str().unwrap().to_owned();
        let secret = json!({ "username": name, "password": format!("password of {name}") });
        let body = json!({ "ARN": name, "Name": name, "SecretString": secret.to_string() });
        TestServer::reply(200, body.to_string())
    })
    .await;
    let endpoint = ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url());
    let roles = Role::all();
    let arns: Vec<_> = roles.iter().map(Role::name).collect();
    migrate(&cluster, &[endpoint, ("DATABASE_ROLE_SECRET_ARNS", &arns.join(","))]).await;
    // then
    let own = health(&cluster, &[endpoint, ("DATABASE_SECRET_ARN", Role::of("answer-queries").name())]).await;
    assert_eq!(own["statusCode"], 200);
    let other = health(&cluster, &[endpoint, ("DATABASE_SECRET_ARN", Role::of("send-alerts").name())]).await;
    assert_ne!(other["statusCode"], 200);
    let none = health(&cluster, &[]).await;
    assert_ne!(none["statusCode"], 200);
}

/// What the guide makes by hand, as the server stores it.
const MADE: &str = "SELECT concat_ws(' ', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolconfig,
        (SELECT datdba::regrole FROM pg_database WHERE datname = 'shopsignal'),
        (SELECT admin_option FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole AND member = pg_roles.oid))
    FROM pg_roles WHERE rolname = 'shopsignal'";

async fn made(cluster: &Cluster) -> String {
    connect(cluster, "postgres", "postgres").await.query_one(MADE, &[]).await.unwrap().get(0)
}

/// Who gets into a server that was just created.
const NEW: [&str; 4] = ["postgres trust", "master scram-sha-256", "+rds_iam trust", "all scram-sha-256"];
/// And once the owner is a member of rds_iam: RDS takes no password of the master, who is a member of the owner.
const SIGNED_IN_BY_IAM: [&str; 4] = ["postgres trust", "master reject", "+rds_iam trust", "all scram-sha-256"];

/// A server that was just created: only its master gets in, with the password in its secret. Members of rds_iam need no
/// password, as their token is checked elsewhere.
async fn new_server() -> (Cluster, Client) {
    let cluster = Cluster::start(ClusterOptions { max_connections: 40, disk_megabytes: None }).await.unwrap();
    let superuser = connect(&cluster, "postgres", "postgres").await;
    let master = "CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD 'password of the master'; CREATE ROLE rds_iam;
        GRANT rds_iam TO master WITH ADMIN OPTION";
    superuser.batch_execute(master).await.unwrap();
    admit(&superuser, &NEW).await;
    (cluster, superuser)
}

async fn secret_of_master() -> TestServer {
    TestServer::start(|request| async move {
        let asked: Value = serde_json::from_str(&request.body).unwrap();
        let secret = json!({ "username": "master", "password": "password of the master" });
        let body = json!({ "ARN": asked["SecretId"], "Name": "secret", "SecretString": secret.to_string() });
        TestServer::reply(200, body.to_string())
    })
    .await
}

#[tokio::test]
async fn in_a_new_server_migrate_makes_what_the_guide_makes_and_then_needs_the_master_no_more() {
    let guided = prepared().await;
    let master = connect(&guided, "master", "postgres").await;
    master.batch_execute("GRANT rds_iam TO shopsignal WITH ADMIN OPTION").await.unwrap();
    let (cluster, superuser) = new_server().await;
    let secrets = secret_of_master().await;
    let variables = [
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url()),
        ("DATABASE_IAM_AUTH", "true"),
        ("DATABASE_MASTER_SECRET_ARN", "arn:of:the:master"),
    ];
    assert!(!migrate(&cluster, &variables).await["applied"].as_array().unwrap().is_empty());
    assert_eq!(made(&cluster).await, made(&guided).await);
    admit(&superuser, &SIGNED_IN_BY_IAM).await;
    assert_eq!(migrate(&cluster, &variables).await, json!({ "applied": [] }));
    assert_eq!(health(&cluster, &variables[..2]).await["statusCode"], 200);
}

#[tokio::test]
async fn a_run_that_ended_half_way_in_a_new_server_is_continued_by_the_next() {
    let (cluster, superuser) = new_server().await;
    let half = "SET ROLE master; CREATE ROLE shopsignal LOGIN CREATEROLE; RESET ROLE";
    superuser.batch_execute(half).await.unwrap();
    let secrets = secret_of_master().await;
    let variables = [
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url()),
        ("DATABASE_IAM_AUTH", "true"),
        ("DATABASE_MASTER_SECRET_ARN", "arn:of:the:master"),
    ];
    // two at once, as after an impatient click
    let (one, other) = tokio::join!(migrate(&cluster, &variables), migrate(&cluster, &variables));
    assert!(one["applied"].is_array() && other["applied"].is_array(), "{one} {other}");
    assert!(made(&cluster).await.ends_with("shopsignal t"), "{}", made(&cluster).await);
}

/// The steps that are missing in a server, as `store::owner` asks for them.
async fn steps(master: &Client) -> Vec<String> {
    let statement = include_str!("../../../shared/store/sql/owner/list_missing.sql");
    let names: [(&(dyn ToSql + Sync), Type); 2] = [(&"shopsignal", Type::TEXT), (&"shopsignal", Type::TEXT)];
    let rows = master.query_typed(statement, &names).await.unwrap();
    rows.iter().map(|row| row.get("statement")).collect()
}

#[tokio::test]
async fn a_run_that_ended_between_any_two_steps_is_continued_by_the_next() {
    let (cluster, superuser) = new_server().await;
    let secrets = secret_of_master().await;
    let aws = TestQueue::aws().into_builder().endpoint_url(secrets.url()).build();
    let settings = Settings::new(&url(&cluster), None, true).unwrap();
    let mut expected = None;
    for done in 0..=8 {
        admit(&superuser, &NEW).await;
        let master = connect(&cluster, "postgres", "postgres").await;
        master.batch_execute("SET ROLE master").await.unwrap();
        let steps = steps(&master).await;
        assert_eq!(steps.len(), 8, "{steps:?}");
        for step in &steps[..done] {
            master.batch_execute(step).await.unwrap_or_else(|error| panic!("{step}: {error:?}"));
        }
        if steps[..done].iter().any(|step| step.contains("rds_iam")) {
            admit(&superuser, &SIGNED_IN_BY_IAM).await;
        }
        let owner = store::owner::connect_or_create(&settings, &aws, "arn:of:the:master").await;
        drop(owner.unwrap_or_else(|error| panic!("after {:?}: {error:?}", steps[..done].last())));
        let made = made(&cluster).await;
        assert_eq!(*expected.get_or_insert_with(|| made.clone()), made, "after {done} steps");
        superuser.batch_execute("DROP DATABASE shopsignal WITH (FORCE)").await.unwrap();
        superuser.batch_execute("DROP ROLE shopsignal").await.unwrap();
    }
}
