//! The back end of the demo shop: it takes orders and reports them as the back end of a shop does.
//!
//! A page names products and quantities; the prices are known here. What a guest does with a cart is reported for the
//! guest's visit, because guests may send by themselves only what they look at. Nothing is kept on disk.

mod checkout;
mod refusal;
mod request;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::{Json, Response};
use axum::routing::post;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

use self::checkout::{Buyer, Checkout, REPEATED_WITHIN};
use self::refusal::Refusal;
use self::request::Interaction;
use crate::Error;
use crate::demo_shop;
use crate::simulate::api::{Api, Tokens};
use crate::simulate::crowd::Sender;
use crate::simulate::order::Product;
use shopsignal::api::{ItemReply, Status, read};
use stack::issuer::Issuer;
use stack::{Stack, StackFile};

/// The back end of one stack.
pub(super) struct Shop {
    stack: Stack,
    products: Vec<Product>,
    /// Known as soon as the stack is up; this server starts before that.
    services: OnceCell<Services>,
    /// The checkouts of the last hour by their ids. Only to refuse another order with such an id: it may be lost.
    placed: Mutex<HashMap<Uuid, Placed>>,
}

/// What the back end needs of the running stack.
struct Services {
    api: Api,
    issuer: Issuer,
    description: StackFile,
}

/// The API's answer to a list of items.
#[derive(serde::Deserialize)]
struct Reply {
    results: Vec<ItemReply>,
}

/// A checkout that was taken.
#[derive(Clone, PartialEq)]
struct Placed {
    checkout: Checkout,
    buyer: Buyer,
}

/// The routes of the back end.
pub(super) fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/shop-api/checkout", post(check_out))
        .route("/shop-api/interaction", post(report))
        .route_layer(middleware::from_fn(only_json))
        .with_state(shop)
}

/// Refuses what is not declared as JSON: a browser lets a foreign page send JSON only after it has asked, and we never agree.
async fn only_json(request: Request, next: Next) -> Result<Response, Refusal> {
    let declared = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|value| value.split(';').next()).unwrap_or_default();
    let is_json = essence.trim().eq_ignore_ascii_case("application/json");
    if is_json { Ok(next.run(request).await) } else { Err(Refusal::NotJson) }
}

async fn check_out(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let services = shop.services().await?;
    let now = Timestamp::now();
    let checkout = Checkout::read(&body, &shop.products, now)?;
    let buyer = Buyer::of(services.account(&headers)?, &checkout);
    let placed = Placed { checkout, buyer };
    shop.place(&placed, now)?;
    let sale = placed.checkout.sale(&shop.products, placed.buyer);
    let events: Vec<Value> = sale.report().into_iter().map(|event| event.body).collect();
    services.send("event", &json!({ "events": events })).await?;
    Ok(Json(json!({ "data": { "order_id": sale.id, "total": sale.total_minor() } })))
}

async fn report(State(shop): State<Arc<Shop>>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let services = shop.services().await?;
    let interaction = Interaction::read(&body, &shop.products)?;
    services.send("interaction", &json!({ "interactions": [interaction.item()] })).await?;
    Ok(Json(json!({ "data": { "event_id": interaction.event_id } })))
}

impl Shop {
    /// The back end of a stack.
    ///
    /// # Errors
    /// When the file of the products cannot be read.
    pub(super) fn new(stack: Stack) -> Result<Self, Error> {
        Ok(Self { stack, products: demo_shop::products()?, services: OnceCell::new(), placed: Mutex::default() })
    }

    async fn services(&self) -> Result<&Services, Refusal> {
        self.services.get_or_try_init(|| async { Services::find(&self.stack) }).await.map_err(Refusal::unavailable)
    }

    /// Notes a checkout. The same may come again; another with its id may not.
    fn place(&self, new: &Placed, now: Timestamp) -> Result<(), Refusal> {
        let mut placed = self.placed.lock().unwrap_or_else(PoisonError::into_inner);
        placed.retain(|_, known| now.duration_since(known.checkout.placed_at) <= REPEATED_WITHIN);
        let known = placed.entry(new.checkout.id).or_insert_with(|| new.clone());
        if *known == *new { Ok(()) } else { Err(Refusal::Conflict("checkout_id: belongs to another order")) }
    }
}

impl Services {
    fn find(stack: &Stack) -> Result<Self, Error> {
        let description = StackFile::of(stack)?;
        let tokens = Tokens::Local(Box::new(StackFile::of(stack)?), description.load_issuer()?);
        let api = Api::new(description.api_url.clone(), tokens, 0)?;
        Ok(Self { api, issuer: description.load_issuer()?, description })
    }

    /// Sends a body of items to a route of the API, once: a page that gets no answer may send its request again. All items
    /// have to be taken.
    async fn send(&self, route: &str, body: &Value) -> Result<(), Refusal> {
        let token = self.api.token(Sender::Producer).map_err(Refusal::unavailable)?;
        let answer = read::<Reply>(self.api.post(route, token.as_deref()).json(body).send().await).await;
        let reply = answer.map_err(|unanswered| {
            Refusal::unavailable(Error::Answer { what: "the HTTP API", answer: unanswered.chain() })
        })?;
        let is_taken = |item: &ItemReply| matches!(item.status, Status::Accepted | Status::Duplicate);
        match reply.results.into_iter().find(|item| !is_taken(item)) {
            None => Ok(()),
            Some(ItemReply { status: Status::Unavailable, .. }) => Err(Refusal::Unavailable),
            Some(item) => Err(Refusal::Invalid(item.message.unwrap_or_default())),
        }
    }

    /// The account whose token a request carries; `None` for a guest.
    fn account(&self, headers: &HeaderMap) -> Result<Option<Uuid>, Refusal> {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
        let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let StackFile { issuer, audience, .. } = &self.description;
        let claims = token.and_then(|token| self.issuer.verify(token, issuer, audience));
        let account = claims.and_then(|claims| domain::account_id(&claims.sub));
        account.map(Some).ok_or(Refusal::Unauthorized)
    }
}

#[cfg(test)]
mod tests;
