//! Writes events in the two wire formats that `contracts::read_shop_event` knows.
//!
//! The lifecycle format has event ids. The analytics format has none, as in the systems that send it: there an event is
//! identified by its content.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::assortment::Product;
use super::basket::{Charges, Line, Order, Shape, lines_minor, seller_of};
use super::customer::Customer;
use super::life::{OrderEvent, Outcome, Payment};

/// Reports an order event, in its format if that has a name for it.
pub(super) fn order(order: &Order<'_>, at: Timestamp, order_event: OrderEvent, id: Uuid) -> Value {
    let analytics = (order.shape == Shape::Analytics).then(|| order_in_analytics(order, at, order_event)).flatten();
    analytics.unwrap_or_else(|| order_in_lifecycle(order, at, order_event, id))
}

/// Reports a new product.
pub(super) fn product(product: &Product, at: Timestamp, shape: Shape, id: Uuid) -> Value {
    let Product { seller, category, name, skus, .. } = product;
    let facts = match shape {
        Shape::Lifecycle => {
            json!({ "productId": product_id(product), "sellerId": seller, "categoryId": category, "name": name, "skuIds": skus })
        }
        Shape::Analytics => {
            let metadata = json!({ "sellerId": seller, "category": category, "productName": name, "skuIds": skus });
            json!({ "entityId": product_id(product), "metadata": metadata })
        }
    };
    match shape {
        Shape::Lifecycle => lifecycle("product.created", "catalog-service", (at, id), facts),
        Shape::Analytics => analytics("PRODUCT_CREATED", "PRODUCT_SERVICE", at, facts),
    }
}

/// A whole number is written as a number.
fn product_id(product: &Product) -> Value {
    product.id.parse::<u64>().map_or_else(|_| json!(product.id), Value::from)
}

/// Reports a new seller.
pub(super) fn seller(seller: Uuid, at: Timestamp, id: Uuid) -> Value {
    lifecycle("seller.created", "seller-service", (at, id), json!({ "sellerId": seller }))
}

/// Reports a registration.
pub(super) fn user(customer: &Customer, at: Timestamp) -> Value {
    let mut user = json!({ "userEmail": customer.address(), "metadata": { "channel": "web" } });
    if let Some(id) = customer.known_id() {
        user["entityId"] = json!(id);
        user["metadata"]["userId"] = json!(id);
    }
    analytics("USER_REGISTERED", "AUTH_SERVICE", at, user)
}

fn lifecycle(event: &str, service: &str, (at, id): (Timestamp, Uuid), members: Value) -> Value {
    let head = json!({ "event": event, "eventId": id, "version": 1, "service": service, "timestamp": at });
    join(head, members)
}

/// The analytics format writes times without an offset, which are UTC.
fn analytics(event_type: &str, service: &str, at: Timestamp, members: Value) -> Value {
    let timestamp = at.to_string().trim_end_matches('Z').to_owned();
    join(json!({ "eventType": event_type, "service": service, "timestamp": timestamp }), members)
}

fn join(mut head: Value, members: Value) -> Value {
    if let (Value::Object(head), Value::Object(members)) = (&mut head, members) {
        head.extend(members);
    }
    head
}

fn order_in_lifecycle(order: &Order<'_>, at: Timestamp, order_event: OrderEvent, id: Uuid) -> Value {
    let (event, service, members) = match order_event {
        OrderEvent::Placed => ("OrderCreated", "order-service", placed(order)),
        OrderEvent::Edited => ("OrderUpdated", "order-service", bill(order, &order.lines, &order.charges)),
        OrderEvent::Checked { valid } => ("OrderValidated", "order-service", json!({ "isValid": valid })),
        OrderEvent::Paid { payment, outcome } => {
            let status = match outcome {
                Outcome::Pending => "PENDING",
                Outcome::Failed => "FAILED",
                Outcome::Succeeded => "SUCCESS",
            };
            ("PaymentProcessed", "payment-service", paid(order, payment, (status, payment.minor)))
        }
        OrderEvent::Refunded { payment, minor, number } => {
            ("PaymentProcessed", "payment-service", refunded(order, payment, (minor, number)))
        }
        OrderEvent::Reserved => ("InventoryReserved", "inventory-service", json!({})),
        OrderEvent::Shipped => ("OrderShipped", "shipping-service", json!({ "trackingNumber": order.id.simple() })),
        OrderEvent::Delivered => ("OrderDelivered", "shipping-service", json!({ "deliveryStatus": "DELIVERED" })),
        OrderEvent::Cancelled => {
            ("OrderCancelled", "order-service", json!({ "cancellationReason": "changed my mind" }))
        }
        OrderEvent::Returned { refund_minor } => ("OrderReturned", "order-service", returned(order, refund_minor)),
        OrderEvent::LineReturned { refund_minor } => {
            let mut members = returned(order, Some(refund_minor));
            members["items"] = order.lines.iter().take(1).map(returned_item).collect();
            ("OrderReturned", "order-service", members)
        }
        OrderEvent::Rated { stars, anew } => return rated(order, (stars, anew), (at, id)),
        OrderEvent::Commented => {
            let comment = json!({ "commentId": format!("comment-{}", order.id), "text": "As described." });
            return lifecycle("comment.created", "review-service", (at, id), join(comment, opinion(order)));
        }
    };
    lifecycle(event, service, (at, id), join(json!({ "orderId": order.id }), members))
}

fn rated(order: &Order<'_>, (stars, anew): (u8, bool), when: (Timestamp, Uuid)) -> Value {
    let event = if anew { "rating.updated" } else { "rating.added" };
    let rating = json!({ "ratingId": format!("rating-{}", order.id), "rating": stars, "scale": 5 });
    lifecycle(event, "review-service", when, join(rating, opinion(order)))
}

fn placed(order: &Order<'_>) -> Value {
    match &order.first_lines {
        Some(lines) => bill(order, lines, &Charges::default()),
        None => bill(order, &order.lines, &order.charges),
    }
}

/// Who ordered what, and what it costs.
fn bill(order: &Order<'_>, lines: &[Line<'_>], charges: &Charges) -> Value {
    let tender = order.customer.tender;
    let mut members = charged(order, charges);
    order.customer.name(&mut members);
    let items = lines.iter().map(|line| {
        let mut item = item(order, line);
        // The seller of a line is also known from the product; some shops repeat it.
        if line.sku.is_none() {
            item["sellerId"] = json!(line.product.seller);
            item["categoryId"] = json!(line.product.category);
        }
        item
    });
    members.insert("items".to_owned(), items.collect());
    members.insert("totalPrice".to_owned(), tender.amount(lines_minor(lines) + charges.balance_minor()));
    members.insert("currency".to_owned(), tender.code.into());
    members.insert("paymentMethod".to_owned(), order.method.into());
    if let Some(seller) = seller_of(lines) {
        members.insert("sellerId".to_owned(), json!(seller));
    }
    Value::Object(members)
}

/// The charges, if any.
fn charged(order: &Order<'_>, charges: &Charges) -> Map<String, Value> {
    let Charges { shipping_minor, tax_minor, fee_minor, discount_minor } = *charges;
    let amounts = [
        ("shippingAmount", shipping_minor),
        ("taxAmount", tax_minor),
        ("feeAmount", fee_minor),
        ("discountAmount", discount_minor),
    ];
    let charged = amounts.into_iter().filter(|(_, minor)| *minor > 0);
    charged.map(|(name, minor)| (name.to_owned(), order.customer.tender.amount(minor))).collect()
}

fn item(order: &Order<'_>, line: &Line<'_>) -> Value {
    let tender = order.customer.tender;
    let mut item = returned_item(line);
    item["price"] = tender.amount(line.price_minor);
    if line.is_reduced() {
        item["total"] = tender.amount(line.total_minor);
    }
    item
}

fn returned_item(line: &Line<'_>) -> Value {
    match line.sku {
        Some(sku) => json!({ "skuId": sku, "quantity": line.quantity }),
        None => json!({ "productId": product_id(line.product), "quantity": line.quantity }),
    }
}

fn paid(order: &Order<'_>, payment: Payment, (status, minor): (&str, i64)) -> Value {
    let tender = order.customer.tender;
    json!({
        "paymentStatus": status,
        "paymentId": payment_id(order, payment),
        "amount": tender.amount(minor),
        "currency": tender.code,
        "paymentMethod": payment.method,
    })
}

fn refunded(order: &Order<'_>, payment: Payment, (minor, number): (i64, Option<u8>)) -> Value {
    let status = if minor < payment.minor { "PARTIALLY_REFUNDED" } else { "REFUNDED" };
    let mut members = paid(order, payment, (status, minor));
    if let Some(number) = number {
        members["refundId"] = json!(format!("{}-r{number}", payment_id(order, payment)));
    }
    members
}

fn payment_id(order: &Order<'_>, payment: Payment) -> String {
    format!("{}-{}", order.id, payment.number)
}

fn returned(order: &Order<'_>, refund_minor: Option<i64>) -> Value {
    let tender = order.customer.tender;
    // As a string, which is also an amount.
    refund_minor.map_or(json!({}), |minor| json!({ "refundAmount": tender.text(minor), "currency": tender.code }))
}

fn opinion(order: &Order<'_>) -> Value {
    let mut members = Map::new();
    order.customer.name(&mut members);
    if let Some(line) = order.lines.first() {
        members.insert("productId".to_owned(), product_id(line.product));
    }
    Value::Object(members)
}

/// `None` for events that the analytics format has no name for.
fn order_in_analytics(order: &Order<'_>, at: Timestamp, order_event: OrderEvent) -> Option<Value> {
    let status = match order_event {
        OrderEvent::Placed => return Some(analytics("ORDER_PLACED", "ORDER_SERVICE", at, placed_in_analytics(order))),
        OrderEvent::Paid { payment, outcome: Outcome::Succeeded } => {
            let metadata = json!({
                "orderId": order.id,
                "paymentId": payment_id(order, payment),
                "paymentMode": payment.method,
                "currency": order.customer.tender.code,
            });
            let amount = order.customer.tender.amount(payment.minor);
            let members = json!({ "entityId": payment_id(order, payment), "amount": amount, "metadata": metadata });
            return Some(analytics("PAYMENT_SUCCESS", "PAYMENT_SERVICE", at, members));
        }
        OrderEvent::Checked { valid: true } => "CONFIRMED",
        OrderEvent::Checked { valid: false } => "REJECTED",
        OrderEvent::Reserved => "RESERVED",
        OrderEvent::Shipped => "SHIPPED",
        OrderEvent::Delivered => "DELIVERED",
        OrderEvent::Cancelled => "CANCELLED",
        OrderEvent::Returned { refund_minor: None } => "RETURNED",
        OrderEvent::Edited
        | OrderEvent::Paid { .. }
        | OrderEvent::Refunded { .. }
        | OrderEvent::Returned { .. }
        | OrderEvent::LineReturned { .. }
        | OrderEvent::Rated { .. }
        | OrderEvent::Commented => return None,
    };
    let members = json!({ "entityId": order.id, "metadata": { "status": status } });
    Some(analytics("ORDER_STATUS_UPDATED", "ORDER_SERVICE", at, members))
}

fn placed_in_analytics(order: &Order<'_>) -> Value {
    let tender = order.customer.tender;
    let none = Charges::default();
    let (lines, charges) = order.first_lines.as_ref().map_or((&order.lines, &order.charges), |lines| (lines, &none));
    let mut metadata = Value::Object(charged(order, charges));
    metadata["items"] = lines.iter().map(|line| item(order, line)).collect();
    metadata["currency"] = tender.code.into();
    metadata["paymentMode"] = order.method.into();
    let customer = order.customer.known_id().map(|id| json!(id)).or(order.customer.guest_id.map(Value::from));
    if let Some(customer) = customer {
        metadata["customerId"] = customer;
    }
    json!({
        "entityId": order.id,
        "userEmail": order.customer.address(),
        "amount": tender.amount(lines_minor(lines) + charges.balance_minor()),
        "metadata": metadata,
    })
}
