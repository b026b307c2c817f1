//! Users from back-end events: table `shop_user`.

use domain::UserState;
use tokio_postgres::types::Type;

use crate::{StoreError, Transaction};

/// Writes the state of users. The transaction holds their projections.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(transaction: &mut Transaction<'_>, users: &[(&str, &UserState)]) -> Result<(), StoreError> {
    let keys: Vec<_> = users.iter().map(|(key, _)| *key).collect();
    let registered: Vec<_> = users.iter().map(|(_, user)| user.registered_at).collect();
    let deleted: Vec<_> = users.iter().map(|(_, user)| user.deleted_at).collect();
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&keys, Type::TEXT_ARRAY), (&registered, Type::TIMESTAMPTZ_ARRAY), (&deleted, Type::TIMESTAMPTZ_ARRAY)];
    transaction.call("save_users", &parameters).await.map(|_| ())
}
