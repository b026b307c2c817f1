//! The account of an interaction: the verified token decides, and nothing that the client sends.

use serde_json::{Value, json};
use testkit::HttpEvent;

use crate::stage::{
    GUEST_ROUTE, ROUTE, SHOPPER, STRANGER, Stage, body, by_guest, by_service, by_shopper, event, refusal, results,
    statuses, view, with,
};

const OWNERS: &str = "SELECT account_id FROM analytic.interaction ORDER BY id";

#[tokio::test]
async fn without_a_verified_token_nothing_is_recorded() {
    let mut stage = Stage::set().await;
    let reply = stage.send(&HttpEvent::new("POST", ROUTE).body(body(&[view(1)]))).await;
    insta::assert_snapshot!(refusal(&reply), @"401 unauthorized: a bearer token is required");
    // What Cognito gives to the page, and the authorizer does not tell from an access token.
    let id_token = HttpEvent::new("POST", ROUTE).claim("sub", &SHOPPER.to_string()).claim("token_use", "id");
    let reply = stage.send(&id_token.body(body(&[view(1)]))).await;
    assert_eq!(refusal(&reply), "401 unauthorized: an access token is required, and this is an ID token");
    assert_eq!(stage.counts().await, [0, 0, 0]);
}

#[tokio::test]
async fn a_shoppers_token_must_be_of_an_account() {
    let mut stage = Stage::set().await;
    let (nil, shopper) = (uuid::Uuid::nil().to_string(), SHOPPER.to_string());
    let other_forms =
        [shopper.to_uppercase(), shopper.replace('-', ""), format!("{{{shopper}}}"), format!("urn:uuid:{shopper}")];
    for subject in ["order-service", "", "42", "null", &nil].into_iter().chain(other_forms.iter().map(String::as_str)) {
        let request = HttpEvent::new("POST", ROUTE).claim("sub", subject).body(body(&[view(1)]));
        let reply = stage.send(&request).await;
        let expected = "403 forbidden: the token's subject is not an account (a UUID in lower case with hyphens)";
        assert_eq!(refusal(&reply), expected, "{subject}");
    }
    let no_subject = HttpEvent::new("POST", ROUTE).claim("scope", "openid").body(body(&[view(1)]));
    assert_eq!(stage.send(&no_subject).await.status, 403);
    assert_eq!(stage.counts().await, [0, 0, 0]);
}

#[tokio::test]
async fn what_a_service_of_the_shop_sends_belongs_to_whom_it_names_or_to_nobody() {
    let mut stage = Stage::set().await;
    let for_the = |item, account: &str| with(with(item, "account_id", account), "session_id", "visit");
    let (shopper, stranger) = (SHOPPER.to_string(), STRANGER.to_string());
    let items = [
        event("purchase", 1),
        for_the(event("purchase", 2), &shopper),
        for_the(event("refund_requested", 3), &stranger.to_uppercase()),
        for_the(view(4), "nobody"),
        with(view(5), "account_id", Value::Null),
    ];
    let expected = ["accepted", "accepted", "accepted", "rejected invalid_account_id", "accepted"];
    assert_eq!(statuses(&stage.send(&by_service(&items)).await), expected);
    // A subject that looks like a shopper's still belongs to a service.
    assert_eq!(statuses(&stage.send(&by_shopper(&[event("purchase", 6)]).trusted()).await), ["accepted"]);
    let owners = "SELECT account_id, session_id FROM analytic.interaction ORDER BY id";
    let nobody = "null | null".to_owned();
    let expected =
        [nobody.clone(), format!("{shopper} | visit"), format!("{stranger} | visit"), nobody.clone(), nobody];
    assert_eq!(stage.database.rows(owners).await, expected);
    // The account is part of the content.
    let moved = stage.send(&by_service(&[for_the(event("purchase", 2), &stranger)])).await;
    assert_eq!(statuses(&moved), ["conflict conflict"]);
    let again = stage.send(&by_service(&[for_the(event("purchase", 2), &shopper)])).await;
    assert_eq!(statuses(&again), ["duplicate"]);
}

#[tokio::test]
async fn a_scope_is_the_same_as_a_list_and_as_a_text_under_either_name() {
    let mut stage = Stage::set().await;
    for (number, name) in [(0, "scope"), (10, "scp")] {
        let forms =
            ["analytic/trusted", "[analytic/trusted]", "openid analytic/trusted", "[openid analytic/trusted email]"];
        for (offset, scopes) in (0..).zip(forms) {
            let item = event("purchase", number + offset);
            let reply = stage.send(&by_shopper(&[item]).claim(name, scopes)).await;
            assert_eq!(statuses(&reply), ["accepted"], "{name} {scopes}");
        }
    }
}

#[tokio::test]
async fn only_the_whole_scope_makes_a_caller_trusted() {
    let mut stage = Stage::set().await;
    for scope in [
        "",
        "openid",
        "analytic/trusted2",
        "xanalytic/trusted",
        "analytic/ trusted",
        "ANALYTIC/TRUSTED",
        "analytic/trusted,openid",
    ] {
        let reply = stage.send(&by_shopper(&[event("purchase", 1)]).claim("scope", scope)).await;
        assert_eq!(statuses(&reply), ["rejected forbidden_event"], "{scope:?}");
    }
    // A claim with another name, and headers, grant nothing.
    let dressed_up = by_shopper(&[event("purchase", 1)])
        .claim("scopes", "analytic/trusted")
        .claim("cognito:groups", "[admin]")
        .header("x-scope", "analytic/trusted");
    assert_eq!(statuses(&stage.send(&dressed_up).await), ["rejected forbidden_event"]);
    assert_eq!(stage.counts().await, [0, 0, 0]);
}

#[tokio::test]
async fn a_guest_needs_a_session_and_never_has_an_account() {
    let mut stage = Stage::set().await;
    let signed_in =
        by_guest(&[with(view(1), "session_id", "visit"), view(2), with(view(3), "session_id", Value::Null)]);

    let reply = stage.send(&signed_in.account(SHOPPER).trusted()).await;

    assert_eq!(statuses(&reply), ["accepted", "rejected missing_field", "rejected missing_field"]);
    assert_eq!(results(&reply)[1]["message"], "session_id: is required on the guest route");
    assert_eq!(stage.database.rows(OWNERS).await, ["null"]);
}

#[tokio::test]
async fn the_scope_opens_no_trusted_event_on_the_guest_route() {
    let mut stage = Stage::set().await;
    let purchase = with(event("purchase", 1), "session_id", "visit");
    let reply = stage.send(&by_guest(&[purchase]).account(SHOPPER).trusted()).await;
    assert_eq!((reply.status, statuses(&reply)), (400, vec!["rejected forbidden_event".to_owned()]));
}

#[tokio::test]
async fn a_request_for_another_account_is_refused_as_a_whole() {
    let mut stage = Stage::set().await;
    let body =
        |account: &Value| json!({ "account_id": account, "interactions": [with(view(1), "session_id", "visit")] });
    let foreign = body(&json!(STRANGER.to_string())).to_string();
    let shopper = stage.send(&by_shopper(&[]).body(foreign.clone())).await;
    insta::assert_snapshot!(refusal(&shopper), @"403 foreign_account: account_id: must be the account of the token, or be left out; a service of the shop names it in each item");
    let own = body(&json!(SHOPPER.to_string())).to_string();
    for request in [by_service(&[]).body(foreign), by_guest(&[]).body(own.clone()), by_service(&[]).body(own.clone())] {
        assert_eq!(stage.send(&request).await.status, 403);
    }
    assert_eq!(stage.counts().await, [0, 0, 0]);

    assert_eq!(statuses(&stage.send(&by_shopper(&[]).body(own)).await), ["accepted"]);
    assert_eq!(statuses(&stage.send(&by_shopper(&[]).body(body(&Value::Null).to_string())).await), ["duplicate"]);
}

#[tokio::test]
async fn an_item_for_another_account_is_rejected_alone() {
    let mut stage = Stage::set().await;
    let (own, foreign) = (SHOPPER.to_string(), STRANGER.to_string());
    let items = [
        with(view(1), "account_id", own.to_uppercase()),
        with(view(2), "account_id", foreign),
        with(view(3), "account_id", "nobody"),
        with(view(4), "account_id", 7),
    ];

    let reply = stage.record(&items).await;

    let foreign = "rejected foreign_account";
    assert_eq!(statuses(&reply), ["accepted", foreign, foreign, "rejected wrong_type"]);
    let message = "account_id: must be the account of the token, or be left out";
    assert_eq!(results(&reply)[1]["message"], message);
    let guest = stage.send(&by_guest(&[with(with(view(5), "session_id", "s"), "account_id", own)])).await;
    assert_eq!(statuses(&guest), [foreign]);
    assert_eq!(stage.database.rows(OWNERS).await, [SHOPPER.to_string()]);
}

#[tokio::test]
async fn headers_say_neither_who_calls_nor_from_where() {
    let mut stage = Stage::set().await;
    let spoofed = |request: HttpEvent| {
        let stranger = STRANGER.to_string();
        ["x-user-id", "x-user", "x-account-id", "x-user-sub"]
            .iter()
            .fold(request, |request, name| request.header(name, &stranger))
            .header("x-user-role", "admin")
            .header("x-user-scope", "analytic/trusted")
            .header("x-forwarded-for", "198.51.100.9, 10.0.0.1")
            .header("x-real-ip", "198.51.100.9")
            .header("forwarded", "for=198.51.100.9")
            .header("cloudfront-viewer-address", "198.51.100.9:443")
            .from_address("203.0.113.77")
    };

    let shopper = stage.send(&spoofed(by_shopper(&[view(1), event("purchase", 2)]))).await;
    let guest = stage.send(&spoofed(by_guest(&[with(view(3), "session_id", "visit")]))).await;
    let nobody = stage.send(&spoofed(HttpEvent::new("POST", ROUTE).body(body(&[view(4)])))).await;

    assert_eq!(statuses(&shopper), ["accepted", "rejected forbidden_event"]);
    assert_eq!((statuses(&guest), nobody.status), (vec!["accepted".to_owned()], 401));
    let stored = "SELECT account_id, ip_address FROM analytic.interaction ORDER BY id";
    assert_eq!(
        stage.database.rows(stored).await,
        [format!("{SHOPPER} | 203.0.113.0"), "null | 203.0.113.0".to_owned()]
    );
}

#[tokio::test]
async fn only_the_network_of_an_address_is_stored() {
    let mut stage = Stage::set().await;
    let addresses =
        ["203.0.113.255", "2001:db8:1:2:3:4:5:6", "::ffff:192.0.2.33", "fe80::1", "unknown", "", "10.0.0.1, 10.0.0.2"];
    for (number, address) in (0..).zip(addresses) {
        let reply = stage.send(&by_shopper(&[view(number)]).from_address(address)).await;
        assert_eq!(statuses(&reply), ["accepted"], "{address}");
    }
    let stored = stage.database.rows("SELECT ip_address FROM analytic.interaction ORDER BY id").await;
    insta::assert_snapshot!(stored.join("\n"), @"
    203.0.113.0
    2001:db8:1::
    192.0.2.0
    fe80::
    null
    null
    null
    ");
}

#[tokio::test]
async fn behind_cloudfront_the_address_is_the_viewers_and_never_that_of_cloudfront() {
    let mut stage = Stage::with(&[("IS_BEHIND_CLOUDFRONT", "true")]).await;
    let viewers = ["198.51.100.10:46532", "2001:db8:1:2:3:4:5:6:46532", "[2001:db8:7::1]:46532", "198.51.100.10", "x"];
    for (number, viewer) in (0..).zip(viewers) {
        let request =
            by_shopper(&[view(number)]).header("cloudfront-viewer-address", viewer).from_address("203.0.113.77");
        assert_eq!(statuses(&stage.send(&request).await), ["accepted"], "{viewer}");
    }
    let without = stage.send(&by_shopper(&[view(9)]).from_address("203.0.113.77")).await;
    assert_eq!(statuses(&without), ["accepted"]);
    let stored = stage.database.rows("SELECT ip_address FROM analytic.interaction ORDER BY id").await;
    assert_eq!(stored, ["198.51.100.0", "2001:db8:1::", "2001:db8:7::", "null", "null", "null"]);
}

#[tokio::test]
async fn the_guest_path_alone_needs_no_token() {
    let mut stage = Stage::set().await;
    let item = with(view(1), "session_id", "visit");
    for path in [format!("{GUEST_ROUTE}/"), format!("{ROUTE}?path={GUEST_ROUTE}"), GUEST_ROUTE.to_uppercase()] {
        let reply = stage.send(&HttpEvent::new("POST", &path).body(body(std::slice::from_ref(&item)))).await;
        assert_eq!(reply.status, 401, "{path}");
    }
    assert_eq!(stage.counts().await, [0, 0, 0]);
}
