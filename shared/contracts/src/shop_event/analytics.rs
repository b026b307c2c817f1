//! The analytics format: `eventType`, `service`, `userEmail`, `entityId`, `amount`, `timestamp`, `metadata`.
//!
//! Fields that the format lacks are looked up next to the others and then in `metadata`.

use domain::{Fact, OrderStatus, PaymentStatus};

use super::fields::{CUSTOMER, Fields};
use super::lifecycle::{created, method, product_facts};
use crate::{Rejection, RejectionCode};

/// The names of this format.
pub(crate) const NAMES: [&str; 9] = [
    "USER_REGISTERED",
    "USER_LOGIN",
    "ORDER_PLACED",
    "ORDER_STATUS_UPDATED",
    "PAYMENT_SUCCESS",
    "PRODUCT_CREATED",
    "PRODUCT_UPDATED",
    "PRODUCT_DELETED",
    "PRODUCT_STOCK_UPDATED",
];

pub(super) fn read(name: &str, fields: &Fields<'_>) -> Result<Fact, Rejection> {
    let order_id = || fields.required(&["orderId", "entityId"]);
    let product_id = || fields.required(&["productId", "entityId"]);
    Ok(match name {
        "USER_REGISTERED" => Fact::UserRegistered { user: user(fields)? },
        "USER_LOGIN" => Fact::UserLoggedIn { user: user(fields)? },
        "ORDER_PLACED" => created(fields, order_id()?, "amount")?,
        "ORDER_STATUS_UPDATED" => status(order_id()?, fields)?,
        "PAYMENT_SUCCESS" => {
            let currency = fields.currency()?;
            let missing = || fields.reject(RejectionCode::MissingField, "amount", "is required");
            Fact::PaymentProcessed {
                order_id: order_id()?,
                payment_id: fields.any_name(&["paymentId", "transactionId"])?,
                refund_id: None,
                status: PaymentStatus::Succeeded,
                amount: Some(fields.amount("amount", currency)?.ok_or_else(missing)?),
                currency,
                method: method(fields),
            }
        }
        "PRODUCT_CREATED" => Fact::ProductCreated { product_id: product_id()?, facts: product_facts(fields)? },
        "PRODUCT_UPDATED" => Fact::ProductUpdated { product_id: product_id()?, facts: product_facts(fields)? },
        "PRODUCT_DELETED" => Fact::ProductDeleted { product_id: product_id()? },
        "PRODUCT_STOCK_UPDATED" => Fact::ProductStockUpdated {
            reference: fields.required(&["skuId", "productId", "entityId"])?,
            stock: fields.stock()?,
        },
        _ => {
            let message = format!("eventType: {name:?} is not one of {}", NAMES.join(", "));
            return Err(Rejection::new(RejectionCode::InvalidEventType, message));
        }
    })
}

/// Reads a user. The entity is the user's id, so an address next to it is not another user.
fn user(fields: &Fields<'_>) -> Result<domain::CustomerKey, Rejection> {
    let names = [CUSTOMER[0], CUSTOMER[1], "entityId", CUSTOMER[2]];
    let missing =
        || fields.reject(RejectionCode::MissingField, &names.join(" or "), "is required and must identify a customer");
    fields.customer(&names)?.ok_or_else(missing)
}

/// Reads a status. An unknown one is accepted as well.
fn status(order_id: String, fields: &Fields<'_>) -> Result<Fact, Rejection> {
    let name = fields.required(&["status", "newStatus"])?.to_ascii_uppercase();
    let status = match &*name {
        "CREATED" | "PENDING" | "PLACED" => OrderStatus::Created,
        "CONFIRMED" | "VALIDATED" | "PROCESSING" => OrderStatus::Confirmed,
        "RESERVED" => OrderStatus::Reserved,
        "PAID" => OrderStatus::Paid,
        "SHIPPED" => OrderStatus::Shipped,
        "DELIVERED" | "COMPLETED" => OrderStatus::Delivered,
        "REJECTED" | "FAILED" => OrderStatus::Rejected,
        "CANCELLED" | "CANCELED" => OrderStatus::Cancelled,
        "RETURNED" | "REFUNDED" => OrderStatus::Returned,
        _ => OrderStatus::Unknown,
    };
    Ok(Fact::OrderStatusUpdated { order_id, status, refunded: name == "REFUNDED" })
}
