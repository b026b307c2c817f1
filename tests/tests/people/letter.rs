//! Dead letters: what the producer sent is there as it was sent.

use domain::Named;
use serde_json::{Value, json};

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

    // the order is not lost, and counts once when the original comes too
    let copy: Value = serde_json::from_str(rewritten).unwrap();
    assert_eq!(copy["orderId"], "o-7");
    shop.tell(&[rewritten.clone(), paid, rewritten.clone()]).await;
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
