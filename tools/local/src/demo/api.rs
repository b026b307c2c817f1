//! The responses of the HTTP API, with the fields that the demo shows.

use domain::Currency;
use jiff::Timestamp;
use reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;
use crate::http;
use stack::StackFile;
use stack::issuer::{Issuer, Role};

/// A token outlasts the demo.
const TOKEN_SECONDS: i64 = 3_600;

/// The API of the local stack.
pub(super) struct Api<'s> {
    client: Client,
    stack: &'s StackFile,
    issuer: Issuer,
}

impl<'s> Api<'s> {
    pub(super) fn new(stack: &'s StackFile) -> Result<Self, Error> {
        Ok(Self { client: http::client()?, stack, issuer: stack.load_issuer()? })
    }

    /// Reads a public route.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        read(self.client.get(self.url(path))).await
    }

    /// Sends a body to a public route.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Error> {
        read(self.client.post(self.url(path)).json(body)).await
    }

    /// Reads a route as an account in a role.
    pub(super) async fn get_as<T: DeserializeOwned>(&self, who: (Role, &str), path: &str) -> Result<T, Error> {
        let now = Timestamp::now().as_second();
        let token = self.issuer.token(&self.stack.claims(who.0, who.1, now..now + TOKEN_SECONDS))?;
        read(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stack.api_url)
    }
}

async fn read<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Error> {
    const WHAT: &str = "the API";
    let failed = |source| Error::Http { what: WHAT, source };
    let response = request.send().await.map_err(failed)?;
    let (status, url) = (response.status(), response.url().clone());
    let text = response.text().await.map_err(failed)?;
    let unusable =
        |why: &str| Error::Answer { what: WHAT, answer: format!("GET {url}: {status} {why} {}", http::shorten(&text)) };
    if !status.is_success() {
        return Err(unusable(""));
    }
    serde_json::from_str(&text).map_err(|error| unusable(&error.to_string()))
}

/// A response in the usual envelope.
#[derive(Debug, Deserialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

/// `GET seller-dashboard`.
#[derive(Debug, Deserialize)]
pub(super) struct Dashboard {
    pub(super) range: Range,
    /// `None` without a paid order.
    pub(super) currency: Option<Currency>,
    pub(super) summary: Totals,
    pub(super) charts: Charts,
    pub(super) top_products: Vec<TopProduct>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Range {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

/// Money in minor units.
#[derive(Debug, Deserialize)]
pub(super) struct Totals {
    pub(super) total_revenue: i64,
    pub(super) gross_revenue: i64,
    pub(super) refunds: i64,
    pub(super) total_orders: i64,
    pub(super) items_sold: f64,
    pub(super) average_rating: f64,
    pub(super) pending_items: f64,
    pub(super) pending_refunds: i64,
    pub(super) comparison: Comparison,
}

/// In percent of the previous period; `None` if that was 0.
#[derive(Debug, Deserialize)]
pub(super) struct Comparison {
    pub(super) revenue_change: Option<f64>,
    pub(super) orders_change: Option<f64>,
    pub(super) items_sold_change: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Charts {
    pub(super) revenue: Vec<Point>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Point {
    pub(super) value: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct TopProduct {
    pub(super) sku_id: String,
    pub(super) sku_name: Option<String>,
    pub(super) sold_count: f64,
    pub(super) revenue: i64,
}

/// `GET sales/windows`.
#[derive(Debug, Deserialize)]
pub(super) struct Windows {
    pub(super) currency: Option<Currency>,
    pub(super) windows: Vec<Window>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Window {
    pub(super) start: Timestamp,
    pub(super) orders: i64,
    pub(super) revenue: i64,
    pub(super) refunds: i64,
    pub(super) average_order_value: Option<i64>,
    pub(super) trend: Trend,
}

#[derive(Debug, Deserialize)]
pub(super) struct Trend {
    pub(super) revenue_change: Option<f64>,
}

/// `GET sales/top-products`.
#[derive(Debug, Deserialize)]
pub(super) struct TopProducts {
    pub(super) currency: Option<Currency>,
    pub(super) products: Vec<Ranked>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Ranked {
    pub(super) rank: i64,
    pub(super) product_id: String,
    pub(super) name: Option<String>,
    pub(super) items: i64,
    pub(super) orders: i64,
    pub(super) revenue: i64,
    pub(super) previous_rank: Option<i64>,
}

/// `GET alerts`: one finding.
#[derive(Debug, Deserialize)]
pub(super) struct Alert {
    pub(super) rule: String,
    pub(super) subject: String,
    pub(super) window: String,
    pub(super) evidence: Value,
}
