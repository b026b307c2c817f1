//! `GET /products?ids=`: the names of products, for lists that hold ids.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{Data, IdsQuery, Products, RequestedProduct};
use serving::QueryParameters;
use store::product::{self, Named};

use crate::Deps;
use crate::caller::Reader;
use crate::failure::Failure;

pub(crate) async fn several(
    _: Reader,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let mut unknown = IdsQuery::read(query.pairs())?.ids;
    let rows = product::get_names(&deps.database, &unknown).await?;
    unknown.retain(|id| rows.iter().all(|row| row.requested != *id));
    let products = rows.into_iter().map(|Named { requested, id, name }| RequestedProduct { requested, id, name });
    Ok(serving::private(&Data { data: Products { products: products.collect(), unknown } }))
}
