//! Every route of the HTTP API, each said once: who takes it and how it is described.
//!
//! The router of answer-queries, the other HTTP functions, the OpenAPI document, the test of template.yaml and callers
//! all read this table, so a route that one of them lacks does not compile or fails a test. A path may end with a
//! parameter, which takes the rest of the path, because ids may hold slashes; what follows a parameter is the end of that
//! rest.

/// How a route is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// It reads.
    Get,
    /// It takes a body.
    Post,
    /// It removes something.
    Delete,
}

/// Whom API Gateway lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Everybody.
    Public,
    /// Callers with a verified token. What the token must say is decided by the function.
    Token,
}

macro_rules! routes {
    ($($(#[$doc:meta])+ $name:ident: $method:ident $path:literal, $access:ident, $function:literal, $describe:path;)+) => {
        /// A route of the HTTP API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Route {
            $($(#[$doc])+ $name,)+
        }

        impl Route {
            /// All routes.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Returns the path, with a parameter in braces.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)+ }
            }

            /// Returns how it is called.
            #[must_use]
            pub const fn method(self) -> Method {
                match self { $(Self::$name => Method::$method,)+ }
            }

            /// Returns whom API Gateway lets through.
            #[must_use]
            pub const fn access(self) -> Access {
                match self { $(Self::$name => Access::$access,)+ }
            }

            /// Returns the function that answers, by the name of its folder.
            #[must_use]
            pub const fn function(self) -> &'static str {
                match self { $(Self::$name => $function,)+ }
            }

            /// Describes what it takes and answers.
            #[cfg(feature = "openapi")]
            pub(crate) fn describe(self) -> crate::openapi::description::Description {
                match self { $(Self::$name => $describe().into(),)+ }
            }
        }
    };
}

routes! {
    /// What a signed-in shopper did.
    RecordInteractions: Post "/api/v1/analytic/interaction", Token, "record-interactions",
        crate::openapi::route::record;
    /// What a guest looked at.
    RecordGuestInteractions: Post "/api/v1/analytic/guest/interaction", Public, "record-interactions",
        crate::openapi::route::record_as_guest;
    /// History of any age.
    ImportInteractions: Post "/api/v1/analytic/import/interaction", Token, "import-interactions",
        crate::openapi::route::import;
    /// Events of the shop's back end.
    AcceptEvents: Post "/api/v1/analytic/event", Token, "accept-events", crate::openapi::route::accept_events;
    /// Makes a person anonymous.
    ErasePerson: Post "/api/v1/analytic/person/erase", Token, "manage-people", crate::openapi::route::erase_person;
    /// What is held about a person.
    ExportPerson: Post "/api/v1/analytic/person/export", Token, "manage-people", crate::openapi::route::export_person;
    /// The top list.
    ListPopularity: Get "/api/v1/analytic/popularity/top", Public, "answer-queries", crate::openapi::route::top;
    /// The popularity of one product.
    GetPopularity: Get "/api/v1/analytic/popularity/{spu_id}", Public, "answer-queries", crate::openapi::route::one;
    /// The popularity of several products.
    GetPopularities: Get "/api/v1/analytic/popularity", Public, "answer-queries", crate::openapi::activity::several;
    /// What a score is the sum of.
    ExplainPopularity: Get "/api/v1/analytic/popularity/{spu_id}/explain", Public, "answer-queries",
        crate::openapi::activity::explain;
    /// How a score came about.
    ShowHistory: Get "/api/v1/analytic/popularity/{spu_id}/history", Public, "answer-queries",
        crate::openapi::activity::history;
    /// What became of an event.
    TrackInteraction: Get "/api/v1/analytic/interaction/{event_id}", Token, "answer-queries",
        crate::openapi::tracking::track;
    /// What the rules found.
    ListAlerts: Get "/api/v1/analytic/alerts", Token, "answer-queries", crate::openapi::route::alerts;
    /// A seller's own figures.
    ShowSellerDashboard: Get "/api/v1/analytic/seller-dashboard", Token, "answer-queries",
        crate::openapi::figures::seller_dashboard;
    /// The names of products.
    GetProducts: Get "/api/v1/analytic/products", Token, "answer-queries", crate::product::describe::several;
    /// Sales by window.
    ListSalesWindows: Get "/api/v1/analytic/sales/windows", Token, "answer-queries", crate::sales::window::describe::windows;
    /// The best-selling products.
    ListTopProducts: Get "/api/v1/analytic/sales/top-products", Token, "answer-queries",
        crate::sales::ranking::describe::top_products;
    /// The best-selling categories.
    ListTopCategories: Get "/api/v1/analytic/sales/categories", Token, "answer-queries",
        crate::sales::ranking::describe::categories;
    /// The customers by what they spent.
    ListCustomerSegments: Get "/api/v1/analytic/sales/customer-segments", Token, "answer-queries",
        crate::sales::segment::describe::segments;
    /// The orders behind a figure.
    ListOrders: Get "/api/v1/analytic/sales/orders", Token, "answer-queries", crate::sales::order::describe::orders;
    /// Sales by month.
    ListSalesMonths: Get "/api/v1/analytic/sales/months", Token, "answer-queries", crate::sales::month::describe::months;
    /// The totals of the shop.
    ShowShopDashboard: Get "/api/analytics/dashboard", Token, "answer-queries", crate::openapi::figures::overview;
    /// The revenue of the shop by day.
    ListDailyRevenue: Get "/api/analytics/revenue", Token, "answer-queries", crate::openapi::figures::daily_revenue;
    /// The revenue of the shop by payment method.
    ListPaymentMethods: Get "/api/analytics/revenue/payment-methods", Token, "answer-queries",
        crate::openapi::figures::payment_methods;
    /// The orders by where they stand.
    CountOrders: Get "/api/analytics/orders", Token, "answer-queries", crate::openapi::figures::orders;
    /// The users who registered.
    CountUsers: Get "/api/analytics/users", Token, "answer-queries", crate::openapi::figures::users;
    /// The events of the back end.
    CountEvents: Get "/api/analytics/events", Token, "answer-queries", crate::openapi::figures::events;
    /// How recommendations do.
    ShowRecommendationResults: Get "/api/analytics/recommendations", Token, "answer-queries",
        crate::analytics::recommendation::describe::results;
    /// What waits, what is parked, and whether all is accounted for.
    ShowFlow: Get "/api/analytics/flow", Token, "answer-queries", crate::analytics::flow::describe::flow;
    /// What goes with a product.
    RecommendForProduct: Get "/api/v1/analytic/recommendations/product/{product_id}", Public, "recommend",
        crate::openapi::recommendation::for_product;
    /// What suits what happened in a session.
    RecommendForSession: Get "/api/v1/analytic/recommendations/session/{session_id}", Public, "recommend",
        crate::openapi::recommendation::for_session;
    /// What suits what an account did.
    RecommendForAccount: Get "/api/v1/analytic/recommendations/me", Token, "recommend",
        crate::openapi::recommendation::for_account;
    /// What an account is likely to buy again.
    RecommendAgain: Get "/api/v1/analytic/recommendations/me/buy-again", Token, "recommend",
        crate::openapi::recommendation::again;
    /// What goes with a cart.
    RecommendForCart: Post "/api/v1/analytic/recommendations/cart", Public, "recommend",
        crate::openapi::recommendation::for_cart;
    /// The rules about recommendations.
    ListRules: Get "/api/v1/analytic/recommendations/rules", Token, "recommend",
        crate::openapi::recommendation::list_rules;
    /// Adds a rule.
    AddRule: Post "/api/v1/analytic/recommendations/rules", Token, "recommend",
        crate::openapi::recommendation::add_rule;
    /// Removes a rule.
    RemoveRule: Delete "/api/v1/analytic/recommendations/rules/{rule_id}", Token, "recommend",
        crate::openapi::recommendation::remove_rule;
    /// The description of the API.
    GetDescription: Get "/api/v1/openapi.json", Public, "answer-queries", crate::openapi::route::description;
    /// Whether Postgres can be reached.
    CheckHealth: Get "/health", Public, "answer-queries", crate::openapi::route::health;
}

impl Method {
    /// Returns the name as HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

impl Route {
    /// Returns method and path, such as `GET /health`: without a parameter that is a route key of API Gateway.
    #[must_use]
    pub fn key(self) -> String {
        format!("{} {}", self.method().as_str(), self.path())
    }

    /// Returns the path with its parameter filled in, as given; one without a parameter stays as it is.
    #[must_use]
    pub fn path_of(self, parameter: &str) -> String {
        let Some((before, _)) = self.path().split_once('{') else {
            return self.path().to_owned();
        };
        format!("{before}{parameter}{}", self.suffix().unwrap_or_default())
    }

    /// Returns the methods that a path takes, in the order of the table; none when no route has this path.
    #[must_use]
    pub fn methods_of(path: &str) -> Vec<Method> {
        let has_path = |route: &&Self| match route.path().split_once('{') {
            Some((before, _)) => path.strip_prefix(before).is_some_and(|parameter| !parameter.is_empty()),
            None => route.path() == path,
        };
        let mut methods = Vec::new();
        for route in Self::ALL.iter().filter(has_path) {
            if !methods.contains(&route.method()) {
                methods.push(route.method());
            }
        }
        methods
    }

    /// Returns what follows the parameter, such as `/explain`; `None` when the path ends with it, or has none.
    #[must_use]
    pub fn suffix(self) -> Option<&'static str> {
        self.path().split_once('}').map(|(_, after)| after).filter(|after| !after.is_empty())
    }
}
