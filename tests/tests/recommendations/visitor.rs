//! What suits a visitor: a session, an account, and what an account buys again.

use testkit::HttpEvent;

use crate::stage::{BASE, SESSION, Stage, guest, ids, reasons, shopper};

#[tokio::test]
async fn an_event_counts_from_the_next_request_on_learned_or_not() {
    let mut stage = Stage::set().await;
    stage.visits(3, &["a", "b"]).await;
    stage.visits(3, &["c", "d"]).await;
    stage.trend(&["t"]).await;
    let path = format!("{SESSION}/visit-1");
    assert_eq!(reasons(&stage.get(&path).await), ["t popular"], "nothing is known of it");
    let first = stage.happen(guest("visit-1"), &[("view", "a")]).await;
    assert_eq!(reasons(&stage.get(&path).await), ["b personal a view", "t popular"]);
    let second = stage.happen(guest("visit-1"), &[("add_to_cart", "c")]).await;
    // The newest counts most, and is not recommended; who has looked at a product comes back to it.
    let expected = ["a personal a view", "d personal c add_to_cart", "b personal a view", "t popular"];
    assert_eq!(reasons(&stage.get(&path).await), expected);
    stage.catch_up(&first).await;
    stage.catch_up(&second).await;
    assert_eq!(reasons(&stage.get(&path).await), expected, "the same when it is learned");
    assert_eq!(reasons(&stage.get(&format!("{SESSION}/visit-2")).await), ["t popular"], "another session");
}

#[tokio::test]
async fn without_a_return_weight_only_partners_are_recommended() {
    let mut stage = Stage::set_with(&[("RECOMMEND_RETURN_WEIGHT", "0")]).await;
    stage.visits(2, &["a", "b"]).await;
    stage.visits(2, &["c", "d"]).await;
    stage.happen(guest("visit-1"), &[("view", "c"), ("view", "a")]).await;
    assert_eq!(ids(&stage.get(&format!("{SESSION}/visit-1")).await), ["b", "d"]);
}

#[tokio::test]
async fn what_an_account_bought_or_does_not_want_is_never_recommended_to_it() {
    let mut stage = Stage::set().await;
    for other in ["bought", "hidden", "disliked", "reported", "fine"] {
        stage.visits(2, &["a", other]).await;
    }
    let ann = shopper("s-ann", 1);
    stage.learn(ann, &[("view", "a")]).await;
    assert_eq!(ids(&stage.get_as(ann, "/me").await).len(), 5);
    let events =
        [("purchase", "bought"), ("not_interested", "hidden"), ("dislike", "disliked"), ("report_product", "reported")];
    let pending = stage.happen(ann, &events).await;
    stage.happen(ann, &[("view", "a")]).await;
    assert_eq!(ids(&stage.get_as(ann, "/me").await), ["fine"], "before anything is learned");
    stage.catch_up(&pending).await;
    assert_eq!(ids(&stage.get_as(ann, "/me").await), ["fine"], "and after");
    // In the session of the account neither, whose last event that is learned is the purchase.
    assert_eq!(ids(&stage.get(&format!("{SESSION}/s-ann")).await), ["a", "fine"]);
}

#[tokio::test]
async fn what_was_cancelled_is_not_bought_whichever_comes_first() {
    for events in [[("purchase", "b"), ("cancel_order", "b")], [("cancel_order", "b"), ("purchase", "b")]] {
        let mut stage = Stage::set().await;
        stage.visits(2, &["a", "b"]).await;
        let ann = shopper("s-ann", 1);
        stage.learn(ann, &events).await;
        stage.learn(ann, &[("view", "a")]).await;
        assert_eq!(ids(&stage.get_as(ann, "/me").await), ["b"], "{events:?}");
        assert_eq!(ids(&stage.get_as(ann, "/me/buy-again").await), [""; 0], "{events:?}");
        // Bought again, it is.
        stage.learn(ann, &[("purchase", "b"), ("view", "a")]).await;
        assert_eq!(ids(&stage.get_as(ann, "/me").await), [""; 0], "{events:?}");
        assert_eq!(ids(&stage.get_as(ann, "/me/buy-again").await), ["b"], "{events:?}");
    }
}

#[tokio::test]
async fn nobody_sees_anything_of_another_account() {
    let mut stage = Stage::set().await;
    stage.visits(2, &["a", "b"]).await;
    stage.trend(&["t", "b"]).await;
    let (ann, bob) = (shopper("s-ann", 1), shopper("s-bob", 2));
    stage.learn(ann, &[("view", "a"), ("purchase", "p")]).await;
    stage.happen(ann, &[("not_interested", "t")]).await;
    assert_eq!(reasons(&stage.get_as(bob, "/me").await), ["t popular", "b popular"]);
    assert_eq!(ids(&stage.get_as(bob, "/me/buy-again").await), [""; 0]);
    assert_eq!(ids(&stage.get_as(ann, "/me/buy-again").await), ["p"]);
    for path in ["/me", "/me/buy-again"] {
        let nobody = stage.get(&format!("{BASE}{path}")).await;
        assert_eq!(nobody.refusal(), "401 unauthorized: a bearer token is required");
        let service = stage.send(&HttpEvent::new("GET", &format!("{BASE}{path}")).claim("sub", "backend")).await;
        assert_eq!(service.status, 403, "{service:?}");
        // Whose history it is comes from the token alone.
        let forged = stage.get_as(bob, &format!("{path}?account_id={}", ann.account.unwrap())).await;
        assert_eq!(forged.status, 400, "{forged:?}");
    }
}

#[tokio::test]
async fn what_is_due_is_recommended_to_be_bought_again() {
    let mut stage = Stage::set().await;
    let ann = shopper("s-ann", 1);
    stage.learn(ann, &[("purchase", "coffee"), ("purchase", "soap"), ("purchase", "sofa"), ("purchase", "gone")]).await;
    stage.announce(&[("gone", "", "")]).await;
    stage.database.execute("UPDATE analytic.product SET available = false").await;
    let bought = |product: &str, purchases: u32, first: &str, last: &str| {
        format!(
            "UPDATE analytic.bought_product SET purchases = {purchases}, first_at = now() - interval '{first}', last_at = now() - interval '{last}'
             WHERE product_no = (SELECT product_no FROM analytic.learned_product WHERE product_id = '{product}')"
        )
    };
    // Coffee every ten days, the last nine days ago; soap every hundred days, the last two days ago; a sofa once.
    for statement in [
        bought("coffee", 4, "39 days", "9 days"),
        bought("soap", 4, "302 days", "2 days"),
        bought("sofa", 1, "3 days", "3 days"),
    ] {
        stage.database.execute(&statement).await;
    }
    let reply = stage.get_as(ann, "/me/buy-again").await;
    let expected = ["coffee personal coffee purchase", "soap personal soap purchase", "sofa personal sofa purchase"];
    assert_eq!(reasons(&reply), expected);
    assert_eq!(ids(&stage.get_as(ann, "/me/buy-again?limit=1&exclude=coffee").await), ["soap"]);
}

#[tokio::test]
async fn the_control_group_gets_what_is_popular_only() {
    let mut stage = Stage::set_with(&[("RECOMMEND_HOLDOUT_PERCENT", "100")]).await;
    stage.visits(3, &["a", "b"]).await;
    stage.announce(&[("a", "shoes", ""), ("boot", "shoes", ""), ("t", "", "")]).await;
    stage.trend(&["t", "boot"]).await;
    let ann = shopper("s-ann", 1);
    stage.learn(ann, &[("view", "x"), ("purchase", "soap"), ("view", "a")]).await;
    for reply in [stage.get(&format!("{SESSION}/s-ann")).await, stage.get_as(ann, "/me").await] {
        assert_eq!(reasons(&reply), ["t popular", "boot popular"], "not by category either");
        let id = reply.json()["data"]["recommendation_id"].as_str().unwrap().to_owned();
        assert!(id.starts_with("r1-session-c-") || id.starts_with("r1-personal-c-"), "{id}");
    }
    // There is nothing to compare buying again with.
    assert_eq!(ids(&stage.get_as(ann, "/me/buy-again").await), ["soap"]);
}
