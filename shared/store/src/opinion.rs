//! Ratings and comments: table `opinion`.

use domain::{Attributions, OpinionState, Subject};
use tokio_postgres::types::Type;

use crate::{StoreError, Transaction};

/// Writes the state of ratings and comments. The transaction holds their projections.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(
    transaction: &mut Transaction<'_>,
    opinions: &[(Subject, &str, &OpinionState)],
    known: &Attributions,
) -> Result<(), StoreError> {
    let subjects: Vec<_> = opinions.iter().map(|(subject, ..)| subject.as_str()).collect();
    let ids: Vec<_> = opinions.iter().map(|(_, id, _)| *id).collect();
    let references: Vec<_> = opinions.iter().map(|(.., opinion)| opinion.reference.as_deref()).collect();
    let products: Vec<_> = references.iter().map(|reference| Some(&*known.get((*reference)?)?.product_id)).collect();
    let customers: Vec<_> =
        opinions.iter().map(|(.., opinion)| opinion.customer.as_ref().map(|key| key.as_str())).collect();
    let scores: Vec<_> = opinions.iter().map(|(.., opinion)| opinion.score_micros).collect();
    let given: Vec<_> = opinions.iter().map(|(.., opinion)| opinion.given_at).collect();
    let deleted: Vec<_> = opinions.iter().map(|(.., opinion)| opinion.deleted).collect();
    let parameters: [crate::session::Parameter<'_>; 8] = [
        (&subjects, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&references, Type::TEXT_ARRAY),
        (&products, Type::TEXT_ARRAY),
        (&customers, Type::TEXT_ARRAY),
        (&scores, Type::INT8_ARRAY),
        (&given, Type::TIMESTAMPTZ_ARRAY),
        (&deleted, Type::BOOL_ARRAY),
    ];
    transaction.call("save_opinions", &parameters).await.map(|_| ())
}
