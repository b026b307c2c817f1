//! An HTTP catalog that is slow, unresponsive or endless: the resources that it may cost us.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use catalog::{AgainReason, Catalog, HttpCatalog, HttpSettings, Outcome};

use crate::http_answer::{catalog, deliver_one, settings, soon, viewed};
use crate::server::{Reply, Server, answer, response};

/// What the socket buffers at both ends of a connection that no one reads may hold.
const SOCKET_BUFFERS_BYTES: usize = 8 * 1024 * 1024;

/// What concurrently running tests may use, with a margin.
const OTHER_TESTS_BYTES: usize = 32 * 1024 * 1024;

/// Three attempts of at most 0.4 s with at most 0.6 s between them, and a slow machine.
const THREE_TIMEOUTS: Duration = Duration::from_millis(2_600);

fn body(head: &str, part: Vec<u8>, times: usize) -> Reply {
    Reply::Repeat { head: format!("HTTP/1.1 200 OK\r\n{head}\r\n"), part, times, pause: Duration::ZERO }
}

fn chunk(bytes: usize) -> Vec<u8> {
    format!("{bytes:x}\r\n{}\r\n", "x".repeat(bytes)).into_bytes()
}

/// The peak memory of this process, in bytes.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn a_slow_catalog_costs_the_time_of_three_calls() {
    let server = Server::start(|_, _| Reply::Late(Duration::from_secs(3), response(200, "", ""))).await;
    let start = Instant::now();
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::TimedOut));
    assert!(start.elapsed() < THREE_TIMEOUTS, "took {:?}", start.elapsed());
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_silent_catalog_costs_the_time_of_three_calls() {
    let server = Server::start(|_, _| Reply::Never).await;
    let start = Instant::now();
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::TimedOut));
    assert!(start.elapsed() < THREE_TIMEOUTS, "took {:?}", start.elapsed());
}

#[tokio::test]
async fn a_head_that_comes_in_drops_costs_the_time_of_three_calls() {
    let drops = || Reply::Repeat {
        head: "HTTP/1.1 200 OK\r\n".to_owned(),
        part: b"x-a: b\r\n".to_vec(),
        times: 1_000,
        pause: Duration::from_millis(50),
    };
    let server = Server::start(move |_, _| drops()).await;
    let start = Instant::now();
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::TimedOut));
    assert!(start.elapsed() < THREE_TIMEOUTS, "took {:?}", start.elapsed());
}

#[tokio::test]
async fn a_body_of_100_mb_is_not_read() {
    let length = 100 * 1024 * 1024;
    let head = format!("content-length: {length}\r\n");
    let server = Server::start(move |_, _| body(&head, vec![b'x'; 1024 * 1024], length / (1024 * 1024))).await;
    let (start, memory) = (Instant::now(), peak_memory());
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed);
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
    assert!(server.bytes_sent() < SOCKET_BUFFERS_BYTES, "{} bytes were taken", server.bytes_sent());
    let grown = peak_memory() - memory;
    assert!(grown < OTHER_TESTS_BYTES, "memory grew by {grown} bytes");
}

#[tokio::test]
async fn an_endless_body_is_not_read_to_the_end() {
    let server = Server::start(|_, _| body("transfer-encoding: chunked\r\n", chunk(1024 * 1024), usize::MAX)).await;
    let (start, memory) = (Instant::now(), peak_memory());
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed);
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
    assert!(server.bytes_sent() < SOCKET_BUFFERS_BYTES, "{} bytes were taken", server.bytes_sent());
    let grown = peak_memory() - memory;
    assert!(grown < OTHER_TESTS_BYTES, "memory grew by {grown} bytes");
}

#[tokio::test]
async fn a_body_that_never_ends_does_not_hold_us_up() {
    let drops = || Reply::Repeat {
        head: "HTTP/1.1 201 Created\r\ncontent-length: 1000\r\n\r\n".to_owned(),
        part: b"x".to_vec(),
        times: 1_000,
        pause: Duration::from_millis(50),
    };
    let server = Server::start(move |_, _| drops()).await;
    let start = Instant::now();
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed);
    assert!(start.elapsed() < Duration::from_millis(350), "took {:?}", start.elapsed());
}

#[tokio::test]
async fn connections_are_used_again_also_when_the_body_comes_a_little_later() {
    let in_two = || Reply::Repeat {
        head: "HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n".to_owned(),
        part: vec![b'x'; 1000],
        times: 2,
        pause: Duration::from_millis(5),
    };
    let server = Server::start(move |_, _| in_two()).await;
    let catalog = catalog(&server);
    for _ in 0..20 {
        assert_eq!(deliver_one(&catalog).await, Outcome::Confirmed);
    }
    assert_eq!(server.count(), 20);
    assert!(server.connections() < 5, "{} connections", server.connections());
}

#[tokio::test]
async fn no_more_calls_at_once_than_the_setting_says() {
    for concurrency in [1, 4, 16] {
        let server = Server::start(|_, _| Reply::Late(Duration::from_millis(20), response(200, "", ""))).await;
        let concurrency = NonZeroUsize::new(concurrency).unwrap();
        let settings = HttpSettings { concurrency, ..settings(&server.origin) };
        let interactions: Vec<_> = (0..32).map(viewed).collect();
        let delivery = Catalog::Http(HttpCatalog::new(settings)).deliver(&interactions, soon()).await.unwrap();
        assert!(delivery.outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Confirmed));
        assert_eq!(delivery.call_times.len(), 32);
        assert_eq!(server.most_at_once(), concurrency.get());
    }
}

#[tokio::test]
async fn nothing_begins_after_the_deadline() {
    let server = Server::start(|_, _| answer(200, "")).await;
    let delivery = catalog(&server).deliver(&[viewed(1), viewed(2)], Instant::now()).await.unwrap();
    assert!(delivery.outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Again(AgainReason::DeadlineReached)));
    assert_eq!(delivery.outcomes.len(), 2);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_deadline_ends_a_delivery_and_says_nothing_about_the_catalog() {
    let server = Server::start(|_, _| Reply::Late(Duration::from_millis(500), response(200, "", ""))).await;
    let settings = HttpSettings { call_timeout: Duration::from_secs(5), ..settings(&server.origin) };
    let catalog = Catalog::Http(HttpCatalog::new(settings));
    let interactions: Vec<_> = (0..40).map(viewed).collect();
    let start = Instant::now();
    let delivery = catalog.deliver(&interactions, start + Duration::from_millis(1_300)).await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(1_600), "took {:?}", start.elapsed());
    let confirmed = delivery.outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Confirmed).count();
    assert_eq!(confirmed, 8, "two rounds of four");
    let late = Outcome::Again(AgainReason::DeadlineReached);
    assert_eq!(delivery.outcomes.iter().filter(|(_, outcome)| *outcome == late).count(), 32);
    assert!(!delivery.circuit_open && !delivery.catalog_is_down());
}

#[tokio::test]
async fn calls_cut_short_by_the_deadline_do_not_open_the_circuit() {
    let server = Server::start(|_, _| Reply::Never).await;
    let settings = HttpSettings { call_timeout: Duration::from_secs(5), ..settings(&server.origin) };
    let catalog = Catalog::Http(HttpCatalog::new(settings));
    let interactions: Vec<_> = (0..4).map(viewed).collect();
    for _ in 0..4 {
        let deadline = Instant::now() + Duration::from_millis(50);
        assert!(!catalog.deliver(&interactions, deadline).await.unwrap().circuit_open);
    }
}

#[tokio::test]
async fn no_retry_begins_that_would_end_after_the_deadline() {
    let server = Server::start(|_, _| Reply::Say(response(429, "retry-after: 2\r\n", ""))).await;
    let start = Instant::now();
    let delivery = catalog(&server).deliver(&[viewed(7)], start + Duration::from_millis(1_500)).await.unwrap();
    assert_eq!(delivery.outcomes[0].1, Outcome::Again(AgainReason::Throttled));
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
    assert_eq!(server.count(), 1);
}
