//! What a score is the sum of, how it came about, and the popularity of several products at once.

use serde_json::{Value, json};

use crate::stage::{Stage, refusal};

const POPULARITY: &str = "/api/v1/analytic/popularity";

/// Two views and a gift of the product `p-1`, a purchase of its SKU `gid://shop/1`, all in the last hours, and a view of
/// each kind of past: an hour that is not folded yet, a day, and the total.
async fn stage() -> Stage {
    let stage = Stage::empty().await;
    let rows = "INSERT INTO analytic.product_reference VALUES ('p-1', NULL), ('gid://shop/1', 'p-1');
        INSERT INTO analytic.activity
        SELECT date_trunc('hour', now(), 'UTC') + hours * interval '1 hour', counted, capped, excluded, reference, 'hour', type
        FROM (VALUES (0, 1, 0, 0, 'p-1', 'view'), (-1, 1, 2, 3, 'p-1', 'view'), (0, 1, 0, 0, 'p-1', 'gift'),
                     (-1, 1, 0, 0, 'gid://shop/1', 'purchase'), (-24 * 40, 1, 0, 0, 'p-1', 'view'))
             AS row (hours, counted, capped, excluded, reference, type);
        INSERT INTO analytic.activity
        VALUES (date_trunc('day', now(), 'UTC') - 40 * interval '24 hours', 1, 0, 0, 'p-1', 'day', 'view'),
               ('-infinity', 1, 0, 0, 'p-1', 'total', 'view');
        INSERT INTO analytic.product_popularity
            (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
        VALUES ('p-1', 2300000, 5, 1, 0, 0, 0, '2026-11-20T12:00:00Z'), ('p-2', 0, 0, 0, 0, 0, 0, '2026-11-20T12:00:00Z')";
    stage.database.execute(rows).await;
    stage
}

/// An answer, without what the clock says.
async fn data(stage: &mut Stage, target: &str) -> Value {
    let reply = stage.get(target).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["data"].clone()
}

#[tokio::test]
async fn the_parts_of_a_score_add_up_to_it() {
    let mut stage = stage().await;
    let event = |name: &str, counts: [i64; 3], weight: Option<f64>, points: f64| {
        json!({ "event_type": name, "counted": counts[0], "capped": counts[1], "excluded": counts[2], "weight": weight,
                "points": points })
    };
    // A SKU leads to its product; its slashes may be encoded.
    for id in ["p-1", "gid://shop/1", "gid%3A%2F%2Fshop%2F1"] {
        let mut found = data(&mut stage, &format!("{POPULARITY}/{id}/explain")).await;
        let as_of: jiff::Timestamp = found["as_of"].take().as_str().unwrap().parse().unwrap();
        assert!(jiff::Timestamp::now().duration_since(as_of).as_secs() < 60);
        let events = [
            event("view", [5, 2, 3], Some(0.3), 1.5),
            event("purchase", [1, 0, 0], Some(0.8), 0.8),
            event("gift", [1, 0, 0], None, 0.0),
        ];
        assert_eq!(found, json!({ "id": "p-1", "as_of": null, "score": 2.3, "events": events }), "{id}");
    }
    let bare = data(&mut stage, &format!("{POPULARITY}/p-2/explain")).await;
    assert_eq!((&bare["score"], &bare["events"]), (&json!(0.0), &json!([])), "it has lost its SKU");
    let reply = stage.get(&format!("{POPULARITY}/p-3/explain")).await;
    assert_eq!(refusal(&reply), "404 not_found: nothing is known of this product yet");
    let reply = stage.get(&format!("{POPULARITY}//explain")).await;
    assert!(refusal(&reply).starts_with("400 validation: spu_id: "), "{reply:?}");
}

#[tokio::test]
async fn a_history_has_every_bucket_and_only_what_happened_in_it() {
    let mut stage = stage().await;
    let hours = data(&mut stage, &format!("{POPULARITY}/gid://shop/1/history?granularity=hour")).await;
    let buckets = hours["buckets"].as_array().unwrap();
    assert_eq!((&hours["id"], &hours["granularity"], buckets.len()), (&json!("p-1"), &json!("hour"), 30));
    let figures =
        |bucket: &Value| ["counted", "capped", "excluded", "points"].map(|name| bucket[name].as_f64().unwrap());
    assert_eq!(figures(&buckets[29]), [2.0, 0.0, 0.0, 0.3], "a gift has no weight");
    assert_eq!(figures(&buckets[28]), [2.0, 2.0, 3.0, 1.1]);
    assert!(buckets[..28].iter().all(|bucket| figures(bucket) == [0.0; 4]));
    assert!(buckets.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]));

    // An old day is what is folded of it and what is not.
    let start = stage.database.rows("SELECT (now() AT TIME ZONE 'UTC')::date - 41").await.concat();
    let days = data(&mut stage, &format!("{POPULARITY}/p-1/history?start={start}T12:00:00Z")).await;
    let buckets = days["buckets"].as_array().unwrap();
    assert_eq!((buckets.len(), &days["tz"]), (42, &json!("UTC")));
    assert_eq!(figures(&buckets[1]), [2.0, 0.0, 0.0, 0.6]);
    let all: f64 = buckets.iter().map(|bucket| bucket["points"].as_f64().unwrap()).sum();
    assert!((all - 2.0).abs() < 1e-9, "all but the total: {all}");

    let local = data(&mut stage, &format!("{POPULARITY}/p-1/history?tz=Asia/Ho_Chi_Minh")).await;
    let counted: f64 = local["buckets"].as_array().unwrap().iter().map(|bucket| figures(bucket)[0]).sum();
    assert_eq!(counted, 4.0, "{local}");
    let none = data(&mut stage, &format!("{POPULARITY}/p-2/history")).await;
    assert_eq!(none["buckets"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn a_history_that_is_folded_is_refused_with_the_time_since_when_it_is_not() {
    let mut stage = stage().await;
    let since = |days: i64| {
        let statement =
            format!("SELECT to_char((now() AT TIME ZONE 'UTC')::date - {days}, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
        let database = &stage.database;
        async move { database.rows(&statement).await.concat() }
    };
    let (hours, days) = (since(35).await, since(800).await);
    for (query, rule) in [
        (
            "granularity=hour&start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z",
            format!("start: hours are kept since {hours}; use granularity=day"),
        ),
        (
            "tz=Asia/Ho_Chi_Minh&start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z",
            format!("start: days of this time zone are kept since {hours}; use tz=UTC"),
        ),
        ("start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z", format!("start: days are kept since {days}")),
        ("tz=Asia/Kolkata", "tz: must be a time zone whose days begin at a full hour of UTC".to_owned()),
        ("granularity=week", "granularity: must be one of day, hour".to_owned()),
    ] {
        let reply = stage.get(&format!("{POPULARITY}/p-1/history?{query}")).await;
        assert_eq!(refusal(&reply), format!("400 validation: {rule}"), "{query}");
    }
    let reply = stage.get(&format!("{POPULARITY}/p-3/history")).await;
    assert_eq!(refusal(&reply), "404 not_found: nothing is known of this product yet");
}

#[tokio::test]
async fn several_products_are_answered_in_the_order_of_the_request_and_the_unknown_are_named() {
    let mut stage = stage().await;
    let found = data(&mut stage, &format!("{POPULARITY}?ids=p-2,p-9,gid://shop/1,p-2,p-1,%31")).await;
    let products: Vec<_> = found["products"].as_array().unwrap().iter().collect();
    let ids: Vec<_> = products.iter().map(|product| [&product["requested"], &product["popularity"]["id"]]).collect();
    assert_eq!(json!(ids), json!([["p-2", "p-2"], ["gid://shop/1", "p-1"], ["p-1", "p-1"]]));
    assert_eq!(found["unknown"], json!(["p-9", "1"]));
    // One by itself comes with its ranks.
    let mut one = data(&mut stage, &format!("{POPULARITY}/p-1")).await;
    assert_eq!(one.as_object_mut().unwrap().remove("ranks"), Some(json!(null)));
    assert_eq!(products[1]["popularity"], one);
    let many: Vec<_> = (0..101).map(|n| n.to_string()).collect();
    for bad in ["", "?ids=", "?ids=a,,b", &format!("?ids={}", many.join(","))] {
        let reply = stage.get(&format!("{POPULARITY}{bad}")).await;
        assert_eq!(refusal(&reply), "400 validation: ids: must be 1 to 100 product ids, separated by commas", "{bad}");
    }
}
