//! The routes and their handlers.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, post};
use contracts::Route;
use serving::finish;
use store::Database;

use crate::settings::Serving;
use crate::{handler, rule};

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// What was learned, and the rules.
    pub database: Database,
    /// How recommendations are made.
    pub serving: Serving,
}

/// Builds the service.
pub fn router(deps: Arc<Deps>) -> Router {
    // A parameter takes the rest of the path: ids may hold slashes.
    let add = |router: Router<_>, route: &Route| match handler(*route) {
        Some(handler) => router.route(&route.path().replace('{', "{*"), handler),
        None => router,
    };
    let routes = Route::ALL.iter().fold(Router::new(), add);
    finish(routes, "recommend").with_state(deps)
}

/// Returns what answers a route; `None` for those of other functions.
fn handler(route: Route) -> Option<MethodRouter<Arc<Deps>>> {
    let handler = match route {
        Route::RecommendForProduct => get(handler::for_product),
        Route::RecommendForSession => get(handler::for_session),
        Route::RecommendForAccount => get(handler::for_account),
        Route::RecommendAgain => get(handler::again),
        Route::RecommendForCart => post(handler::for_cart),
        Route::ListRules => get(rule::list),
        Route::AddRule => post(rule::add),
        Route::RemoveRule => delete(rule::remove),
        _ => return None,
    };
    Some(handler)
}
