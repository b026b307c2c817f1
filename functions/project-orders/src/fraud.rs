//! Evaluates new orders and stores findings with their pending alerts, within the transaction that logs the orders.

use std::collections::{BTreeSet, HashMap};

use domain::fraud::{FindingId, OrderFact, Scope, Thresholds};
use domain::{CustomerKey, ShopEvent};
use jiff::Timestamp;
use store::{StoreError, Transaction, finding, order_fact};
use uuid::Uuid;

/// What findings about new orders depend on besides the orders.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    /// The thresholds of the rules.
    pub(crate) thresholds: &'a Thresholds,
    /// When each event was first sent, by its id.
    pub(crate) reports: HashMap<Uuid, Timestamp>,
}

/// Evaluates the orders that these events place, together with everything known about their customers, and returns the
/// findings whose alerts are pending from the commit of the transaction on.
///
/// Findings that were historical when their orders were reported have no alert. The events must be logged in the same
/// transaction. They may have been evaluated before: nothing is found twice. Call it last, because
/// it blocks other transactions with the same customers until the commit. Up to five round trips when an order was
/// placed, else none.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub(crate) async fn detect(
    transaction: &mut Transaction<'_>,
    events: &[ShopEvent],
    Rules { thresholds, reports }: &Rules<'_>,
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
    let report = |(event, fact): &(Uuid, OrderFact)| Some((fact.clone(), *reports.get(event)?));
    let reports: Vec<_> = placed.iter().filter_map(report).collect();
    let new: Vec<_> = placed.into_iter().map(|(_, fact)| fact).collect();
    let scope = Scope::of(&new, thresholds);
    let known = order_fact::list_scope(transaction, &scope).await?;
    let findings = scope.evaluate(&known, thresholds);
    finding::record(transaction, &findings, |finding| finding.is_historical(&reports)).await
}
