//! Authorization: every kind of token against every route, through the real authorizer.

use contracts::{Access, Route};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use stack::issuer::Role;
use uuid::Uuid;

use crate::shop::{ALERTS, Answer, EVENTS, IMPORT, RECORD, RECORD_AS_GUEST, Shop, TOP, event, send, view};
use crate::token::Bearer;

/// An id that nothing has.
const ID: &str = "0192e4a0-0000-7000-8000-00000000dead";

const BEARERS: [Bearer; 16] = [
    Bearer::Nobody,
    Bearer::Garbage,
    Bearer::Expired,
    Bearer::NotYetValid,
    Bearer::OtherAudience,
    Bearer::OtherIssuer,
    Bearer::OtherKey,
    Bearer::Unsigned,
    Bearer::PublicKeyAsSecret,
    Bearer::GroupsLikeAdmin,
    Bearer::AdminScope,
    Bearer::AdminScopeInList,
    Bearer::Role(Role::Shopper),
    Bearer::Role(Role::Seller),
    Bearer::Role(Role::Admin),
    Bearer::Role(Role::Producer),
];

/// A call of a table: the name of its column, the width, and the request.
type Call = (&'static str, usize, RequestBuilder);

fn calls(shop: &Shop, product: Uuid) -> Vec<Call> {
    let one = format!("/api/v1/analytic/popularity/{product}");
    let recording = |event_type| json!({ "interactions": [event(event_type, product)] });
    let mut browsing = view(product);
    browsing["session_id"] = json!("authorization");
    let mut old = view(product);
    old["event_id"] = json!(Uuid::now_v7());
    old["occurred_at"] = json!("2019-10-01T00:00:00Z");
    let clicked = json!({ "event": "click.tracked", "timestamp": "2026-11-18T09:00:00Z" });
    vec![
        ("view", 17, shop.request(Method::POST, RECORD).json(&recording("view"))),
        ("purchase", 20, shop.request(Method::POST, RECORD).json(&recording("purchase"))),
        ("event", 17, shop.request(Method::POST, EVENTS).json(&json!({ "events": [clicked] }))),
        ("import", 17, shop.request(Method::POST, IMPORT).json(&json!({ "interactions": [old] }))),
        ("guest", 6, shop.request(Method::POST, RECORD_AS_GUEST).json(&json!({ "interactions": [browsing] }))),
        ("top", 6, shop.request(Method::GET, TOP)),
        ("one", 6, shop.request(Method::GET, &one)),
        ("health", 7, shop.request(Method::GET, "/health")),
        ("alerts", 17, shop.request(Method::GET, ALERTS)),
        ("unknown", 14, shop.request(Method::GET, "/api/v1/analytic/nothing-here")),
        ("method", 22, shop.request(Method::PUT, RECORD)),
    ]
}

/// The calls for figures: those for sellers, those for admins.
fn figures(shop: &Shop) -> Vec<Call> {
    let get = |path: &str| shop.request(Method::GET, path);
    vec![
        ("own", 5, get("/api/v1/analytic/seller-dashboard")),
        ("dashboard", 11, get("/api/analytics/dashboard")),
        ("revenue", 9, get("/api/analytics/revenue")),
        ("methods", 9, get("/api/analytics/revenue/payment-methods")),
        ("orders", 8, get("/api/analytics/orders")),
        ("users", 7, get("/api/analytics/users")),
        ("events", 8, get("/api/analytics/events")),
        ("alerts", 8, get("/api/v1/analytic/alerts")),
    ]
}

/// Writes a row of the table, each cell with its width.
fn row(name: &str, cells: impl Iterator<Item = (String, usize)>) -> String {
    let cells: String = cells.map(|(cell, width)| format!("{cell:<width$}")).collect();
    format!("{name:<19}{cells}").trim_end().to_owned() + "\n"
}

/// Writes the names of the columns.
fn head(calls: &[Call]) -> String {
    row("", calls.iter().map(|(name, width, _)| ((*name).to_owned(), *width)))
}

/// Makes each call with each token and writes the statuses.
async fn statuses(shop: &Shop, account: Uuid, calls: impl Fn() -> Vec<Call>) -> String {
    let mut table = head(&calls());
    for bearer in BEARERS {
        let token = bearer.token(shop, account);
        let mut cells = Vec::new();
        for (_, width, call) in calls() {
            let call = token.iter().fold(call, |call, token| call.bearer_auth(token));
            cells.push((send(call).await.status.as_u16().to_string(), width));
        }
        table += &row(&format!("{bearer:?}"), cells.into_iter());
    }
    table
}

/// The status, and the reason of a rejection.
fn outcome(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.status.is_success() { status.to_string() } else { format!("{status} {}", answer.code()) }
}

/// The calls that show sales; `account` is the caller's own.
fn sales_calls(shop: &Shop, account: Uuid) -> Vec<Call> {
    let get = |target: &str| shop.request(Method::GET, &format!("/api/v1/analytic/sales/{target}"));
    vec![
        ("windows", 9, get("windows")),
        ("own", 5, get(&format!("windows?seller_id={account}"))),
        ("another's", 11, get("windows?seller_id=somebody-else")),
        ("products", 10, get("top-products")),
        ("another's", 11, get("top-products?seller_id=somebody-else")),
        ("categories", 12, get("categories")),
        ("segments", 10, get("customer-segments")),
        ("months", 8, get("months")),
    ]
}

#[tokio::test]
async fn every_kind_of_token_meets_every_figure_of_sales() {
    let shop = Shop::open().await;
    let account = Uuid::now_v7();
    let table = statuses(&shop, account, || sales_calls(&shop, account)).await;
    // Then every token reads its own figures, and only an admin those of others and of the shop.
    insta::assert_snapshot!(table, @r"
                       windows  own  another's  products  another's  categories  segments  months
    Nobody             401      401  401        401       401        401         401       401
    Garbage            401      401  401        401       401        401         401       401
    Expired            401      401  401        401       401        401         401       401
    NotYetValid        401      401  401        401       401        401         401       401
    OtherAudience      401      401  401        401       401        401         401       401
    OtherIssuer        401      401  401        401       401        401         401       401
    OtherKey           401      401  401        401       401        401         401       401
    Unsigned           401      401  401        401       401        401         401       401
    PublicKeyAsSecret  401      401  401        401       401        401         401       401
    GroupsLikeAdmin    200      200  403        200       403        403         403       403
    AdminScope         200      200  200        200       200        200         200       200
    AdminScopeInList   200      200  200        200       200        200         200       200
    Role(Shopper)      200      200  403        200       403        403         403       403
    Role(Seller)       200      200  403        200       403        403         403       403
    Role(Admin)        200      200  200        200       200        200         200       200
    Role(Producer)     200      200  403        200       403        403         403       403
    ");
}

#[tokio::test]
async fn every_kind_of_token_meets_every_route() {
    // Given a product that is scored, and an account for each bearer.
    let shop = Shop::open().await;
    let product = Uuid::now_v7();
    let mut seen = view(product);
    seen["session_id"] = json!("authorization");
    shop.record_as_guest(json!([seen])).await;
    shop.wait_for_score(product, 0.3).await;

    // When each bearer makes each call.
    let mut table = head(&calls(&shop, product));
    let mut strangers = Vec::new();
    for bearer in BEARERS {
        let account = Uuid::now_v7();
        let token = bearer.token(&shop, account);
        let mut cells = Vec::new();
        for (_, width, call) in calls(&shop, product) {
            let call = token.iter().fold(call, |call, token| call.bearer_auth(token));
            cells.push((outcome(&send(call).await), width));
        }
        table += &row(&format!("{bearer:?}"), cells.into_iter());
        if !bearer.is_accepted() {
            strangers.push(format!("'{account}'"));
        }
    }

    // Then only recording, importing, events and alerts require a token, only a producer may report a purchase, send
    // events or import, and only an admin may read alerts.
    insta::assert_snapshot!(table, @r#"
                       view             purchase            event            import           guest top   one   health alerts           unknown       method
    Nobody             401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    Garbage            401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    Expired            401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    NotYetValid        401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    OtherAudience      401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    OtherIssuer        401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    OtherKey           401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    Unsigned           401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    PublicKeyAsSecret  401 Unauthorized 401 Unauthorized    401 Unauthorized 401 Unauthorized 200   200   200   200    401 Unauthorized 404 not_found 405 method_not_allowed
    GroupsLikeAdmin    200              400 forbidden_event 403 forbidden    403 forbidden    200   200   200   200    403 forbidden    404 not_found 405 method_not_allowed
    AdminScope         200              400 forbidden_event 403 forbidden    403 forbidden    200   200   200   200    200              404 not_found 405 method_not_allowed
    AdminScopeInList   200              400 forbidden_event 403 forbidden    403 forbidden    200   200   200   200    200              404 not_found 405 method_not_allowed
    Role(Shopper)      200              400 forbidden_event 403 forbidden    403 forbidden    200   200   200   200    403 forbidden    404 not_found 405 method_not_allowed
    Role(Seller)       200              400 forbidden_event 403 forbidden    403 forbidden    200   200   200   200    403 forbidden    404 not_found 405 method_not_allowed
    Role(Admin)        200              400 forbidden_event 403 forbidden    403 forbidden    200   200   200   200    200              404 not_found 405 method_not_allowed
    Role(Producer)     200              200                 200              200              200   200   200   200    403 forbidden    404 not_found 405 method_not_allowed
    "#);
    let stored = format!("SELECT count(*) FROM analytic.interaction WHERE account_id IN ({})", strangers.join(","));
    assert_eq!(shop.number(&stored).await, 0, "a token that was refused left something behind");
}

#[tokio::test]
async fn every_kind_of_token_meets_every_figure() {
    // Given the shop, when each token requests each figure.
    let shop = Shop::open().await;
    let table = statuses(&shop, Uuid::now_v7(), || figures(&shop)).await;

    // Then every signed-in caller sees their own figures, and only admins those of the shop.
    insta::assert_snapshot!(table, @r#"
                       own  dashboard  revenue  methods  orders  users  events  alerts
    Nobody             401  401        401      401      401     401    401     401
    Garbage            401  401        401      401      401     401    401     401
    Expired            401  401        401      401      401     401    401     401
    NotYetValid        401  401        401      401      401     401    401     401
    OtherAudience      401  401        401      401      401     401    401     401
    OtherIssuer        401  401        401      401      401     401    401     401
    OtherKey           401  401        401      401      401     401    401     401
    Unsigned           401  401        401      401      401     401    401     401
    PublicKeyAsSecret  401  401        401      401      401     401    401     401
    GroupsLikeAdmin    200  403        403      403      403     403    403     403
    AdminScope         200  200        200      200      200     200    200     200
    AdminScopeInList   200  200        200      200      200     200    200     200
    Role(Shopper)      200  403        403      403      403     403    403     403
    Role(Seller)       200  403        403      403      403     403    403     403
    Role(Admin)        200  200        200      200      200     200    200     200
    Role(Producer)     200  403        403      403      403     403    403     403
    "#);
}

/// A call of a route, with the least that its method takes.
fn call_of(shop: &Shop, route: Route) -> RequestBuilder {
    let parts = route.path().split_inclusive(['{', '}']);
    let path: String = parts
        .map(|part| part.strip_suffix('{').unwrap_or(part))
        .map(|part| if part.ends_with('}') { ID } else { part })
        .collect();
    match route.method() {
        contracts::Method::Get => shop.request(Method::GET, &path),
        contracts::Method::Post => shop.request(Method::POST, &path).json(&json!({})),
        contracts::Method::Delete => shop.request(Method::DELETE, &path),
    }
}

#[tokio::test]
async fn no_route_that_takes_a_token_is_left_out() {
    let shop = Shop::open().await;
    let mut table = String::new();
    for route in Route::ALL.iter().filter(|route| route.access() == Access::Token) {
        let mut cells = String::new();
        for bearer in BEARERS {
            let call = bearer
                .token(&shop, Uuid::now_v7())
                .into_iter()
                .fold(call_of(&shop, *route), RequestBuilder::bearer_auth);
            let status = send(call).await.status.as_u16();
            if bearer.is_accepted() {
                cells += &format!(" {status}");
            } else {
                assert_eq!(status, 401, "{bearer:?} {route:?}");
            }
        }
        table += &format!("{:<26}{cells}\n", format!("{route:?}"));
    }
    // GroupsLikeAdmin, AdminScope, AdminScopeInList, shopper, seller, admin, producer
    insta::assert_snapshot!(table, @r"
    RecordInteractions         400 400 400 400 400 400 400
    ImportInteractions         403 403 403 403 403 403 400
    AcceptEvents               403 403 403 403 403 403 400
    ErasePerson                403 403 403 403 403 403 400
    ExportPerson               403 403 403 403 403 403 400
    TrackInteraction           404 404 404 404 404 404 404
    ListAlerts                 403 200 200 403 403 200 403
    ShowSellerDashboard        200 200 200 200 200 200 200
    GetProducts                400 400 400 400 400 400 400
    ListSalesWindows           200 200 200 200 200 200 200
    ListTopProducts            200 200 200 200 200 200 200
    ListTopCategories          403 200 200 403 403 200 403
    ListCustomerSegments       403 200 200 403 403 200 403
    ListOrders                 200 200 200 200 200 200 200
    ListSalesMonths            403 200 200 403 403 200 403
    ShowShopDashboard          403 200 200 403 403 200 403
    ListDailyRevenue           403 200 200 403 403 200 403
    ListPaymentMethods         403 200 200 403 403 200 403
    CountOrders                403 200 200 403 403 200 403
    CountUsers                 403 200 200 403 403 200 403
    CountEvents                403 200 200 403 403 200 403
    ShowRecommendationResults  403 200 200 403 403 200 403
    ShowFlow                   403 200 200 403 403 200 403
    RecommendForAccount        200 200 200 200 200 200 200
    RecommendAgain             200 200 200 200 200 200 200
    ListRules                  403 200 200 403 403 200 403
    AddRule                    403 400 400 403 403 400 403
    RemoveRule                 403 400 400 403 403 400 403
    ");
}
