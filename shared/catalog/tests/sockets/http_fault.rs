//! An HTTP catalog that is down, hostile or misconfigured.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use catalog::{AgainReason, Catalog, HttpCatalog, HttpSettings, Outcome};

use crate::http_answer::{catalog, deliver_one, settings, soon, viewed};
use crate::server::{Reply, Server, answer, response};

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_, _| answer(200, "")).await;
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("location: {}/stolen\r\n", elsewhere.origin);
        let server = Server::start(move |_, _| Reply::Say(response(status, &headers, ""))).await;
        assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::Redirected(status)));
        assert_eq!(server.count(), 1, "a redirect is not tried again at once");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_catalog_that_fails_again_and_again_is_left_alone() {
    let server = Server::start(|_, _| answer(500, "")).await;
    let settings = HttpSettings { pause: Duration::from_secs(60), ..settings(&server.origin) };
    let catalog = Catalog::Http(HttpCatalog::new(settings));
    let interactions: Vec<_> = (0..20).map(viewed).collect();
    let delivery = catalog.deliver(&interactions, soon()).await.unwrap();
    assert!(delivery.circuit_open && delivery.catalog_is_down());
    assert!(delivery.outcomes.iter().any(|(_, outcome)| *outcome == Outcome::Again(AgainReason::CircuitOpen)));
    let asked = server.count();
    assert!((10..=13).contains(&asked), "10 failures in a row, at most 3 more under way, not {asked}");

    let start = Instant::now();
    let delivery = catalog.deliver(&interactions, soon()).await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(300), "took {:?}", start.elapsed());
    assert!(delivery.outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Again(AgainReason::CircuitOpen)));
    assert!(delivery.call_times.is_empty() && delivery.catalog_is_down());
    assert_eq!(server.count(), asked, "a call was made through the open circuit");
}

#[tokio::test]
async fn after_the_pause_one_interaction_goes_ahead() {
    let recovers_at = Arc::new(AtomicUsize::new(usize::MAX));
    let script = Arc::clone(&recovers_at);
    let healthy = move |number| number >= script.load(SeqCst);
    let server = Server::start(move |number, _| answer(if healthy(number) { 200 } else { 500 }, "")).await;
    let catalog = catalog(&server);
    let interactions: Vec<_> = (0..20).map(viewed).collect();
    catalog.deliver(&interactions, soon()).await.unwrap();
    let asked = server.count();

    tokio::time::sleep(Duration::from_millis(650)).await;
    let delivery = catalog.deliver(&interactions, soon()).await.unwrap();
    assert_eq!(server.count(), asked + 1, "the catalog is still down: one call finds out");
    assert!(delivery.catalog_is_down());

    recovers_at.store(asked + 1, SeqCst);
    tokio::time::sleep(Duration::from_millis(650)).await;
    let delivery = catalog.deliver(&interactions, soon()).await.unwrap();
    assert!(delivery.outcomes.iter().all(|(_, outcome)| *outcome == Outcome::Confirmed));
    assert!(!delivery.circuit_open);
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let server = Server::start(|_, _| answer(200, "")).await;
    let catalog = catalog(&server);
    drop(server);
    tokio::task::yield_now().await;
    assert_eq!(deliver_one(&catalog).await, Outcome::Again(AgainReason::Unreachable));
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_unreachable() {
    for broken in ["SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"] {
        let server = Server::start(move |_, _| Reply::Say(broken.to_owned())).await;
        assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::Unreachable), "{broken}");
    }
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_unreachable() {
    let server = Server::start(|_, _| Reply::HangUp).await;
    assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Again(AgainReason::Unreachable));
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_server_without_tls_is_unreachable_over_https() {
    let server = Server::start(|_, _| answer(200, "")).await;
    let url = server.origin.replace("http://", "https://").parse().unwrap();
    let catalog = Catalog::Http(HttpCatalog::new(HttpSettings { url, ..settings(&server.origin) }));
    let outcome = deliver_one(&catalog).await;
    assert!(
        matches!(outcome, Outcome::Again(AgainReason::Unreachable | AgainReason::TimedOut)),
        "an unencrypted server got through: {outcome:?}"
    );
    assert_eq!(server.count(), 0);
}

/// The environment can only be set for another process, so this test runs itself in one.
#[tokio::test]
async fn a_proxy_in_the_environment_is_not_used() {
    const INSIDE: &str = "SHOPSIGNAL_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        let server = Server::start(|_, _| answer(200, "")).await;
        assert_eq!(deliver_one(&catalog(&server)).await, Outcome::Confirmed);
        assert_eq!(server.count(), 1);
        return;
    }
    let proxy = Server::start(|_, _| answer(200, "")).await;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "http_fault::a_proxy_in_the_environment_is_not_used"]).env(INSIDE, "1");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, &proxy.origin);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(proxy.connections(), 0);
}
