//! The setup of each test: a shop whose visits are learned, the function, and helpers for requests.

use domain::fraud::PushLimits;
use domain::{AnnouncedOnly, HalfLife, Learning, NewInteraction};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::learning::{PendingRow, learn};
use store::rank::Basis;
use testkit::{Function, HttpEvent, HttpReply, TestDatabase, interaction};
use uuid::Uuid;

/// What all paths begin with.
pub(crate) const BASE: &str = "/api/v1/analytic/recommendations";
/// Beside a product.
pub(crate) const PRODUCT: &str = "/api/v1/analytic/recommendations/product";
/// For a session.
pub(crate) const SESSION: &str = "/api/v1/analytic/recommendations/session";
/// The rules.
pub(crate) const RULES: &str = "/api/v1/analytic/recommendations/rules";

/// Who does something: a session, and the account that is signed in to it.
#[derive(Clone, Copy)]
pub(crate) struct Visitor<'a> {
    pub(crate) session: &'a str,
    pub(crate) account: Option<Uuid>,
}

/// A guest with a session.
pub(crate) fn guest(session: &str) -> Visitor<'_> {
    Visitor { session, account: None }
}

/// A shopper who is signed in.
pub(crate) fn shopper(session: &str, account: u128) -> Visitor<'_> {
    Visitor { session, account: Some(Uuid::from_u128(account)) }
}

/// Everything that one test needs.
pub(crate) struct Stage {
    pub(crate) database: TestDatabase,
    function: Function,
    /// The time of the next event: each is a second after the one before.
    clock: Timestamp,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::set_with(&[]).await
    }

    /// Sets the stage with other settings than those of the template.
    pub(crate) async fn set_with(settings: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await;
        let function = Function::start("recommend", &[&[("DATABASE_URL", database.url())], settings].concat()).await;
        Self { database, function, clock: Timestamp::now() - SignedDuration::from_hours(24) }
    }

    /// Records events, one second after the other, and returns their ids. Nothing is learned of them yet.
    pub(crate) async fn happen(&mut self, who: Visitor<'_>, events: &[(&str, &str)]) -> Vec<domain::InteractionId> {
        let mut items = Vec::new();
        for (event_type, product) in events {
            self.clock += SignedDuration::from_secs(1);
            items.push(NewInteraction {
                session_id: Some(who.session.to_owned()),
                account_id: who.account,
                occurred_at: Some(self.clock),
                ..interaction(event_type, product)
            });
        }
        self.database.record(&items).await
    }

    /// Records events and learns of them.
    pub(crate) async fn learn(&mut self, who: Visitor<'_>, events: &[(&str, &str)]) {
        let ids = self.happen(who, events).await;
        self.catch_up(&ids).await;
    }

    /// Learns of recorded events, as update-catalog does.
    pub(crate) async fn catch_up(&self, ids: &[domain::InteractionId]) {
        let learning = Learning { lookback: 5, half_life_days: 30 };
        let learned = learn(&self.database.store(), ids, PendingRow::Remove, learning).await.unwrap();
        assert_eq!(learned.taken, ids.len());
    }

    /// Lets so many guests look at these products, one after the other.
    pub(crate) async fn visits(&mut self, times: usize, products: &[&str]) {
        for _ in 0..times {
            let views: Vec<_> = products.iter().map(|product| ("view", *product)).collect();
            self.learn(guest(&Uuid::now_v7().to_string()), &views).await;
        }
    }

    /// Announces products with their category and seller, which product events do otherwise.
    pub(crate) async fn announce(&self, products: &[(&str, &str, &str)]) {
        for (id, category, seller) in products {
            let row = format!("('{id}', nullif('{category}', ''), nullif('{seller}', ''))");
            self.database
                .execute(&format!(
                    "INSERT INTO analytic.product (product_id, category_id, seller_id) VALUES {row};
                     INSERT INTO analytic.product_reference (reference, product_id) VALUES ('{id}', '{id}');
                     INSERT INTO analytic.rank_change VALUES ('{id}')"
                ))
                .await;
        }
    }

    /// Says that a SKU is a variant of a product.
    pub(crate) async fn assign(&self, sku: &str, product: &str) {
        let row =
            format!("INSERT INTO analytic.product_reference (reference, product_id) VALUES ('{sku}', '{product}')");
        self.database.execute(&row).await;
    }

    /// Makes products trend, the first one most.
    pub(crate) async fn trend(&self, products: &[&str]) {
        self.trend_when(products, AnnouncedOnly::False).await;
    }

    /// The same, when lists may hold announced products only.
    pub(crate) async fn trend_when(&self, products: &[&str], announced_only: AnnouncedOnly) {
        for (views, id) in (1..).zip(products.iter().rev()) {
            self.database
                .execute(&format!(
                    "INSERT INTO analytic.product_popularity (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
                     VALUES ('{id}', 1000000, 1, 0, 0, 0, 0, now());
                     INSERT INTO analytic.activity (reference, grain, bucket, event_type, counted)
                     VALUES ('{id}', 'hour', date_trunc('hour', now()), 'view', {views});
                     INSERT INTO analytic.rank_change VALUES ('{id}')"
                ))
                .await;
        }
        let basis = Basis { half_life: HalfLife::of_hours(24).unwrap(), announced_only };
        rank_products::rank(&self.database.store(), (basis, PushLimits::default()), Timestamp::now(), || true)
            .await
            .unwrap();
    }

    /// Sends a request.
    pub(crate) async fn send(&mut self, request: &HttpEvent) -> HttpReply {
        self.function.request(request).await
    }

    /// Requests a path.
    pub(crate) async fn get(&mut self, target: &str) -> HttpReply {
        self.send(&HttpEvent::new("GET", target)).await
    }

    /// Requests what suits a signed-in shopper.
    pub(crate) async fn get_as(&mut self, who: Visitor<'_>, path: &str) -> HttpReply {
        self.send(&HttpEvent::new("GET", &format!("{BASE}{path}")).account(who.account.unwrap())).await
    }

    /// Requests what goes with a cart.
    pub(crate) async fn cart(&mut self, products: &[&str], query: &str) -> HttpReply {
        let body = json!({ "products": products }).to_string();
        self.send(&HttpEvent::new("POST", &format!("{BASE}/cart{query}")).body(body)).await
    }

    /// Adds a rule, and returns its number.
    pub(crate) async fn rule(&mut self, rule: Value) -> i64 {
        let reply = self.send(&as_admin("POST", RULES).body(rule.to_string())).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()["data"]["id"].as_i64().unwrap()
    }
}

/// A request of an admin.
pub(crate) fn as_admin(method: &str, target: &str) -> HttpEvent {
    HttpEvent::new(method, target).claim("sub", "admin-1").claim("cognito:groups", "[admin]")
}

fn items(reply: &HttpReply) -> Vec<Value> {
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?}");
    reply.json()["data"]["items"].as_array().unwrap().clone()
}

/// The products of an answer.
pub(crate) fn ids(reply: &HttpReply) -> Vec<String> {
    items(reply).iter().map(|item| item["product_id"].as_str().unwrap().to_owned()).collect()
}

/// The products of an answer with where they come from and why: `b similar a`, `c personal a view`, `d popular`.
pub(crate) fn reasons(reply: &HttpReply) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(|text| format!(" {text}")).unwrap_or_default();
    let line = |item: &Value| {
        let (source, reason) = (text(&item["source"]), &item["reason"]);
        format!(
            "{}{source}{}{}",
            item["product_id"].as_str().unwrap(),
            text(&reason["because"]),
            text(&reason["event"])
        )
    };
    items(reply).iter().map(line).collect()
}

/// The cursor of the next page.
pub(crate) fn next(reply: &HttpReply) -> Option<String> {
    reply.json()["pagination"]["next_cursor"].as_str().map(str::to_owned)
}
