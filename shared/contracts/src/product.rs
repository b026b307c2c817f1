//! Products by their ids: what product events call them.

use domain::ProductId;
use serde::Serialize;

/// Several products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Products {
    /// Those that product events have named, in the order of the request; also withdrawn ones.
    pub products: Vec<RequestedProduct>,
    /// The ids that no product event names.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub unknown: Vec<ProductId>,
}

/// A product that was requested by its id or by a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestedProduct {
    /// The id in the request, in its canonical form: the product or one of its SKUs.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub requested: ProductId,
    /// The product (SPU).
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// Its latest name; null when no event stated one.
    pub name: Option<String>,
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use super::Products;
    use crate::IDS_MAX;
    use crate::openapi::activity::ids;
    use crate::openapi::description::Description;
    use crate::openapi::sales::secured;

    pub(crate) fn several() -> Description {
        let found = json!({ "requested": "sku-1", "id": "p-1", "name": "Trail shoe" });
        let example = json!({ "products": [found], "unknown": ["p-9"] });
        let refusal = format!("ids: must be 1 to {IDS_MAX} product ids, separated by commas");
        secured::<Products>(("getProducts", "Shows the names of several products"), example, &refusal)
            .description("For sellers and admins. For a SKU the response is its product.")
            .parameter(ids())
    }
}
