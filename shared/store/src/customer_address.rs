//! Which hashed addresses events name beside a customer id: table `customer_address`.

use domain::{CustomerKey, ShopEvent};
use tokio_postgres::types::Type;

use crate::{StoreError, Transaction};

/// Notes the pairs that events name. Costs nothing when none names one; may be repeated.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(transaction: &mut Transaction<'_>, events: &[ShopEvent]) -> Result<(), StoreError> {
    let pairs = events.iter().filter_map(|event| Some((event.fact.customer()?, event.address.as_ref()?)));
    // A person who was erased has no address any more.
    let pairs = pairs.filter(|(customer, _)| !customer.is_erased());
    let (customers, addresses): (Vec<_>, Vec<_>) =
        pairs.map(|(customer, address)| (CustomerKey::as_str(customer), address.as_str())).unzip();
    if customers.is_empty() {
        return Ok(());
    }
    let statement = include_str!("../sql/customer_address/save.sql");
    transaction.query(statement, &[(&customers, Type::TEXT_ARRAY), (&addresses, Type::TEXT_ARRAY)]).await.map(|_| ())
}
