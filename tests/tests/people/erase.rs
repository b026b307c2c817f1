//! Erasing: no trace is left, no figure changes, others are unaffected.

use crate::shop::{JANE, JANE_EMAIL, JOHN, JOHN_SESSION, SHARED_SESSION, Shop, by_email, by_id};
use crate::trace::{of_jane, traces};

/// The data of John.
async fn johns(shop: &Shop) -> Vec<String> {
    let queries = [
        format!("SELECT id, account_id, session_id, metadata, user_agent, ip_address FROM analytic.interaction WHERE account_id = '{JOHN}' OR session_id = '{JOHN_SESSION}' ORDER BY id"),
        format!("SELECT id, fingerprint, content FROM analytic.shop_event WHERE content::text LIKE '%{JOHN}%' ORDER BY id"),
        format!("SELECT * FROM analytic.sales_order WHERE customer_key = '{JOHN}'"),
        format!("SELECT * FROM analytic.customer_rollup WHERE customer_key = '{JOHN}'"),
        format!("SELECT * FROM analytic.finding WHERE subject LIKE '%{JOHN}' ORDER BY id"),
        "SELECT key.event_id, key.fingerprint FROM analytic.interaction_key AS key JOIN analytic.interaction AS it ON it.id = key.interaction_id
         WHERE it.account_id IS NOT NULL ORDER BY 1".to_owned(),
    ];
    let mut rows = Vec::new();
    for query in queries {
        rows.push(shop.database.rows(&query).await.join("\n"));
    }
    rows
}

async fn is_erased_by(named: domain::Named) {
    let shop = Shop::busy().await;
    let (figures, mut john) = (shop.figures().await, johns(&shop).await);
    let ids = shop.table.ids().await;
    let hers = format!("SELECT array_agg(id)::text FROM analytic.interaction WHERE account_id = '{JANE}'");
    let hers = shop.database.rows(&hers).await.remove(0);
    let receipt = shop.erase(&named).await;

    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0], "{receipt:?}");
    for item in shop.feed_items().await {
        assert!(of_jane().iter().all(|word| !item.contains(word)), "{item}");
    }
    // A visit or a basket is found by anybody who can compute its hash, so none keeps what she did.
    let kept = format!("SELECT count(*) FROM analytic.visit WHERE event_ids && '{hers}'");
    assert_eq!(shop.database.number(&kept).await, 0);
    assert_eq!(shop.table.ids().await, ids, "what was done stays known, who did it does not");
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
    // there are fewer keys of accounts, and the remaining ones are John's
    let mut after = johns(&shop).await;
    john.pop();
    after.pop();
    assert_eq!(after, john);
    let counts = serde_json::to_string(&receipt.counts).unwrap();
    let wanted = r#"{"avoided_product":1,"bought_product":1,"customer_link":1,"customer_rollup":2,"feed":12,"finding":5,"interaction":12,"interaction_key":12,"merchandising_rule":2,"opinion":2,"order_fact":4,"recommendation_click":1,"sales_order":3,"shop_event":8,"shop_user":1,"visit":5}"#;
    assert_eq!(counts, wanted);
    assert_eq!(
        (receipt.linked.accounts, receipt.linked.customers, receipt.linked.sessions, receipt.linked.shared),
        (1, 2, 2, 1)
    );
}

#[tokio::test]
async fn an_account_is_erased_without_a_trace_and_without_a_change_of_any_figure() {
    is_erased_by(domain::Named::Account(JANE)).await;
}

#[tokio::test]
async fn an_address_leads_to_the_same_person() {
    is_erased_by(by_email(" Jane.Doe@EXAMPLE.com ")).await;
}

#[tokio::test]
async fn a_customer_id_leads_to_the_same_person() {
    is_erased_by(by_id(&JANE.to_string().to_uppercase())).await;
}

#[tokio::test]
async fn what_was_shared_with_others_keeps_nothing_of_the_account() {
    let shop = Shop::busy().await;
    shop.erase(&by_email(JANE_EMAIL)).await;
    let shared = format!(
        "SELECT event_type, account_id, user_agent FROM analytic.interaction WHERE session_id = '{SHARED_SESSION}' ORDER BY id"
    );
    // Jane's own row of that session is anonymous; the guest's could be John's.
    assert_eq!(
        shop.database.rows(&shared).await,
        [format!("view | null | browser of {SHARED_SESSION}"), format!("view | {JOHN} | browser of {SHARED_SESSION}"),]
    );
}

#[tokio::test]
async fn an_alert_that_is_owed_is_still_sent_and_names_nobody() {
    let shop = Shop::busy().await;
    let owed = "SELECT count(*) FROM analytic.pending_alert";
    let before = shop.database.number(owed).await;
    assert!(before >= 4, "each order is large, and Jane's are a burst");
    shop.erase(&by_email(JANE_EMAIL)).await;
    assert_eq!(shop.database.number(owed).await, before);
    let due = "SELECT count(*) FROM analytic.pending_alert JOIN analytic.finding ON finding.id = finding_id
               WHERE subject LIKE 'customer:erased:%' AND next_hint_at <= now()";
    assert!(shop.database.number(due).await >= 3);
}

#[tokio::test]
async fn the_record_of_an_erasure_leads_to_nobody_and_says_who_asked() {
    let shop = Shop::busy().await;
    let receipt = shop.erase(&by_email(JANE_EMAIL)).await;
    let row = "SELECT id, named_by, requested_by, linked, date_completed IS NOT NULL FROM analytic.erasure";
    let linked = r#"{"shared":1,"accounts":1,"sessions":2,"customers":2}"#;
    let wanted = format!("{} | email | test | {linked} | t", receipt.id);
    assert_eq!(shop.database.rows(row).await[0].replace(' ', ""), wanted.replace(' ', ""));
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.erasure_identity").await, 0);
}

#[tokio::test]
async fn no_digest_is_left_that_would_tell_who_it_was_to_somebody_who_tries_all_ids() {
    let shop = Shop::busy().await;
    let digests = format!(
        "SELECT fingerprint::text FROM analytic.shop_event WHERE content::text LIKE '%{JANE}%' OR content::text LIKE '%email:%'
         UNION SELECT key.fingerprint::text FROM analytic.interaction_key AS key JOIN analytic.interaction AS it ON it.id = key.interaction_id
               WHERE it.account_id = '{JANE}'
         UNION SELECT id::text FROM analytic.finding WHERE subject LIKE '%{JANE}' OR subject LIKE '%email:%'"
    );
    let digests = shop.database.rows(&digests).await;
    assert!(digests.len() > 15, "{digests:?}");
    assert!(!traces(&shop.database, &digests).await.is_empty());
    shop.erase(&domain::Named::Account(JANE)).await;
    assert_eq!(traces(&shop.database, &digests).await, [""; 0]);
}
