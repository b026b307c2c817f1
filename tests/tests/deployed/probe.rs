//! The scheduled probe, from its binary to a score that no list shows.

use serde_json::json;
use testkit::Function;

use crate::shop::{MOST_PAGES, Shop, TOP};

#[tokio::test]
async fn the_probe_sees_its_view_scored_and_no_list_shows_it() {
    let shop = Shop::open().await;
    let mut function = Function::start("probe-api", &[("API_URL", &shop.stack.api_url)]).await;
    let answer = function.invoke(&json!({})).await.answer();
    assert!(answer["seconds"].as_f64().is_some_and(|seconds| seconds < 20.0), "{answer}");
    function.output_with("ProbeSeconds").await;

    let of_its_own = shop.get(&format!("/api/v1/analytic/popularity/{}", probe::PRODUCT)).await;
    assert!(of_its_own.body["data"]["view_count"].as_i64() >= Some(1), "{of_its_own:?}");
    let mut cursor = String::new();
    for _ in 0..MOST_PAGES {
        let page = shop.get(&format!("{TOP}?limit=100{cursor}")).await;
        let rows = page.body["data"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["id"] != probe::PRODUCT), "{page:?}");
        let Some(next) = page.body["pagination"]["next_cursor"].as_str() else { return };
        cursor = format!("&cursor={next}");
    }
    panic!("the top list does not end");
}

#[tokio::test]
async fn a_probe_of_an_api_that_does_not_answer_fails_and_writes_no_figure() {
    let mut function = Function::start("probe-api", &[("API_URL", "http://127.0.0.1:9")]).await;
    let said = function.invoke(&json!({})).await;
    assert!(matches!(said, testkit::Invoked::Failed(_)), "{said:?}");
    assert!(!function.output_with("could not probe").await.contains("ProbeSeconds"));
}
