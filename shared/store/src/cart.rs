//! What signed-in shoppers did with carts: read from table `interaction`.

use domain::fraud::{CART_RULE_EVENTS, CartEvent, CartLimits};
use jiff::Timestamp;
use tokio_postgres::types::Type;

use crate::database::Parameter;
use crate::{Database, StoreError};

/// Reads what decides the carts within limits. Reads every partition since their beginning once.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_events(database: &Database, limits: CartLimits) -> Result<Vec<CartEvent>, StoreError> {
    let types = CART_RULE_EVENTS.as_slice();
    let last = limits.to.checked_add(limits.patience).unwrap_or(Timestamp::MAX);
    let parameters: [Parameter<'_>; 3] =
        [(&types, Type::TEXT_ARRAY), (&limits.from, Type::TIMESTAMPTZ), (&last, Type::TIMESTAMPTZ)];
    let rows = database.query(include_str!("../sql/cart/list_events.sql"), &parameters).await?;
    let events = rows.iter().map(|row| {
        Ok(CartEvent {
            account_id: row.try_get("account_id")?,
            product_id: row.try_get("product_id")?,
            event_type: row.try_get("event_type")?,
            occurred_at: row.try_get("occurred_at")?,
        })
    });
    events.collect()
}
