//! Which address belongs to which customer id, where an event names both: table `customer_link`.

use domain::CustomerLink;
use tokio_postgres::types::Type;

use crate::session::Parameter;
use crate::{StoreError, Transaction};

/// Adds links. Existing ones stay unchanged.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(transaction: &mut Transaction<'_>, links: &[&CustomerLink]) -> Result<(), StoreError> {
    if links.is_empty() {
        return Ok(());
    }
    let customers: Vec<_> = links.iter().map(|link| link.customer.as_str()).collect();
    let addresses: Vec<_> = links.iter().map(|link| link.address.as_str()).collect();
    let parameters: [Parameter<'_>; 2] = [(&customers, Type::TEXT_ARRAY), (&addresses, Type::TEXT_ARRAY)];
    transaction.call("insert_customer_links", &parameters).await.map(|_| ())
}
