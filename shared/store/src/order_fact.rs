//! The facts for the rules about orders: tables `order_fact` and `customer_lock`.
//!
//! All of it runs inside the transaction that logs the events, so a finding commits with its cause or not at all.

use domain::CustomerKey;
use domain::fraud::{OrderFact, Scope};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::session::Parameter;
use crate::{StoreError, Transaction};

/// How many erasures of a customer may end while it is being locked.
const TRIES: usize = 5;

/// Adds facts, each with its event. A fact that is known already stays as it is.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub async fn insert(transaction: &mut Transaction<'_>, facts: &[(Uuid, OrderFact)]) -> Result<(), StoreError> {
    let events: Vec<_> = facts.iter().map(|(event, _)| *event).collect();
    let orders: Vec<_> = facts.iter().map(|(_, fact)| fact.order_id.as_str()).collect();
    let customers: Vec<_> = facts.iter().map(|(_, fact)| fact.customer.as_ref().map(CustomerKey::as_str)).collect();
    let times: Vec<_> = facts.iter().map(|(_, fact)| fact.placed_at).collect();
    let currencies: Vec<_> = facts.iter().map(|(_, fact)| fact.currency.as_str()).collect();
    let amounts: Vec<_> = facts.iter().map(|(_, fact)| fact.amount_minor).collect();
    let lines: Vec<_> = facts.iter().map(|(_, fact)| fact.lines.as_ref().map(<[u8; 16]>::as_slice)).collect();
    let parameters: [Parameter<'_>; 7] = [
        (&events, Type::UUID_ARRAY),
        (&orders, Type::TEXT_ARRAY),
        (&customers, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
        (&currencies, Type::TEXT_ARRAY),
        (&amounts, Type::INT8_ARRAY),
        (&lines, Type::BYTEA_ARRAY),
    ];
    transaction.call("insert_order_facts", &parameters).await?;
    Ok(())
}

/// Makes sure that every customer has a row, and waits until no other transaction evaluates these customers. What
/// others committed is visible from the next statement on.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub async fn hold_customers(transaction: &mut Transaction<'_>, customers: &[&str]) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        ensure_customers(transaction, customers).await?;
        // An erasure that ended meanwhile has deleted a row.
        if lock_customers(transaction, customers).await? == customers.len() {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable("the customers are being erased".into()))
}

async fn ensure_customers(transaction: &mut Transaction<'_>, customers: &[&str]) -> Result<(), StoreError> {
    transaction.call("ensure_customer_locks", &[(&customers, Type::TEXT_ARRAY)]).await?;
    Ok(())
}

async fn lock_customers(transaction: &mut Transaction<'_>, customers: &[&str]) -> Result<usize, StoreError> {
    Ok(transaction.call("lock_customers", &[(&customers, Type::TEXT_ARRAY)]).await?.len())
}

/// Reads all facts of a scope.
///
/// # Errors
/// See [`StoreError`]; the transaction cannot be continued then.
pub async fn list_scope(transaction: &mut Transaction<'_>, scope: &Scope) -> Result<Vec<OrderFact>, StoreError> {
    let customers: Vec<_> = scope.stretches().iter().map(|stretch| stretch.customer.as_str()).collect();
    let starts: Vec<_> = scope.stretches().iter().map(|stretch| stretch.from).collect();
    let ends: Vec<_> = scope.stretches().iter().map(|stretch| stretch.to).collect();
    let orders: Vec<_> = scope.orders().collect();
    let parameters: [Parameter<'_>; 4] = [
        (&customers, Type::TEXT_ARRAY),
        (&starts, Type::TIMESTAMPTZ_ARRAY),
        (&ends, Type::TIMESTAMPTZ_ARRAY),
        (&orders, Type::TEXT_ARRAY),
    ];
    let rows = transaction.call("list_order_facts", &parameters).await?;
    rows.iter().map(fact).collect()
}

fn fact(row: &Row) -> Result<OrderFact, StoreError> {
    let currency: String = row.try_get("currency")?;
    let lines: Option<Vec<u8>> = row.try_get("lines")?;
    let customer: Option<String> = row.try_get("customer")?;
    Ok(OrderFact {
        placed_at: row.try_get("placed_at")?,
        order_id: row.try_get("order_id")?,
        customer: customer.as_deref().map(CustomerKey::of_id),
        currency: currency.parse().expect("a CHECK constraint vouches for the currency"),
        amount_minor: row.try_get("amount_minor")?,
        lines: lines.and_then(|lines| lines.try_into().ok()),
    })
}
