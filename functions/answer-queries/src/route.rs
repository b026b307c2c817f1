//! The routes and their handlers. API Gateway's `$default` route leads here too, so that an unknown path or method gets
//! our error envelope.

mod alerts;
mod analytics;
mod flow;
mod interaction;
mod popularity;
mod product;
mod rank;
mod recommendation;
/// Windows, rankings, orders, segments of customers and months. Each response is read by one statement, so that its figures are
/// consistent.
mod sales {
    pub(super) mod month;
    pub(super) mod order;
    pub(super) mod ranking;
    pub(super) mod segment;
    mod total;
    pub(super) mod window;
}
mod seller_dashboard;
mod service;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get};
use contracts::Route;
use serving::finish;

use crate::Deps;

/// Builds the service.
pub fn router(deps: Arc<Deps>) -> Router {
    // A parameter takes the rest of the path. What follows one is part of that rest, which the handler takes apart.
    let add = |router: Router<_>, route: &Route| match handler(*route) {
        Some(handler) => router.route(&route.path().replace('{', "{*"), handler),
        None => router,
    };
    let routes = Route::ALL.iter().filter(|route| route.suffix().is_none()).fold(Router::new(), add);
    finish(routes, "answer-queries").with_state(deps)
}

/// Returns what answers a route; `None` for those of other functions, of which only wrong methods lead here.
fn handler(route: Route) -> Option<MethodRouter<Arc<Deps>>> {
    let handler = match route {
        Route::ListPopularity => get(popularity::top),
        Route::GetPopularities => get(popularity::several),
        Route::GetPopularity | Route::ExplainPopularity | Route::ShowHistory => get(popularity::of_product),
        Route::TrackInteraction => get(interaction::track),
        Route::GetProducts => get(product::several),
        Route::ListAlerts => get(alerts::list),
        Route::ListSalesWindows => get(sales::window::list),
        Route::ListTopProducts => get(sales::ranking::products),
        Route::ListTopCategories => get(sales::ranking::categories),
        Route::ListCustomerSegments => get(sales::segment::list),
        Route::ListOrders => get(sales::order::list),
        Route::ListSalesMonths => get(sales::month::list),
        Route::ShowSellerDashboard => get(seller_dashboard::show),
        Route::ShowShopDashboard => get(analytics::dashboard),
        Route::ListDailyRevenue => get(analytics::daily_revenue),
        Route::ListPaymentMethods => get(analytics::payment_methods),
        Route::CountOrders => get(analytics::orders),
        Route::CountUsers => get(analytics::users),
        Route::CountEvents => get(analytics::events),
        Route::ShowRecommendationResults => get(recommendation::results),
        Route::ShowFlow => get(flow::show),
        Route::GetDescription => get(service::describe),
        Route::CheckHealth => get(service::check_health),
        Route::RecordInteractions
        | Route::RecordGuestInteractions
        | Route::ImportInteractions
        | Route::AcceptEvents
        | Route::ErasePerson
        | Route::ExportPerson
        | Route::RecommendForProduct
        | Route::RecommendForSession
        | Route::RecommendForAccount
        | Route::RecommendAgain
        | Route::RecommendForCart
        | Route::ListRules
        | Route::AddRule
        | Route::RemoveRule => return None,
    };
    Some(handler)
}
