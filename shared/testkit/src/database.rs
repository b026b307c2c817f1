//! A migrated database for one test, created from a template that all tests share.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use store::{Role, Settings};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};
use uuid::Uuid;

use crate::Stack;

/// An arbitrary number: tests that need the template create it one after the other.
const TEMPLATE_LOCK: i64 = 7_071_717;

/// A database with the current schema and the seeded weights, dropped at the end of its test.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    name: String,
    admin_url: String,
    client: Client,
}

impl TestDatabase {
    /// Creates the database.
    ///
    /// # Panics
    /// When Postgres is not available.
    pub async fn create() -> Self {
        Self::create_on(Stack::get().database_url()).await
    }

    /// Creates the database on another server, given the URL of any database there.
    ///
    /// # Panics
    /// When Postgres is not available.
    pub async fn create_on(server_url: &str) -> Self {
        leave_the_hour().await;
        let admin = open(server_url).await;
        let template = ensure_template(&admin, server_url).await;
        Self::copy_of(&template, admin, server_url.to_owned()).await
    }

    /// Creates an empty database, for tests of migrations.
    ///
    /// # Panics
    /// When Postgres is not available.
    pub async fn create_empty() -> Self {
        leave_the_hour().await;
        let admin_url = Stack::get().database_url().to_owned();
        let admin = open(&admin_url).await;
        Self::copy_of("template0", admin, admin_url).await
    }

    async fn copy_of(template: &str, admin: Client, admin_url: String) -> Self {
        let name = format!("test_{}", Uuid::now_v7().simple());
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
        let url = with_database(&admin_url, &name);
        let client = open(&url).await;
        Self { url, name, admin_url, client }
    }

    /// Copies the database as it is. Whoever is connected to it is disconnected, the test's own connection included: every
    /// look at it and at its copies afterwards is at another copy.
    ///
    /// # Panics
    /// When Postgres is not available.
    pub async fn copy(&self) -> Self {
        let admin = open(&self.admin_url).await;
        let others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
        admin.execute(others, &[&self.name]).await.unwrap();
        Self::copy_of(&self.name, admin, self.admin_url.clone()).await
    }

    /// Opens another connection, for a transaction concurrent with the test's own.
    ///
    /// # Panics
    /// When Postgres is not available.
    pub async fn connect(&self) -> Client {
        open(&self.url).await
    }

    /// Opens a connection with the privileges of a function.
    ///
    /// # Panics
    /// When Postgres is not available or the role does not exist.
    pub async fn connect_as(&self, function: &str) -> Client {
        let mut config: Config = self.url.parse().unwrap();
        let (client, connection) = config.user(Role::of(function).name()).connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Returns the URL, as `DATABASE_URL` of a function.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the store, as a function uses it. Each has its own connection.
    ///
    /// # Panics
    /// Never: the URL is the test's.
    #[must_use]
    pub fn store(&self) -> store::Database {
        store::Database::new(self.settings(), None)
    }

    /// Returns the settings of the store.
    ///
    /// # Panics
    /// Never: the URL is the test's.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings::new(&self.url, None, false).unwrap()
    }

    /// Returns the test's own connection.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs statements.
    ///
    /// # Panics
    /// When one fails.
    pub async fn execute(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Reads rows as text, columns joined by ` | `: for snapshots.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let messages = self.client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                let columns = (0..row.len()).map(|i| row.get(i).unwrap_or("null").to_owned());
                Some(columns.collect::<Vec<_>>().join(" | "))
            }
            _ => None,
        });
        rows.collect()
    }

    /// Reads one number.
    ///
    /// # Panics
    /// When the result is not a single number.
    pub async fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql).await;
        rows.first().unwrap_or_else(|| panic!("no row: {sql}")).parse().unwrap()
    }

    /// Returns the plan of the statement in a function of the schema, as Postgres keeps it for the session: made without
    /// knowing the arguments. The statement is run once with the arguments, which are SQL.
    ///
    /// # Panics
    /// When there is no such function.
    pub async fn plan_of(&self, function: &str, arguments: &[&str], options: &str) -> Vec<String> {
        for setting in parts_of(function).1 {
            self.execute(&format!("SET {setting}")).await;
        }
        self.prepare_statement_of(function).await;
        self.rows(&format!("EXPLAIN ({options}) EXECUTE body ({})", arguments.join(", "))).await
    }

    /// Prepares the statement in a function of the schema as `body`. Creating the function does not look at it.
    ///
    /// # Panics
    /// When there is no such function, or Postgres does not understand its statement.
    pub async fn prepare_statement_of(&self, function: &str) {
        let (types, _, statement) = parts_of(function);
        let types = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
        self.execute("DEALLOCATE ALL").await;
        self.execute(&format!("PREPARE body {types} AS {statement}")).await;
    }

    /// Makes every pending hint due, as if its time had passed.
    pub async fn let_hints_fall_due(&self) {
        self.execute("UPDATE analytic.pending SET next_hint_at = now() - interval '1 second'").await;
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (admin_url, name) = (self.admin_url.clone(), self.name.clone());
        // A drop cannot wait for the test's runtime; a thread with its own runtime can. FORCE ends open connections.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // A test's own server may have stopped before its databases are dropped.
                let Ok((admin, connection)) = tokio_postgres::connect(&admin_url, NoTls).await else { return };
                tokio::spawn(connection);
                admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.ok();
            });
        });
        dropped.join().ok();
    }
}

/// Waits for the next hour when this one ends too soon: figures are by hour and day, and caps begin anew each day, so a test
/// in which an hour ends would expect the figures of one and read those of two.
async fn leave_the_hour() {
    const TEST: u64 = 40;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let left = 3_600 - now % 3_600;
    if left < TEST {
        tokio::time::sleep(Duration::from_secs(left)).await;
    }
}

/// Creates the template for the current migrations, once a day (UTC): a migration makes the partitions of the days after
/// its own, and tests rely on those.
async fn ensure_template(admin: &Client, admin_url: &str) -> String {
    let day: String =
        admin.query_one("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')", &[]).await.unwrap().get(0);
    let template = format!("template_{}_{day}", migrations_digest());
    admin.execute("SELECT pg_advisory_lock($1)", &[&TEMPLATE_LOCK]).await.unwrap();
    let exists = admin.query_opt("SELECT FROM pg_database WHERE datname = $1", &[&template]).await.unwrap().is_some();
    if !exists {
        let draft = format!("{template}_draft");
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {draft}")).await.unwrap();
        let mut client = open(&with_database(admin_url, &draft)).await;
        store::migration::migrate(&mut client).await.unwrap();
        drop(client);
        // A template must have no connection; the server closes the one above asynchronously.
        rename_when_idle(admin, &draft, &template).await;
    }
    admin.execute("SELECT pg_advisory_unlock($1)", &[&TEMPLATE_LOCK]).await.unwrap();
    template
}

async fn rename_when_idle(admin: &Client, from: &str, to: &str) {
    for _ in 0..100 {
        if admin.batch_execute(&format!("ALTER DATABASE {from} RENAME TO {to}")).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the template stays in use");
}

/// A digest of everything that a migration applies: a change of any file gets a template of its own.
fn migrations_digest() -> String {
    let digest = Sha256::digest(store::migration::texts().collect::<Vec<_>>().concat());
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_database(url: &str, name: &str) -> String {
    let (server, rest) = url.rsplit_once('/').unwrap();
    let query = rest.split_once('?').map_or("sslmode=disable", |(_, query)| query);
    format!("{server}/{name}?{query}")
}

/// Returns the statement of a function of the schema, with `$1`, `$2`, ... for its parameters.
///
/// # Panics
/// When there is no such function.
#[must_use]
pub fn statement_of(function: &str) -> String {
    parts_of(function).2
}

/// The types of the parameters of a function of the schema, its settings, and its only statement.
fn parts_of(function: &str) -> (Vec<String>, Vec<String>, String) {
    let text = store::migration::texts().find(|text| text.contains(&format!("FUNCTION analytic.{function}(")));
    let text = text.unwrap_or_else(|| panic!("there is no function {function}"));
    let (head, rest) = text.split_once(" AS $function$\n#variable_conflict use_column\nBEGIN\n").unwrap();
    let body = rest.split_once(";\nEND\n$function$;\n").unwrap().0.replacen("RETURN QUERY", "", 1);
    let signature = head.split_once('(').unwrap().1.split_once(')').unwrap().0;
    let (names, types): (Vec<_>, Vec<_>) =
        signature.split(',').filter_map(|parameter| parameter.trim().split_once(' ')).unzip();
    // PERFORM is SELECT without a result, in the language of functions.
    let statement = numbered(&body, &names).replacen("PERFORM FROM", "SELECT FROM", 1);
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    (owned(types), owned(head.split(" SET ").skip(1).collect()), statement)
}

/// Replaces names by `$1`, `$2`, ...
fn numbered(body: &str, names: &[&str]) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut text = String::new();
    for part in body.split_inclusive(|c| !is_word(c)) {
        let word = part.trim_end_matches(|c| !is_word(c));
        match names.iter().position(|name| *name == word) {
            Some(i) => text.push_str(&format!("${}{}", i + 1, &part[word.len()..])),
            None => text.push_str(part),
        }
    }
    text
}

async fn open(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
