//! The analytics shape: `eventType`, `service`, `userEmail`, `entityId`, `amount`, `timestamp`, `metadata`.
//!
//! What the shape has no field for is looked for beside the others and then in `metadata`.

use domain::{Fact, OrderStatus, PaymentStatus};

use super::fields::Fields;
use super::lifecycle::{CUSTOMER, created, method, product_facts};
use crate::{Rejection, RejectionCode};

/// The names of this shape.
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
        "ORDER_STATUS_UPDATED" => Fact::OrderStatusUpdated { order_id: order_id()?, status: status(fields)? },
        "PAYMENT_SUCCESS" => {
            let missing = || fields.refuse(RejectionCode::MissingField, "amount", "is required");
            Fact::PaymentProcessed {
                order_id: order_id()?,
                payment_id: fields.any_name(&["paymentId", "transactionId"])?,
                status: PaymentStatus::Succeeded,
                amount: fields.amount("amount", fields.currency()?)?.ok_or_else(missing)?,
                method: method(fields)?,
            }
        }
        "PRODUCT_CREATED" => Fact::ProductCreated { product_id: product_id()?, facts: product_facts(fields)? },
        "PRODUCT_UPDATED" => Fact::ProductUpdated { product_id: product_id()?, facts: product_facts(fields)? },
        "PRODUCT_DELETED" => Fact::ProductDeleted { product_id: product_id()? },
        "PRODUCT_STOCK_UPDATED" => Fact::ProductStockUpdated {
            reference: fields.required(&["skuId", "productId", "entityId"])?,
            stock: fields.integer("stock", (0, i64::MAX))?,
        },
        _ => {
            let message = format!("eventType: {name:?} is not one of {}", NAMES.join(", "));
            return Err(Rejection::new(RejectionCode::InvalidEventType, message));
        }
    })
}

fn user(fields: &Fields<'_>) -> Result<domain::CustomerKey, Rejection> {
    let names = [CUSTOMER[0], CUSTOMER[1], CUSTOMER[2], "entityId"];
    let missing = || fields.refuse(RejectionCode::MissingField, &names.join(" or "), "is required");
    fields.customer(&names)?.ok_or_else(missing)
}

fn status(fields: &Fields<'_>) -> Result<OrderStatus, Rejection> {
    let name = fields.required(&["status", "newStatus"])?.to_ascii_uppercase();
    Ok(match &*name {
        "CREATED" | "PENDING" | "PLACED" => OrderStatus::Created,
        "CONFIRMED" | "VALIDATED" | "PROCESSING" => OrderStatus::Confirmed,
        "RESERVED" => OrderStatus::Reserved,
        "PAID" => OrderStatus::Paid,
        "SHIPPED" => OrderStatus::Shipped,
        "DELIVERED" | "COMPLETED" => OrderStatus::Delivered,
        "REJECTED" | "FAILED" => OrderStatus::Rejected,
        "CANCELLED" | "CANCELED" => OrderStatus::Cancelled,
        "RETURNED" | "REFUNDED" => OrderStatus::Returned,
        _ => {
            let rule = "must be CREATED, PENDING, PLACED, CONFIRMED, VALIDATED, PROCESSING, RESERVED, PAID, SHIPPED, \
                        DELIVERED, COMPLETED, REJECTED, FAILED, CANCELLED, CANCELED, RETURNED or REFUNDED";
            return Err(fields.refuse(RejectionCode::InvalidText, "status", rule));
        }
    })
}
