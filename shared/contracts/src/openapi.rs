//! The HTTP API as an OpenAPI 3.1 document, built from the types and limits that the code itself uses.
//!
//! It is checked in as docs/openapi.json, which answer-queries embeds: no function builds it, and a test fails when the
//! file and this module differ. What a schema cannot express (the window of `occurred_at`, sizes in bytes, the depth of
//! metadata) is in the descriptions.

pub(crate) mod activity;
pub(crate) mod description;
mod event;
pub(crate) mod figures;
mod interaction;
mod person;
mod rank;
pub(crate) mod recommendation;
mod response;
pub(crate) mod route;
pub(crate) mod sales;
pub(crate) mod tracking;

pub(crate) use response::details;
use utoipa::openapi::path::{PathItem, PathsBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ComponentsBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths,
};

use crate::{
    Access, ErrorBody, ErrorReply, EventResult, EventStatus, EventsReply, ItemResult, ItemStatus, ListedFinding,
    Method, Pagination, Popularity, RecordReply, RejectionCode, Route,
};

/// The name of the security scheme.
const BEARER: &str = "bearer";

/// Builds the document.
#[must_use]
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Shopsignal")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Records the interactions of shoppers and answers which products are popular. A success is \
             `{\"data\": ...}`, a failure is `{\"error\": {...}}`; a response of API Gateway itself is \
             `{\"message\": ...}`.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    OpenApiBuilder::new().info(info).paths(paths()).components(Some(components())).build()
}

fn paths() -> Paths {
    let add = |paths: PathsBuilder, route: &Route| {
        let method = match route.method() {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Delete => HttpMethod::Delete,
        };
        let operation = route.describe().operation;
        let operation = match route.access() {
            Access::Public => operation,
            Access::Token => operation.security(SecurityRequirement::new(BEARER, Vec::<String>::new())),
        };
        paths.path(route.path(), PathItem::new(method, operation))
    };
    Route::ALL.iter().fold(PathsBuilder::new(), add).build()
}

fn components() -> Components {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token of the issuer that the stack was deployed with. Its `sub` is the account. Admins are in the \
             group `admin` (claim `cognito:groups`) or hold the scope `analytic/admin`; services of the shop hold \
             `analytic/trusted`.",
        ))
        .build();
    let components = ComponentsBuilder::new()
        .schema_from::<RecordReply>()
        .schema_from::<ItemResult>()
        .schema_from::<ItemStatus>()
        .schema_from::<EventsReply>()
        .schema_from::<EventResult>()
        .schema_from::<EventStatus>()
        .schema_from::<RejectionCode>()
        .schema_from::<Popularity>()
        .schema_from::<ListedFinding>()
        .schema_from::<Pagination>()
        .schema_from::<ErrorReply>()
        .schema_from::<ErrorBody>()
        .schema("RecordAnswer", response::one_of("RecordReply"))
        .schema("EventsAnswer", response::one_of("EventsReply"))
        .schema("PopularityList", response::list_of("Popularity"))
        .schema("FindingList", response::list_of("Finding"))
        .schema("GatewayError", response::gateway_error())
        .schema("Health", response::health())
        .security_scheme(BEARER, SecurityScheme::Http(bearer));
    let bodies = interaction::schemas().into_iter().chain(event::schemas()).chain(person::schemas());
    let of_routes = Route::ALL.iter().flat_map(|route| route.describe().schemas);
    bodies
        .fold(
            figures::schemas(recommendation::schemas(rank::schemas(activity::schemas(tracking::schemas(components))))),
            |all, (name, schema)| all.schema(name, schema),
        )
        .schemas_from_iter(of_routes)
        .build()
}
