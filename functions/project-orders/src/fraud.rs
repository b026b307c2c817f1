//! Evaluates new orders and stores findings with their pending alerts, within the transaction that logs the orders.

use std::collections::BTreeSet;

use domain::fraud::{FindingId, OrderFact, Scope, Thresholds};
use domain::{CustomerKey, ShopEvent};
use jiff::Timestamp;
use store::{StoreError, Transaction, finding, order_fact};

/// Evaluates the orders that these events place, together with everything known about their customers, and returns the
/// findings whose alerts are pending from the commit of the transaction on.
///
/// `reported_at` is when the events were sent: findings that were historical by then have no alert. The events must be
/// logged in the same transaction. They may have been evaluated before: nothing is found twice. Call it last, because
/// it blocks other transactions with the same customers until the commit. Up to five round trips when an order was
/// placed, else none.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub(crate) async fn detect(
    transaction: &mut Transaction<'_>,
    events: &[ShopEvent],
    (thresholds, reported_at): (&Thresholds, Timestamp),
) -> Result<Vec<FindingId>, StoreError> {
    let placed = events.iter().filter_map(|event| Some((event.id, OrderFact::of(event)?)));
    let placed: Vec<_> = placed.collect();
    if placed.is_empty() {
        return Ok(Vec::new());
    }
    let customers: BTreeSet<_> =
        placed.iter().filter_map(|(_, fact)| fact.customer.as_ref()).map(CustomerKey::as_str).collect();
    let customers: Vec<_> = customers.into_iter().collect();
    if !customers.is_empty() {
        order_fact::hold_customers(transaction, &customers).await?;
    }
    order_fact::insert(transaction, &placed).await?;
    let new: Vec<_> = placed.into_iter().map(|(_, fact)| fact).collect();
    let scope = Scope::of(&new, thresholds);
    let known = order_fact::list_scope(transaction, &scope).await?;
    finding::record(transaction, &scope.evaluate(&known, thresholds), Some(reported_at)).await
}
