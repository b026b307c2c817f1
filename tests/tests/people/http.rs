//! The same over HTTP, for the shop's own services: the shipped binary.

use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply};

use crate::shop::{JANE, JANE_EMAIL, JOHN, Shop};
use crate::trace::{of_jane, traces};

const ERASE: &str = "/api/v1/analytic/person/erase";
const EXPORT: &str = "/api/v1/analytic/person/export";

async fn start(shop: &Shop) -> Function {
    let variables = [
        ("DATABASE_URL", shop.database.url()),
        ("CATALOG_TABLE", shop.table.name()),
        ("ORDER_EVENTS_DLQ_URL", shop.letters.url()),
    ];
    Function::start("manage-people", &variables).await
}

fn by_service(path: &str, body: &Value) -> HttpEvent {
    HttpEvent::new("POST", path).claim("client_id", "privacy-desk").trusted().body(body.to_string())
}

async fn ask(function: &mut Function, request: &HttpEvent) -> HttpReply {
    function.request(request).await
}

#[tokio::test]
async fn a_service_exports_and_erases_a_person_and_nothing_of_it_is_logged() {
    let shop = Shop::busy().await;
    let (figures, mut function) = (shop.figures().await, start(&shop).await);
    let named = json!({ "email": JANE_EMAIL });
    let exported = ask(&mut function, &by_service(EXPORT, &named)).await;
    assert_eq!((exported.status, exported.header("cache-control")), (200, "no-store"), "{exported:?}");
    assert_eq!(exported.json()["data"]["person"]["accounts"], json!([JANE]));
    assert_eq!(exported.json()["data"]["sales_order"].as_array().unwrap().len(), 3);

    let first = ask(&mut function, &by_service(ERASE, &named)).await;
    assert_eq!((first.status, &first.json()["data"]["complete"]), (202, &json!(false)), "{first:?}");
    shop.database.execute("UPDATE analytic.erasure SET settles_at = now()").await;
    let second = ask(&mut function, &by_service(ERASE, &named)).await;
    let receipt = second.json()["data"].clone();
    assert_eq!(
        (second.status, &receipt["complete"], &receipt["counts"]["interaction"]),
        (200, &json!(true), &json!(12))
    );
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
    let again = ask(&mut function, &by_service(ERASE, &json!({ "account_id": JANE }))).await;
    assert_eq!((again.status, &again.json()["data"]["counts"]), (200, &json!({})));

    let output = function.output();
    assert!(output.contains(receipt["id"].as_str().unwrap()) && output.contains("\"Erased\""), "{output}");
    assert!(of_jane().iter().all(|word| !output.contains(word) && !second.body.contains(word)), "{output}");
    let asked = "SELECT DISTINCT requested_by FROM analytic.erasure";
    assert_eq!(shop.database.rows(asked).await, ["privacy-desk"]);
}

#[tokio::test]
async fn nobody_else_gets_in_and_nobody_is_erased_by_a_body_that_names_nobody() {
    let shop = Shop::busy().await;
    let mut function = start(&shop).await;
    let named = json!({ "account_id": JOHN });
    for (request, wanted) in [
        (HttpEvent::new("POST", ERASE).body(named.to_string()), (401, "unauthorized")),
        (HttpEvent::new("POST", EXPORT).account(JOHN).body(named.to_string()), (403, "forbidden")),
        (
            HttpEvent::new("POST", ERASE).account(JOHN).claim("scope", "openid").body(named.to_string()),
            (403, "forbidden"),
        ),
        (by_service(ERASE, &json!({})), (400, "validation")),
        (by_service(ERASE, &json!({ "email": JANE_EMAIL, "account_id": JANE })), (400, "validation")),
        (by_service(EXPORT, &json!({ "customer_id": JANE_EMAIL })), (400, "validation")),
        (by_service("/api/v1/analytic/person", &named), (404, "not_found")),
    ] {
        let reply = ask(&mut function, &request).await;
        assert_eq!((reply.status, reply.json()["error"]["code"].as_str().unwrap()), wanted, "{request:?}");
        assert!(!reply.body.contains(JANE_EMAIL), "{reply:?}");
    }
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.erasure").await, 0);
    assert!(!function.output().contains(JANE_EMAIL));
}

#[tokio::test]
async fn the_record_of_who_asked_holds_no_address_and_no_control_character() {
    let shop = Shop::open().await;
    let mut function = start(&shop).await;
    for client in ["ops.jane@example.com", "privacy\u{0}\ndesk"] {
        let named = json!({ "customer_id": client.len() }).to_string();
        let request = HttpEvent::new("POST", ERASE).claim("client_id", client).trusted().body(named);
        let reply = ask(&mut function, &request).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let asked = "SELECT requested_by FROM analytic.erasure ORDER BY requested_by";
    assert_eq!(shop.database.rows(asked).await, ["******", "privacydesk"]);
}

#[tokio::test]
async fn a_compressed_request_is_read_and_another_encoding_refused_by_name() {
    let shop = Shop::open().await;
    let mut function = start(&shop).await;
    let request = HttpEvent::new("POST", EXPORT).claim("client_id", "privacy-desk").trusted();
    let named = json!({ "account_id": JANE }).to_string();
    assert_eq!(ask(&mut function, &request.clone().gzip(&named)).await.status, 200);
    let reply = ask(&mut function, &request.body(named).header("content-encoding", "br")).await;
    assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (415, Some("unsupported_encoding")));
}

#[tokio::test]
async fn an_export_that_is_too_large_for_an_answer_says_what_to_use_instead() {
    let shop = Shop::open().await;
    let many = format!(
        "INSERT INTO analytic.interaction (origin, event_id, account_id, event_type, ref_type, ref_id, occurred_at, date_created)
         SELECT gen_random_uuid(), gen_random_uuid(), '{JANE}', 'viewed', 'Category', 'c', now(), now() FROM generate_series(1, 20000)"
    );
    shop.database.execute(&many).await;
    let mut function = start(&shop).await;
    let reply = ask(&mut function, &by_service(EXPORT, &json!({ "account_id": JANE }))).await;
    assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (413, Some("export_too_large")));
    assert!(reply.body.contains("shopsignal person export"), "{}", reply.body);
}

#[tokio::test]
async fn without_postgres_the_service_is_asked_to_come_again() {
    let shop = Shop::open().await;
    let variables = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none?sslmode=disable"),
        ("CATALOG_TABLE", shop.table.name()),
        ("ORDER_EVENTS_DLQ_URL", shop.letters.url()),
    ];
    let mut function = Function::start("manage-people", &variables).await;
    let reply = ask(&mut function, &by_service(ERASE, &json!({ "account_id": JANE }))).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "1"), "{reply:?}");
}
