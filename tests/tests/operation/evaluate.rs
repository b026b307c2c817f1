//! `shopsignal evaluate` on a file, and on a log, whose best recommendation is known.

use std::fmt::Write;
use std::time::Duration;

use domain::NewInteraction;
use jiff::{SignedDuration, Timestamp};
use testkit::{TestDatabase, eventually, interaction, shopsignal};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Sessions in which product n is always followed by product n + 100, among 40 such pairs.
fn affinities(first: usize, count: usize) -> String {
    (first..first + count).fold("session,item,time\n".to_owned(), |mut lines, session| {
        let item = session % 40;
        let at = 1_590_000_000 + session * 60;
        writeln!(lines, "{session},{item},{at}\n{session},{},{}", item + 100, at + 20).unwrap();
        lines
    })
}

/// Evaluations follow each other, so that a database that is left behind is noticed.
static TURN: Mutex<()> = Mutex::const_new(());

/// The cells of the row of a method.
fn cells<'t>(text: &'t str, method: &str) -> Vec<&'t str> {
    let row = text.lines().find(|row| row.contains(method)).unwrap_or_else(|| panic!("no {method}: {text}"));
    row.split('┆').map(|cell| cell.trim_matches([' ', '│'])).collect()
}

#[tokio::test]
async fn what_always_follows_is_found_first_and_the_database_is_as_before() {
    let _turn = TURN.lock().await;
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let (train, test) = (folder.path().join("train.csv"), folder.path().join("test.csv"));
    std::fs::write(&train, affinities(0, 200)).unwrap();
    std::fs::write(&test, affinities(1_000, 40)).unwrap();
    let mut command = shopsignal();
    command.env("DATABASE_URL", database.url()).arg("evaluate").arg(&train).arg("--test").arg(&test);
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{output:?}");
    for line in ["Shopsignal ", "Shopsignal, learning meanwhile", "item-kNN (cosine)"] {
        assert_eq!(cells(&text, line)[1..4], ["40", "1.0000", "1.0000"], "{text}");
    }
    let popular = cells(&text, "popularity with decay");
    assert!(!popular.contains(&"1.0000"), "{popular:?}");
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'shopsignal_evaluate_%'";
    assert_eq!(database.number(left).await, 0, "its own database is dropped");
    assert_eq!(database.number("SELECT count(*) FROM analytic.interaction").await, 0, "and this one is untouched");
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_named() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    for (name, text, problem) in [
        ("noon.csv", "session,item,time\n1,a,1590000000\n1,b,noon\n", "noon.csv, line 3: noon is neither a time"),
        ("cell.csv", "item,session,time\na,1,1590000000\na,,1590000000\n", "cell.csv, line 3: session: is missing"),
        ("short.csv", "session,item,time\n1,a\n", "short.csv, line 2: has 2 columns, the header has 3"),
        ("part.tsv", "session\titem\n1\ta\n", "part.tsv has no column time"),
        ("a.ndjson", r#"{"session":1,"item":"a","time":1590000000}"#, "a.ndjson must end in .csv or .tsv"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let mut command = shopsignal();
        let output = command.env("DATABASE_URL", database.url()).arg("evaluate").arg(&file).output().await.unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn columns_are_read_by_name_and_a_file_without_a_header_is_refused() {
    let _turn = TURN.lock().await;
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    // given: the same sessions with their columns in another order, and without a header
    let lines = affinities(0, 240);
    let moved = lines.lines().map(|line| line.rsplit(',').collect::<Vec<_>>().join("\t"));
    let moved = moved.collect::<Vec<_>>().join("\n").replacen("time\titem\tsession", "Time\tItemId\tSessionId", 1);
    let [moved, bare] =
        [("moved.tsv", &*moved), ("bare.csv", lines.splitn(3, '\n').last().unwrap())].map(|(name, text)| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        });
    let evaluate = async |file| {
        let mut command = shopsignal();
        command.env("DATABASE_URL", database.url()).arg("evaluate").arg(file).output().await.unwrap()
    };
    let output = evaluate(&moved).await;
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(cells(&text, "Shopsignal ")[1..3], ["12", "1.0000"], "{text}");
    let output = evaluate(&bare).await;
    let error = String::from_utf8(output.stderr).unwrap();
    let missing = "bare.csv has no column session, item, time; the columns of its header are 0, 100, 1590000020";
    assert!(!output.status.success() && error.contains(missing), "{error}");
}

/// Records visits of sessions that are known to the log, each of two products that always follow each other.
async fn visit(database: &TestDatabase, session: usize, minutes_ago: i64) {
    let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    let item = session % 40;
    let event = |event: &str, product: String, seconds: i64| NewInteraction {
        session_id: Some(format!("s-{session}")),
        occurred_at: Some(at + SignedDuration::from_secs(seconds)),
        ..interaction(event, &product)
    };
    let events = [
        event("view", format!("p-{item}"), 0),
        event("add_to_cart", format!("q-{item}"), 20),
        event("dislike", "x".to_owned(), 30),
    ];
    database.record(&events).await;
}

#[tokio::test]
async fn the_own_log_is_split_by_time_into_visits_and_only_read() {
    let _turn = TURN.lock().await;
    let database = TestDatabase::create().await;
    // Given that everybody has come twice, the second time after the split.
    for session in 0..80 {
        visit(&database, session, 2_000).await;
        visit(&database, session, 100).await;
    }
    visit(&database, 999, 60 * 24 * 40).await;
    let split = (Timestamp::now() - SignedDuration::from_mins(1_000)).to_string();
    let output = async |more: &[&str]| {
        let mut command = shopsignal();
        let command = command.env("DATABASE_URL", database.url()).args(["evaluate", "--log"]).args(more);
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = output(&["--split", &split]).await;
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("160 events of 80 items to learn from, 80 sessions to predict"), "{first}");
    assert_eq!(cells(&text, "Shopsignal ")[1..4], ["80", "1.0000", "1.0000"], "{text}");
    assert_eq!(cells(&text, "item-kNN (cosine)")[1..4], ["80", "1.0000", "1.0000"], "{text}");
    assert_ne!(cells(&text, "popularity with decay")[2], "1.0000", "{text}");
    // With all 50 days the visit before the others is learned too, and with a gain more what it belongs to.
    let text = output(&["--split", "0.495", "--days", "50", "--gain", "dislike=1"]).await;
    assert!(text.lines().next().unwrap().starts_with("243 events of 81 items to learn from, 80 sessions"), "{text}");
    let gains = "SELECT event_type, gain FROM analytic.learning_gain WHERE event_type = 'dislike'";
    assert_eq!(database.rows(gains).await, [""; 0], "the shop's own gains are as they were");
    assert_eq!(database.number("SELECT count(*) FROM analytic.learned_product").await, 0);
    assert_eq!(database.number("SELECT count(*) FROM analytic.interaction").await, 161 * 3);
}

#[tokio::test]
async fn an_interrupted_evaluation_drops_its_database_and_one_that_was_killed_is_cleared_by_the_next() {
    let _turn = TURN.lock().await;
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("long.csv");
    std::fs::write(&file, affinities(0, 20_000)).unwrap();
    // a database of long ago, and one of now that another evaluation may be using
    let (old, new) = ("shopsignal_evaluate_0193a0f45c0070008000000000000001", Uuid::now_v7().simple());
    let new = format!("shopsignal_evaluate_{new}");
    for name in [old, &new] {
        database.execute(&format!("CREATE DATABASE {name}")).await;
    }
    let mut command = shopsignal();
    let mut child = command.env("DATABASE_URL", database.url()).arg("evaluate").arg(&file).spawn().unwrap();
    let names = "SELECT datname FROM pg_database WHERE datname LIKE 'shopsignal_evaluate_%' ORDER BY 1";
    let running = async || database.rows(names).await.into_iter().find(|name| name != old && *name != new);
    eventually("its database", Duration::from_secs(30), running).await;
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(!child.wait().await.unwrap().success());
    let left = database.rows(names).await;
    database.execute(&format!("DROP DATABASE {new}")).await;
    assert_eq!(left, [new]);
}
