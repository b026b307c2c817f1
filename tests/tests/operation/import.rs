//! Importing a file: what is sent, what is reported as bad, and what an interrupted run leaves to the next one.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use clap::Parser as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use shopsignal::import::{Args, Summary, import};
use tempfile::TempDir;
use testkit::{Recorded, Reply, TestServer};

const HEADER: &str = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session";
/// The API's limit of events per request.
const FULL: usize = 1_000;

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// Runs the command with these arguments.
async fn run(server: &TestServer, file: &Path, words: &[&str]) -> Summary {
    let api = ["import", file.to_str().unwrap(), "--api-url", server.url(), "--trusted-token", "trusted"];
    let rate: &[&str] = if words.contains(&"--rate") { &[] } else { &["--rate", "max"] };
    let line = Line::try_parse_from(api.iter().chain(rate).chain(words)).unwrap();
    import("test", &line.args).await.unwrap()
}

/// The events of a request.
fn events(request: &Recorded) -> Vec<Value> {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    body.as_object().unwrap().values().next().unwrap().as_array().unwrap().clone()
}

/// Everything that was sent, in order.
fn sent(server: &TestServer) -> Vec<Value> {
    server.requests().iter().flat_map(events).collect()
}

fn answer(results: Vec<Value>) -> Reply {
    let count = |status: &str| results.iter().filter(|result| result["status"] == status).count();
    let data = json!({ "accepted": count("accepted"), "duplicate": count("duplicate"), "rejected": count("rejected"),
                       "results": results });
    TestServer::reply(200, json!({ "data": data }).to_string())
}

/// An API that remembers event ids.
async fn api() -> TestServer {
    let known: Arc<Mutex<HashSet<String>>> = Arc::default();
    TestServer::start(move |request: Recorded| {
        let mut known = known.lock().unwrap();
        let sent = events(&request);
        let results = sent.iter().enumerate().map(|(index, event)| {
            let is_new = known.insert(event["event_id"].to_string());
            json!({ "index": index, "status": if is_new { "accepted" } else { "duplicate" } })
        });
        let reply = answer(results.collect());
        async move { reply }
    })
    .await
}

/// Lines of REES46 about different products.
fn rees46(lines: usize) -> String {
    let line = |n| {
        format!(
            "2019-10-01 00:00:{:02} UTC,view,{},21,electronics.phone,acme,9.99,{},s-{n}\n",
            n % 60,
            1_000 + n,
            n % 9
        )
    };
    std::iter::once(format!("{HEADER}\n")).chain((0..lines).map(line)).collect()
}

/// Writes a file; one whose name ends in .gz is compressed, as two members.
fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    let mut bytes = text.as_bytes().to_vec();
    if name.ends_with(".gz") {
        let members = [&text[..text.len() / 2], &text[text.len() / 2..]].map(|part| {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(part.as_bytes()).unwrap();
            packed.finish().unwrap()
        });
        bytes = members.concat();
    }
    std::fs::write(&path, bytes).unwrap();
    path
}

fn state(path: &Path) -> PathBuf {
    let name = format!("{}.import.json", path.file_name().unwrap().to_str().unwrap());
    path.with_file_name(name)
}

fn figures(summary: &Summary) -> [u64; 4] {
    [summary.lines, summary.accepted, summary.duplicate, summary.rejected]
}

#[tokio::test]
async fn a_packed_file_is_sent_once_and_a_second_time_all_of_it_is_known() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let path = file(&folder, "2019-Oct.csv.gz", &rees46(2_500));
    let summary = run(&server, &path, &["--preset", "rees46"]).await;
    assert!(summary.is_complete());
    assert_eq!(figures(&summary), [2_500, 2_500, 0, 0]);
    let requests = server.requests();
    assert_eq!(requests.iter().map(|request| events(request).len()).collect::<Vec<_>>(), [FULL, FULL, 500]);
    assert_eq!(requests[0].target, "/api/v1/analytic/import/interaction");
    assert_eq!(requests[0].headers["authorization"], "Bearer trusted");
    insta::assert_snapshot!(sent(&server)[1], @r#"{"account_id":"491afd33-3fa7-524d-b057-ff8b12a5da3c","event_id":"4e805c69-818e-56f1-98cd-753af52e00a8","event_type":"view","metadata":{"brand":"acme","category_code":"electronics.phone","category_id":"21","price":"9.99"},"occurred_at":"2019-10-01T00:00:01Z","ref_id":"1001","ref_type":"Product","session_id":"s-1"}"#);
    assert!(!state(&path).exists(), "nothing is left to go on with");
    // when
    let summary = run(&server, &path, &["--preset", "rees46", "--at-once", "4"]).await;
    // then
    assert_eq!(figures(&summary), [2_500, 0, 2_500, 0]);
}

#[tokio::test]
async fn equal_lines_are_one_event_and_the_order_of_columns_does_not_matter() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let one = r#"{"event_type":"view","ref_id":"p-1","occurred_at":"2019-10-01T00:00:00Z","account_id":"u-1"}"#;
    let same = r#"{"account_id":"u-1","occurred_at":"2019-10-01T02:00:00+02:00","ref_id":"p-1","event_type":"View"}"#;
    let path = file(&folder, "a.ndjson", &format!("{one}\n\n{one}\n{same}\n"));
    assert_eq!(figures(&run(&server, &path, &[]).await), [3, 1, 2, 0]);
    let csv = "ref_id,event_type,occurred_at,account_id\np-1,view,2019-10-01 00:00:00 UTC,u-1\n";
    assert_eq!(figures(&run(&server, &file(&folder, "a.csv", csv), &[]).await), [1, 0, 1, 0]);
}

#[tokio::test]
async fn a_bad_line_is_named_and_no_other_is_lost_for_it() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let line = |at: &str| format!(r#"{{"event_type":"view","ref_id":"p-{at}","occurred_at":"{at}"}}"#);
    let good = line("2019-10-01T00:00:00Z");
    let text =
        [&good, "{\"event_type\":", &line("yesterday"), r#"{"event_type":"view"}"#, "7", &line("2019-10-01T00:00:01Z")];
    let path = file(&folder, "a.jsonl", &text.join("\n"));
    let summary = run(&server, &path, &[]).await;
    assert!(summary.is_complete());
    assert_eq!(figures(&summary), [6, 2, 0, 4]);
    insta::assert_snapshot!(named(&summary), @r"
    invalid_time x1, line 3: occurred_at: must be a time with an offset, like 2019-10-01T00:00:00Z or 2019-10-01 00:00:00 UTC
    malformed x1, line 5: a line must be a JSON object
    missing_field x1, line 4: ref_id: is missing
    not_json x1, line 2: is not valid JSON (column 14)
    ");
    // and in CSV
    let text = format!("{HEADER}\n2019-10-01 00:00:00 UTC,view,1,,,,,7,s-1\nshort,line\n2019-10-01,view,1,,,,,7,s-1\n");
    let summary = run(&server, &file(&folder, "b.csv", &text), &["--preset", "rees46"]).await;
    assert_eq!(figures(&summary), [3, 1, 0, 2]);
    insta::assert_snapshot!(named(&summary), @r"
    invalid_time x1, line 4: event_time: must be a time with an offset, like 2019-10-01T00:00:00Z or 2019-10-01 00:00:00 UTC
    wrong_columns x1, line 3: has 2 columns, the header has 9
    ");
}

#[tokio::test]
async fn a_number_is_sent_with_its_digits_or_is_named() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let line = |id: &str| {
        format!(r#"{{"event_type":"view","ref_id":{id},"occurred_at":"2019-10-01T00:00:00Z","price":{id}}}"#)
    };
    let ids = ["12345678901234567890123", "12345678901234567890124", "1e3", "44600062.0", "1004767"];
    let path = file(&folder, "a.ndjson", &ids.map(line).join("\n"));
    let summary = run(&server, &path, &["--map", "metadata.price=price"]).await;
    assert_eq!(figures(&summary), [5, 3, 0, 2]);
    insta::assert_snapshot!(named(&summary), @r#"
    wrong_type x2, line 3: ref_id: must be a string or a whole number, like "1004767" or 1004767
    wrong_type x2, line 4: ref_id: must be a string or a whole number, like "1004767" or 1004767
    "#);
    let sent = &server.requests()[0].body;
    for id in [ids[0], ids[1], ids[4]] {
        assert!(sent.contains(&format!(r#""metadata":{{"price":{id}}}"#)), "{sent}");
        assert!(sent.contains(&format!(r#""ref_id":"{id}""#)), "{sent}");
    }
    // and in events of the back end, which are sent as they are
    let line =
        r#"{"event":"OrderCreated","orderId":12345678901234567890123,"totalPrice":19.90,"timestamp":1569888000000}"#;
    let path = file(&folder, "orders.ndjson", line);
    assert_eq!(figures(&run(&server, &path, &["--kind", "orders"]).await), [1, 1, 0, 0]);
    let body = &server.requests()[1].body;
    assert!(body.contains(r#""orderId":12345678901234567890123"#) && body.contains(r#""totalPrice":19.90"#), "{body}");
}

#[tokio::test]
async fn what_is_stated_twice_is_refused() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let line = r#"{"event_type":"view","ref_id":"a","ref_id":"b","occurred_at":"2019-10-01T00:00:00Z"}"#;
    let summary = run(&server, &file(&folder, "a.ndjson", line), &[]).await;
    assert_eq!(figures(&summary), [1, 0, 0, 1]);
    assert_eq!(named(&summary), "malformed x1, line 1: ref_id: must be given once\n");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_bad_product_of_a_line_is_named_and_those_beside_it_are_sent() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let line = r#"{"event_name":"purchase","event_timestamp":"1612069510766593","items":[{"item_id":"g51"},{"item_name":"Gift wrap"}]}"#;
    let summary = run(&server, &file(&folder, "a.ndjson", line), &["--preset", "ga4"]).await;
    assert_eq!(figures(&summary), [1, 1, 0, 1]);
    assert_eq!(named(&summary), "missing_field x1, line 1: items[1].item_id: is missing\n");
    assert_eq!(sent(&server)[0]["ref_id"], "g51");
}

#[tokio::test]
async fn placeholders_for_nobody_are_no_account_and_cells_without_a_value_are_absent() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let users = ["0", "-1", "guest", "Anonymous", "n/a", "NULL", r"\N", "", "00000000-0000-0000-0000-000000000000"];
    let line = |(n, user): (usize, &&str)| format!("view,p-{n},2019-10-01T00:00:00Z,{user},NULL,\\N\n");
    let lines: String = users.iter().enumerate().map(line).collect();
    let text = format!("event_type,ref_id,occurred_at,account_id,session_id,ref_type\n{lines}");
    assert_eq!(figures(&run(&server, &file(&folder, "a.csv", &text), &[]).await), [9, 9, 0, 0]);
    for event in sent(&server) {
        assert_eq!(event.as_object().unwrap().len(), 5, "neither account nor session: {event}");
        assert_eq!(event["ref_type"], "Product");
    }
}

/// The reasons with their first lines.
fn named(summary: &Summary) -> String {
    let lines = summary.rejected_by_code.iter().flat_map(|(code, rejected)| {
        rejected
            .first
            .iter()
            .map(move |(line, message)| format!("{code} x{}, line {line}: {message}\n", rejected.count))
    });
    lines.collect()
}

#[tokio::test]
async fn what_the_api_refuses_is_named_by_its_line() {
    let folder = TempDir::new().unwrap();
    let server = TestServer::start(|request: Recorded| async move {
        let sent = events(&request);
        let results = sent.iter().enumerate().map(|(index, event)| match event["ref_id"].as_str() {
            Some("1003") => {
                json!({ "index": index, "status": "rejected", "code": "invalid_reference", "message": "ref_id: no" })
            }
            _ => json!({ "index": index, "status": "accepted" }),
        });
        answer(results.collect())
    })
    .await;
    let summary = run(&server, &file(&folder, "a.csv", &rees46(5)), &["--preset", "rees46"]).await;
    assert_eq!(figures(&summary), [5, 4, 0, 1]);
    assert_eq!(named(&summary), "invalid_reference x1, line 5: ref_id: no\n");
}

#[tokio::test]
async fn a_run_that_was_cut_goes_on_where_it_was() {
    let folder = TempDir::new().unwrap();
    // given: an API that accepts two requests and then rejects the token
    let left = Arc::new(AtomicUsize::new(2));
    let shared = Arc::clone(&left);
    let server = TestServer::start(move |request: Recorded| {
        let is_open = shared.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
        async move {
            if !is_open {
                return TestServer::reply(401, "{}");
            }
            let results = (0..events(&request).len()).map(|index| json!({ "index": index, "status": "accepted" }));
            answer(results.collect())
        }
    })
    .await;
    let path = file(&folder, "a.csv.gz", &rees46(3_500));
    let words = ["--preset", "rees46"];
    let summary = run(&server, &path, &words).await;
    assert!(!summary.is_complete() && summary.failure.as_ref().unwrap().contains("401"), "{summary:?}");
    assert_eq!((figures(&summary), summary.last_line), ([2_000, 2_000, 0, 0], 2_001));
    assert!(state(&path).exists());
    // when the token is valid again
    left.store(100, SeqCst);
    let summary = run(&server, &path, &words).await;
    // then the rest is sent, and only that
    assert_eq!((figures(&summary), summary.resumed_after), ([3_500, 3_500, 0, 0], 2_001));
    let ids: Vec<_> = sent(&server).iter().map(|event| event["event_id"].to_string()).collect();
    let distinct: HashSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (4_500, 3_500), "one batch was refused and sent again");
    assert!(!state(&path).exists());
}

#[tokio::test]
async fn what_was_noted_of_another_file_or_another_mapping_does_not_count() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let path = file(&folder, "a.csv", &rees46(10));
    let noted = folder.path().join("noted.json");
    let words = ["--preset", "rees46", "--state", noted.to_str().unwrap()];
    let cut = TestServer::always(401).await;
    // given: a state of the same file, of which nothing was acknowledged, and then one of another mapping
    assert!(!run(&cut, &path, &words).await.is_complete());
    std::fs::write(
        &noted,
        json!({ "identity": { "size": 1, "digest": vec![0; 16] }, "line": 8, "tally": {
        "lines": 7, "skipped": 0, "accepted": 7, "duplicate": 0, "rejected": {}, "requests": 1, "retries": 0 } })
        .to_string(),
    )
    .unwrap();
    let summary = run(&server, &path, &words).await;
    assert_eq!((figures(&summary), summary.resumed_after), ([10, 10, 0, 0], 0));
}

#[tokio::test]
async fn what_is_not_answered_is_sent_again_unchanged() {
    let folder = TempDir::new().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let server = TestServer::start(move |request: Recorded| {
        let number = count.fetch_add(1, SeqCst);
        async move {
            match number {
                0 => TestServer::reply(503, ""),
                1 => TestServer::reply(429, ""),
                _ => answer(
                    (0..events(&request).len()).map(|index| json!({ "index": index, "status": "accepted" })).collect(),
                ),
            }
        }
    })
    .await;
    let summary = run(&server, &file(&folder, "a.csv", &rees46(3)), &["--preset", "rees46"]).await;
    assert_eq!((figures(&summary), summary.retries), ([3, 3, 0, 0], 2));
    let bodies: HashSet<_> = server.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn a_request_never_holds_more_than_the_api_takes() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let line = |n: usize| {
        let text = "x".repeat(7_000);
        format!(r#"{{"event_type":"view","ref_id":"p-{n}","occurred_at":"2019-10-01T00:00:00Z","note":"{text}"}}"#)
    };
    let text: Vec<_> = (0..400).map(line).collect();
    let path = file(&folder, "a.ndjson.gz", &text.join("\n"));
    let summary = run(&server, &path, &["--map", "metadata.note=note", "--rate", "1000000"]).await;
    assert_eq!(figures(&summary), [400, 400, 0, 0]);
    let sizes: Vec<_> = server.requests().iter().map(|request| request.body.len()).collect();
    assert!(sizes.len() == 3 && sizes.iter().all(|size| *size <= contracts::IMPORT_MAX_BYTES), "{sizes:?}");
}

#[tokio::test]
async fn a_rate_is_kept() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let path = file(&folder, "a.csv", &rees46(2_000));
    let summary = run(&server, &path, &["--preset", "rees46", "--rate", "2000", "--at-once", "2"]).await;
    assert!((0.95..3.0).contains(&summary.seconds), "{summary:?}");
}

#[tokio::test]
async fn events_of_the_back_end_go_to_their_own_route_until_the_queue_has_them() {
    let folder = TempDir::new().unwrap();
    let seen: Arc<Mutex<HashSet<String>>> = Arc::default();
    let server = TestServer::start(move |request: Recorded| {
        let mut seen = seen.lock().unwrap();
        // given: the queue refuses the second event of each request the first time
        let sent = events(&request);
        let results = sent.iter().enumerate().map(|(index, event)| {
            let is_first = seen.insert(event["orderId"].to_string());
            json!({ "index": index, "status": if index == 1 && is_first { "unavailable" } else { "accepted" } })
        });
        let reply = answer(results.collect());
        async move { reply }
    })
    .await;
    let row = |n| format!("OrderCreated,2019-10-01T00:00:00Z,o-{n},p-{n},2,9.99\n");
    let header = "event,timestamp,orderId,items.productId,items.quantity,items.price\n".to_owned();
    let path = file(&folder, "orders.csv", &(header + &(0..150).map(row).collect::<String>()));
    let summary = run(&server, &path, &["--kind", "orders"]).await;
    assert_eq!((figures(&summary), summary.retries), ([150, 150, 0, 0], 2));
    let requests = server.requests();
    assert_eq!(requests[0].target, "/api/v1/analytic/event");
    assert_eq!(requests.iter().map(|request| events(request).len()).collect::<Vec<_>>(), [100, 1, 50, 1]);
    let expected = json!({ "event": "OrderCreated", "timestamp": "2019-10-01T00:00:00Z", "orderId": "o-0",
                           "items": [{ "productId": "p-0", "quantity": "2", "price": "9.99" }] });
    assert_eq!(events(&requests[0])[0], expected);
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_refused_before_anything_is_sent() {
    let (folder, server) = (TempDir::new().unwrap(), api().await);
    let refused = async |name: &str, words: &[&str]| {
        let text = if name == "twice.csv" { "\u{feff}ref_id,,,event_type, ref_id\n" } else { &rees46(1) };
        let path = file(&folder, name, text);
        let api = ["import", path.to_str().unwrap(), "--api-url", server.url(), "--trusted-token", "t"];
        let line = Line::try_parse_from(api.iter().chain(words)).map_err(|error| error.to_string())?;
        import("test", &line.args).await.map(|_| ()).map_err(|error| error.to_string())
    };
    for (name, words, reason) in [
        ("a.txt", &[][..], "must end in .csv, .tsv, .json, .ndjson or .jsonl"),
        ("a.csv", &["--preset", "ga4"], "this preset reads JSON"),
        ("a.csv", &["--kind", "orders", "--preset", "rees46"], "--preset goes with --kind interactions"),
        ("a.json", &["--preset", "segment", "--map", "ref_id=sku"], "--map goes with"),
        ("a.csv", &["--map", "price=x"], "must be FIELD=COLUMN"),
        ("twice.csv", &[], r#"twice.csv has the column "ref_id" twice"#),
    ] {
        let error = refused(name, words).await.unwrap_err();
        assert!(error.contains(reason), "{name} {words:?}: {error}");
    }
    assert!(server.requests().is_empty());
}
