//! The routes. Behind API Gateway, `$default` leads here too, so that a wrong path or method gets our envelope.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{any, get};
use domain::SegmentThresholds;
use store::Database;

use crate::failure::Failure;
use crate::{alerts, analytics, description, health, popularity, sales, seller_dashboard};

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The scores.
    pub database: Database,
    /// The thresholds of the customer segments.
    pub segments: SegmentThresholds,
}

/// Builds the service.
pub fn router(deps: Arc<Deps>) -> Router {
    Router::new()
        .route("/api/v1/analytic/popularity/top", get(popularity::top))
        .route("/api/v1/analytic/popularity/{*spu_id}", get(popularity::one))
        .route("/api/v1/analytic/alerts", get(alerts::list))
        .nest("/api/v1/analytic/sales", sales::routes())
        .route("/api/v1/analytic/seller-dashboard", get(seller_dashboard::show))
        .route("/api/analytics/dashboard", get(analytics::dashboard))
        .route("/api/analytics/revenue", get(analytics::daily_revenue))
        .route("/api/analytics/revenue/payment-methods", get(analytics::payment_methods))
        .route("/api/analytics/orders", get(analytics::orders))
        .route("/api/analytics/users", get(analytics::users))
        .route("/api/analytics/events", get(analytics::events))
        .route("/api/v1/openapi.json", get(description::show))
        .route("/health", get(health::check))
        // Other functions serve these routes; here they are listed so that a wrong method is reported as such.
        .route("/api/v1/analytic/interaction", any(post_only))
        .route("/api/v1/analytic/guest/interaction", any(post_only))
        .route("/api/v1/analytic/event", any(post_only))
        .route("/api/v1/analytic/person/export", any(post_only))
        .route("/api/v1/analytic/person/erase", any(post_only))
        .method_not_allowed_fallback(get_only)
        .fallback(not_found)
        .with_state(deps)
}

async fn not_found() -> Failure {
    Failure::NoRoute
}

async fn get_only() -> Failure {
    Failure::WrongMethod(Method::GET)
}

async fn post_only() -> Response {
    axum::response::IntoResponse::into_response(Failure::WrongMethod(Method::POST))
}
