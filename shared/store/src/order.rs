//! The state of orders: tables `sales_order`, `order_line` and `payment`.

use domain::{Attributions, Charges, EntryKind, OrderState, OrderStatus, attribute};
use tokio_postgres::types::Type;

use crate::{StoreError, Transaction};

/// Writes the state of orders. The transaction holds their projections.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(transaction: &mut Transaction<'_>, orders: &[(&str, &OrderState)]) -> Result<(), StoreError> {
    let ids: Vec<_> = orders.iter().map(|(id, _)| *id).collect();
    let text = |of: fn(&OrderState) -> Option<&str>| orders.iter().map(|(_, order)| of(order)).collect::<Vec<_>>();
    let status: Vec<_> = orders.iter().map(|(_, order)| order.status().as_str()).collect();
    let methods: Vec<_> = orders.iter().map(|(_, order)| &*order.payment_method).collect();
    let currencies: Vec<_> =
        orders.iter().map(|(_, order)| order.currency.map(|currency| currency.to_string())).collect();
    let totals: Vec<_> = orders.iter().map(|(_, order)| order.total_minor).collect();
    let (paid, refunded): (Vec<_>, Vec<_>) = orders.iter().map(|(_, order)| sums(order)).unzip();
    let at = |status| orders.iter().map(|(_, order)| order.at(status)).collect::<Vec<_>>();
    let charges = |of: fn(&Charges) -> i64| orders.iter().map(|(_, order)| of(&order.charges)).collect::<Vec<_>>();
    let requested: Vec<_> = orders.iter().map(|(_, order)| order.refund_requested_at).collect();
    let parameters: [crate::session::Parameter<'_>; 19] = [
        (&ids, Type::TEXT_ARRAY),
        (&status, Type::TEXT_ARRAY),
        (&text(|order| order.customer.as_ref().map(|key| key.as_str())), Type::TEXT_ARRAY),
        (&text(|order| order.seller_id.as_deref()), Type::TEXT_ARRAY),
        (&currencies, Type::TEXT_ARRAY),
        (&totals, Type::INT8_ARRAY),
        (&methods, Type::TEXT_ARRAY),
        (&paid, Type::INT8_ARRAY),
        (&refunded, Type::INT8_ARRAY),
        (&at(OrderStatus::Created), Type::TIMESTAMPTZ_ARRAY),
        (&at(OrderStatus::Paid), Type::TIMESTAMPTZ_ARRAY),
        (&at(OrderStatus::Shipped), Type::TIMESTAMPTZ_ARRAY),
        (&at(OrderStatus::Delivered), Type::TIMESTAMPTZ_ARRAY),
        (&at(OrderStatus::Cancelled), Type::TIMESTAMPTZ_ARRAY),
        (&at(OrderStatus::Returned), Type::TIMESTAMPTZ_ARRAY),
        (&requested, Type::TIMESTAMPTZ_ARRAY),
        (&charges(|charged| charged.shipping), Type::INT8_ARRAY),
        (&charges(|charged| charged.tax), Type::INT8_ARRAY),
        (&charges(|charged| charged.fee), Type::INT8_ARRAY),
    ];
    transaction.call("save_orders", &parameters).await.map(|_| ())
}

/// Payments and refunds in the order's currency.
fn sums(order: &OrderState) -> (i64, i64) {
    let own = order.book.iter().filter(|entry| Some(entry.currency) == order.currency);
    own.fold((0, 0), |(paid, refunded), entry| match entry.kind {
        EntryKind::Payment => (paid + entry.minor, refunded),
        EntryKind::Refund | EntryKind::Chargeback => (paid, refunded + entry.minor),
    })
}

/// Writes the lines of orders, with their resolved products.
///
/// # Errors
/// See [`StoreError`].
pub async fn save_lines(
    transaction: &mut Transaction<'_>,
    orders: &[(&str, &OrderState)],
    known: &Attributions,
) -> Result<(), StoreError> {
    let all: Vec<_> = orders.iter().map(|(id, _)| *id).collect();
    let lines: Vec<_> = orders
        .iter()
        .flat_map(|(id, order)| (0..).zip(&order.lines).map(move |(position, line)| (*id, *order, position, line)))
        .collect();
    let ids: Vec<_> = lines.iter().map(|(id, ..)| *id).collect();
    let positions: Vec<i32> = lines.iter().map(|(_, _, position, _)| *position).collect();
    let references: Vec<_> = lines.iter().map(|(.., line)| &*line.reference).collect();
    let products: Vec<_> =
        references.iter().map(|reference| known.get(*reference).map(|found| &*found.product_id)).collect();
    let (sellers, categories): (Vec<_>, Vec<_>) =
        lines.iter().map(|(_, order, _, line)| attribute(order, line, known)).unzip();
    let quantities: Vec<_> = lines.iter().map(|(.., line)| line.quantity.milli()).collect();
    let prices: Vec<_> = lines.iter().map(|(.., line)| line.price_minor).collect();
    let totals: Vec<_> = lines.iter().map(|(.., line)| line.total_minor).collect();
    let parameters: [crate::session::Parameter<'_>; 10] = [
        (&all, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&positions, Type::INT4_ARRAY),
        (&references, Type::TEXT_ARRAY),
        (&products, Type::TEXT_ARRAY),
        (&sellers, Type::TEXT_ARRAY),
        (&categories, Type::TEXT_ARRAY),
        (&quantities, Type::INT8_ARRAY),
        (&prices, Type::INT8_ARRAY),
        (&totals, Type::INT8_ARRAY),
    ];
    transaction.call("save_order_lines", &parameters).await.map(|_| ())
}

/// Writes the payments of orders.
///
/// # Errors
/// See [`StoreError`].
pub async fn save_payments(
    transaction: &mut Transaction<'_>,
    orders: &[(&str, &OrderState)],
) -> Result<(), StoreError> {
    let payments: Vec<_> =
        orders.iter().flat_map(|(id, order)| order.payments.iter().map(move |pay| (*id, pay))).collect();
    let all: Vec<_> = orders.iter().map(|(id, _)| *id).collect();
    let orders: Vec<_> = payments.iter().map(|(order, _)| *order).collect();
    let ids: Vec<_> = payments.iter().map(|(_, payment)| &*payment.id).collect();
    let status: Vec<_> = payments.iter().map(|(_, payment)| payment.status().as_str()).collect();
    let amounts: Vec<_> = payments.iter().map(|(_, payment)| payment.amount_minor).collect();
    let currencies: Vec<_> = payments.iter().map(|(_, payment)| payment.currency.to_string()).collect();
    let methods: Vec<_> = payments.iter().map(|(_, payment)| &*payment.method).collect();
    let paid: Vec<_> = payments.iter().map(|(_, payment)| payment.paid_at).collect();
    let refunded: Vec<_> = payments.iter().map(|(_, payment)| payment.refunded_at).collect();
    let parameters: [crate::session::Parameter<'_>; 9] = [
        (&all, Type::TEXT_ARRAY),
        (&orders, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&status, Type::TEXT_ARRAY),
        (&amounts, Type::INT8_ARRAY),
        (&currencies, Type::TEXT_ARRAY),
        (&methods, Type::TEXT_ARRAY),
        (&paid, Type::TIMESTAMPTZ_ARRAY),
        (&refunded, Type::TIMESTAMPTZ_ARRAY),
    ];
    transaction.call("save_payments", &parameters).await.map(|_| ())
}
