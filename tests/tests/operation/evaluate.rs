//! `shopsignal evaluate` on a file whose best recommendation is known.

use std::fmt::Write;

use testkit::{TestDatabase, shopsignal};

/// Sessions in which product n is always followed by product n + 100, among 40 such pairs.
fn affinities(first: usize, count: usize) -> String {
    (first..first + count).fold("session,item,time\n".to_owned(), |mut lines, session| {
        let item = session % 40;
        let at = 1_590_000_000 + session * 60;
        writeln!(lines, "{session},{item},{at}\n{session},{},{}", item + 100, at + 20).unwrap();
        lines
    })
}

#[tokio::test]
async fn what_always_follows_is_found_first_and_the_database_is_as_before() {
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
        let row = text.lines().find(|row| row.contains(line)).unwrap_or_else(|| panic!("no {line}: {text}"));
        let cells: Vec<_> = row.split('┆').map(|cell| cell.trim_matches([' ', '│'])).collect();
        assert_eq!(cells[1..4], ["40", "1.0000", "1.0000"], "{row}");
    }
    let popular = text.lines().find(|row| row.contains("popularity with decay")).unwrap();
    assert!(!popular.contains("1.0000"), "{popular}");
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'shopsignal_evaluate_%'";
    assert_eq!(database.number(left).await, 0, "its own database is dropped");
    assert_eq!(database.number("SELECT count(*) FROM analytic.interaction").await, 0, "and this one is untouched");
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_named() {
    let (database, folder) = (TestDatabase::create().await, tempfile::tempdir().unwrap());
    let file = folder.path().join("broken.csv");
    std::fs::write(&file, "session,item,time\n1,a,1590000000\n1,b,noon\n").unwrap();
    let mut command = shopsignal();
    let output = command.env("DATABASE_URL", database.url()).arg("evaluate").arg(&file).output().await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && error.contains("line 3: noon is neither a time"), "{error}");
}
