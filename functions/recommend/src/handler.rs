//! Recommendations of each placement: whose history or which products they begin with, then the same steps for all.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use contracts::{
    Asked, Failure, InvalidQuery, Pagination, RecommendationCursor, RecommendationData, RecommendationQuery,
    Recommendations, RecommendedProduct, ShownReason, read_cart, read_session_id,
};
use domain::recommendation::{Arm, Candidate, Page, Placement, arrange, recommendation_id};
use domain::{InvalidId, ProductId};
use jiff::Timestamp;
use serving::{DecodedBody, QueryParameters, Refusal};
use store::recommendation::{Question, Subject, recommend};
use uuid::Uuid;

use crate::{Deps, failure};

/// More candidates than are shown, so that there are others to interrupt a run with.
const SPARE: u32 = 20;

/// `GET /recommendations/product/{product_id}`. Public.
pub(crate) async fn for_product(
    State(deps): State<Arc<Deps>>,
    id: Result<Path<String>, PathRejection>,
    query: QueryParameters,
) -> Result<Response, Refusal> {
    let invalid = |rule: InvalidId| Failure::invalid(format!("product_id: {rule}"));
    // An id that is not UTF-8 after decoding is not valid.
    let Path(id) = id.map_err(|_| invalid(InvalidId))?;
    let product: ProductId = id.parse().map_err(invalid)?;
    let (placement, query) = RecommendationQuery::read_with_kind(query.pairs())?;
    answer(&deps, placement, Subject::Products(&[product]), query).await
}

/// `GET /recommendations/session/{session_id}`. Public: whoever knows the id of a session may see what suits it.
pub(crate) async fn for_session(
    State(deps): State<Arc<Deps>>,
    id: Result<Path<String>, PathRejection>,
    query: QueryParameters,
) -> Result<Response, Refusal> {
    let Path(id) = id.map_err(|_| InvalidQuery::SessionId)?;
    let query = RecommendationQuery::read(query.pairs())?;
    answer(&deps, Placement::Session, Subject::Session(read_session_id(&id)?), query).await
}

/// `GET /recommendations/me`, for the account of the token.
pub(crate) async fn for_account(
    Account(id): Account,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Refusal> {
    let query = RecommendationQuery::read(query.pairs())?;
    answer(&deps, Placement::Personal, Subject::Account(id), query).await
}

/// `GET /recommendations/me/buy-again`, for the account of the token.
pub(crate) async fn again(
    Account(id): Account,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Refusal> {
    let query = RecommendationQuery::read(query.pairs())?;
    answer(&deps, Placement::Again, Subject::Account(id), query).await
}

/// `POST /recommendations/cart`. Public.
pub(crate) async fn for_cart(
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
    DecodedBody(body): DecodedBody,
) -> Result<Response, Refusal> {
    let query = RecommendationQuery::read(query.pairs())?;
    let products = read_cart(&body).map_err(Failure::from)?;
    answer(&deps, Placement::Cart, Subject::Products(&products), query).await
}

/// The account of a verified token.
pub(crate) struct Account(Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Account {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self(serving::claims(parts)?.account_id().ok_or_else(failure::no_account)?))
    }
}

async fn answer(
    deps: &Deps,
    placement: Placement,
    subject: Subject<'_>,
    query: RecommendationQuery,
) -> Result<Response, Refusal> {
    let products = if let Subject::Products(products) = subject { products } else { &[] };
    let asked = Asked { placement, products, category_id: query.category_id.as_deref() };
    let mut shown = query.shown(asked)?;
    let arm = arm(deps, placement, subject);
    let question = Question {
        placement,
        subject,
        hidden: &query.excluded,
        shown: &shown,
        category_id: query.category_id.as_deref(),
        size: 2 * query.limit + SPARE,
        popular_only: arm == Arm::Control,
    };
    let candidates = recommend(&deps.database, question, deps.serving.scoring).await.map_err(failure::of_store)?;
    let offered = candidates.len();
    let page = Page { shown: shown.len(), limit: usize::try_from(query.limit).unwrap_or(usize::MAX) };
    let items = arrange(candidates, page, deps.serving.max_run);
    shown.extend(items.iter().map(|item| item.mark));
    let next = (offered > items.len()).then(|| RecommendationCursor::behind(asked, shown)).flatten();
    let pagination = Pagination {
        limit: query.limit,
        total: None,
        page: None,
        next_page: None,
        cursor: query.cursor,
        next_cursor: next.map(|cursor| cursor.encode()),
    };
    let data = RecommendationData {
        recommendation_id: recommendation_id(placement, arm, Uuid::now_v7()),
        as_of: Timestamp::now(),
        items: items.into_iter().map(public).collect(),
    };
    Ok(serving::private(&Recommendations { data, pagination }))
}

/// Returns the arm of the visitor.
fn arm(deps: &Deps, placement: Placement, subject: Subject<'_>) -> Arm {
    let visitor = subject.actor().filter(|_| placement.has_control_group());
    visitor.map_or(Arm::Learned, |visitor| Arm::of(visitor, deps.serving.holdout_percent))
}

fn public(item: Candidate) -> RecommendedProduct {
    RecommendedProduct {
        product_id: item.product_id,
        score: item.score,
        source: item.source.as_str(),
        reason: item.reason.map(|reason| ShownReason { because: reason.because, event: reason.event_type }),
        category_id: item.category_id,
        seller_id: item.seller_id,
    }
}
