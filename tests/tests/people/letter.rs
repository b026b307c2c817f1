//! Dead letters: they contain events as the producer sent them.

use std::time::{Duration, Instant};

use domain::Named;
use people::{Bounds, PeopleError};
use serde_json::{Value, json};
use testkit::eventually;

use crate::shop::{JANE, JANE_EMAIL, Shop, by_id, order};
use crate::trace::of_jane;

#[tokio::test]
async fn letters_that_name_the_person_are_rewritten_and_can_still_be_put_back_once() {
    let mut shop = Shop::busy().await;
    shop.has_letters = true;
    let [placed, paid] =
        order("o-7", json!({ "customerId": JANE, "userEmail": JANE_EMAIL, "customerName": "Jane Doe" }), 50);
    let [of_john, _] = order("o-8", json!({ "customerId": "john", "customerName": "John" }), 51);
    let unreadable = format!(r#"{{"event":"OrderCreated","userEmail":"{JANE_EMAIL}""#);
    for body in [&placed, &of_john, &paid, &unreadable, &"no json".to_owned()] {
        shop.letters.send(body).await;
    }
    let receipt = shop.erase(&Named::Account(JANE)).await;
    assert_eq!(receipt.counts["dead_letters"], 2, "{receipt:?}");
    let mut left: Vec<_> = shop.letters.drain().await.into_iter().map(|letter| letter.body.unwrap()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(left.iter().all(|body| of_jane().iter().all(|word| !body.contains(word))), "{left:?}");
    left.retain(|body| *body != of_john && *body != paid && body != "no json");
    let [rewritten] = &left[..] else { panic!("{left:?}") };

    // the order is not lost, and counts once when the original arrives too
    let copy: Value = serde_json::from_str(rewritten).unwrap();
    assert_eq!(copy["orderId"], "o-7");
    shop.send_events(&[rewritten.clone(), paid, rewritten.clone()]).await;
    shop.assert_exact().await;
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.shop_event WHERE subject_id = 'o-7'").await, 2);
}

#[tokio::test]
async fn an_export_holds_the_letters_as_they_are() {
    let mut shop = Shop::busy().await;
    shop.has_letters = true;
    let [placed, _] = order("o-7", json!({ "customerId": "c-7", "customerName": "Somebody" }), 50);
    shop.letters.send(&placed).await;
    let mut out = Vec::new();
    people::export(&shop.places(), &by_id("c-7"), jiff::Timestamp::now(), &mut out).await.unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(document["dead_letters"], json!([placed]));
    shop.letters.wait_for_depth(1, std::time::Duration::from_secs(5)).await;
    assert_eq!(shop.letters.drain().await.len(), 1, "it is shown again");
}

#[tokio::test]
async fn an_export_that_cannot_read_every_letter_fails_and_hides_none() {
    let mut shop = Shop::open().await;
    shop.has_letters = true;
    let [placed, _] = order("o-7", json!({ "customerId": "c-7" }), 50);
    shop.letters.send(&placed).await;
    let places = shop.places();
    let export = async |time: Duration| {
        let bounds = Bounds { bytes: 1_000_000, deadline: Instant::now() + time };
        people::export_within(&places, &by_id("c-7"), jiff::Timestamp::now(), bounds).await
    };
    // given: no time
    assert!(matches!(export(Duration::ZERO).await, Err(PeopleError::LettersLeft)));
    // given: somebody is looking at the letter
    assert_eq!(shop.letters.hide(8).await, 1);
    assert!(matches!(export(Duration::from_secs(600)).await, Err(PeopleError::LettersLeft)));
    let exported =
        eventually("the letter", Duration::from_secs(30), async || export(Duration::from_secs(600)).await.ok());
    let document: Value = serde_json::from_str(&exported.await).unwrap();
    assert_eq!(document["dead_letters"], json!([placed]));
    shop.letters.wait_for_depth(1, Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_letter_names_the_person_wherever_it_says_so_and_nobody_who_sells() {
    let mut shop = Shop::busy().await;
    shop.has_letters = true;
    let named = [
        r#"{"eventType":"USER_LOGIN","entityId":"kd-1","timestamp":"2026-11-18T09:00:00Z"}"#.to_owned(),
        r#"{"note":"Write to kd@example.com."}"#.to_owned(),
        r#"{"link":"https://x.test/?mail=kd%40example.com"}"#.to_owned(),
        "junk, to: mailto:kd@example.com".to_owned(),
    ];
    let [mut of_john, _] = order("o-90", json!({ "customerId": "john", "userEmail": "john@example.com" }), 60);
    of_john = of_john.replace("seller-1", &JANE.to_string());
    let linked = order("o-91", json!({ "customerId": "kd-1", "userEmail": "kd@example.com" }), 70);
    shop.send_events(&linked).await;
    for body in named.iter().chain([&of_john]) {
        shop.letters.send(body).await;
    }
    let receipt = shop.erase(&by_id("kd-1")).await;
    assert_eq!(receipt.counts["dead_letters"], 4, "{receipt:?}");
    shop.erase(&Named::Account(JANE)).await;
    let left: Vec<_> = shop.letters.drain().await.into_iter().map(|letter| letter.body.unwrap()).collect();
    assert!(left.contains(&of_john), "{left:?}");
    assert!(left.iter().all(|body| !body.contains("kd")), "{left:?}");
}

#[tokio::test]
async fn a_letter_that_somebody_is_looking_at_keeps_the_erasure_open() {
    let mut shop = Shop::busy().await;
    shop.has_letters = true;
    let [placed, paid] = order("o-7", json!({ "customerId": "c-7", "userEmail": "c7@example.com" }), 50);
    shop.send_events(&order("o-6", json!({ "customerId": "c-7", "userEmail": "c7@example.com" }), 40)).await;
    shop.letters.send(&placed).await;
    assert_eq!(shop.letters.hide(8).await, 1);
    // A deleted letter is not counted as the invisible one.
    for _ in 0..3 {
        shop.letters.send("junk, to: c7@example.com").await;
    }
    shop.letters.send(&paid).await;
    let time = std::time::Duration::from_secs(600);
    let cut = shop.erase_once(&by_id("c-7"), time).await;
    assert!(!cut.complete, "{cut:?}");
    let mut done = cut;
    for _ in 0..20 {
        done = shop.erase_once(&by_id("c-7"), time).await;
        if done.complete {
            break;
        }
    }
    assert_eq!((done.complete, done.counts["dead_letters"]), (true, 4), "{done:?}");
}

#[tokio::test]
async fn a_customer_id_that_looks_like_a_card_number_is_found() {
    let mut shop = Shop::busy().await;
    shop.send_events(&order("o-95", json!({ "customerId": 4_111_111_111_111_111_i64 }), 50)).await;
    let body = br#"{"customer_id":4111111111111111}"#;
    let named = contracts::read_person(body, &crate::shop::intake().address_key).unwrap();
    let receipt = shop.erase(&named).await;
    assert_eq!(receipt.counts["sales_order"], 1, "{receipt:?}");
    shop.assert_exact().await;
}
