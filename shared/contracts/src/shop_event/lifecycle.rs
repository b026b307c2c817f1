//! The order lifecycle shape: `event`, `timestamp`, and the fields of each event.

use domain::{Currency, Fact, Opinion, OrderLine, PaymentStatus, ProductFacts};

use super::fields::Fields;
use super::{ORDER_LINES_MAX, QUANTITY_MAX};
use crate::{Rejection, RejectionCode};

/// The names of this shape.
pub(crate) const NAMES: [&str; 24] = [
    "OrderCreated",
    "OrderValidated",
    "PaymentProcessed",
    "InventoryReserved",
    "OrderShipped",
    "OrderDelivered",
    "OrderCancelled",
    "OrderReturned",
    "product.created",
    "product.updated",
    "product.deleted",
    "user.created",
    "user.updated",
    "user.deleted",
    "seller.created",
    "seller.updated",
    "seller.deleted",
    "comment.created",
    "comment.updated",
    "comment.deleted",
    "rating.added",
    "rating.updated",
    "rating.deleted",
    "click.tracked",
];

/// Where a customer is named, the surest first.
pub(super) const CUSTOMER: [&str; 3] = ["customerId", "userId", "userEmail"];
/// Where a product is named. Product events say whether it is an SPU or a SKU.
const REFERENCE: [&str; 2] = ["productId", "skuId"];
/// The best rating when an event does not say.
const SCALE: i64 = 5;

pub(super) fn read(name: &str, fields: &Fields<'_>) -> Result<Fact, Rejection> {
    if !NAMES.contains(&name) {
        return Err(unknown(name));
    }
    if let Some(family) = name.strip_prefix("Order").or(name.strip_prefix("Inventory")).or(name.strip_prefix("Payment"))
    {
        return read_order(family, fields)?.ok_or_else(|| unknown(name));
    }
    let Some((family, verb)) = name.split_once('.') else { return Err(unknown(name)) };
    let fact = match (family, verb) {
        ("product", "created") => Fact::ProductCreated { product_id: product(fields)?, facts: product_facts(fields)? },
        ("product", "updated") => Fact::ProductUpdated { product_id: product(fields)?, facts: product_facts(fields)? },
        ("product", "deleted") => Fact::ProductDeleted { product_id: product(fields)? },
        ("seller", "created") => Fact::SellerCreated { seller_id: fields.required(&["sellerId"])? },
        ("seller", "updated") => Fact::SellerUpdated { seller_id: fields.required(&["sellerId"])? },
        ("seller", "deleted") => Fact::SellerDeleted { seller_id: fields.required(&["sellerId"])? },
        ("comment", "created") => Fact::CommentCreated(opinion(fields, "commentId")?),
        ("comment", "updated") => Fact::CommentUpdated(opinion(fields, "commentId")?),
        ("comment", "deleted") => Fact::CommentDeleted(opinion(fields, "commentId")?),
        ("rating", "added") => Fact::RatingAdded(rated(fields)?),
        ("rating", "updated") => Fact::RatingUpdated(rated(fields)?),
        ("rating", "deleted") => Fact::RatingDeleted(opinion(fields, "ratingId")?),
        ("click", "tracked") => Fact::ClickTracked { target: fields.any_name(&["productId", "categoryId"])? },
        ("user", verb) => return read_user(verb, fields)?.ok_or_else(|| unknown(name)),
        _ => return Err(unknown(name)),
    };
    Ok(fact)
}

fn read_order(verb: &str, fields: &Fields<'_>) -> Result<Option<Fact>, Rejection> {
    let order_id = || fields.required(&["orderId"]);
    let fact = match verb {
        "Created" => created(fields, order_id()?, "totalPrice")?,
        "Validated" => Fact::OrderValidated { order_id: order_id()?, valid: is_valid(fields)? },
        "Processed" => payment(fields, order_id()?)?,
        "Reserved" => Fact::InventoryReserved { order_id: order_id()? },
        "Shipped" => Fact::OrderShipped { order_id: order_id()? },
        "Delivered" => {
            let status = fields.name("deliveryStatus")?;
            if status.is_some_and(|status| !status.eq_ignore_ascii_case("DELIVERED")) {
                let rule = "must be DELIVERED or be left out";
                return Err(fields.refuse(RejectionCode::InvalidText, "deliveryStatus", rule));
            }
            Fact::OrderDelivered { order_id: order_id()? }
        }
        "Cancelled" => Fact::OrderCancelled { order_id: order_id()? },
        "Returned" => {
            let refund = fields.amount("refundAmount", fields.currency()?)?;
            Fact::OrderReturned { order_id: order_id()?, refund }
        }
        _ => return Ok(None),
    };
    Ok(Some(fact))
}

fn read_user(verb: &str, fields: &Fields<'_>) -> Result<Option<Fact>, Rejection> {
    let missing = || fields.refuse(RejectionCode::MissingField, &CUSTOMER.join(" or "), "is required");
    let user = fields.customer(&CUSTOMER)?.ok_or_else(missing)?;
    Ok(match verb {
        "created" => Some(Fact::UserRegistered { user }),
        "updated" => Some(Fact::UserUpdated { user }),
        "deleted" => Some(Fact::UserDeleted { user }),
        _ => None,
    })
}

/// Reads the placing of an order, which both shapes tell with the same fields.
pub(super) fn created(fields: &Fields<'_>, order_id: String, total: &str) -> Result<Fact, Rejection> {
    let currency = fields.currency()?;
    let items = fields.objects("items")?;
    if items.len() > ORDER_LINES_MAX {
        let rule = format!("must have at most {ORDER_LINES_MAX} items, has {}", items.len());
        return Err(fields.refuse(RejectionCode::Malformed, "items", &rule));
    }
    Ok(Fact::OrderCreated {
        order_id,
        customer: fields.customer(&CUSTOMER)?,
        seller_id: fields.name("sellerId")?,
        currency,
        total_minor: fields.amount(total, currency)?.map(|total| total.minor),
        payment_method: method(fields)?,
        lines: items.iter().map(|item| line(item, currency)).collect::<Result<_, _>>()?,
    })
}

fn line(item: &Fields<'_>, currency: Currency) -> Result<OrderLine, Rejection> {
    let missing = |name| item.refuse(RejectionCode::MissingField, name, "is required");
    let line = OrderLine {
        reference: item.required(&REFERENCE)?,
        quantity: item.integer("quantity", (1, QUANTITY_MAX))?.ok_or_else(|| missing("quantity"))?,
        price_minor: item.amount("price", currency)?.ok_or_else(|| missing("price"))?.minor,
        seller_id: item.name("sellerId")?,
        category_id: item.name("categoryId")?,
    };
    if line.total_minor() > domain::AMOUNT_LIMIT_MINOR {
        let rule = format!("times quantity must be at most {} minor units", domain::AMOUNT_LIMIT_MINOR);
        return Err(item.refuse(RejectionCode::InvalidAmount, "price", &rule));
    }
    Ok(line)
}

fn payment(fields: &Fields<'_>, order_id: String) -> Result<Fact, Rejection> {
    let status = match fields.required(&["paymentStatus"])?.to_ascii_uppercase().as_str() {
        "SUCCESS" | "SUCCEEDED" | "COMPLETED" | "PAID" => PaymentStatus::Succeeded,
        "FAILED" | "DECLINED" => PaymentStatus::Failed,
        "PENDING" => PaymentStatus::Pending,
        "REFUNDED" => PaymentStatus::Refunded,
        _ => {
            let rule = "must be SUCCESS, SUCCEEDED, COMPLETED, PAID, PENDING, FAILED, DECLINED or REFUNDED";
            return Err(fields.refuse(RejectionCode::InvalidText, "paymentStatus", rule));
        }
    };
    let missing = || fields.refuse(RejectionCode::MissingField, "amount", "is required");
    Ok(Fact::PaymentProcessed {
        order_id,
        payment_id: fields.name("paymentId")?,
        status,
        amount: fields.amount("amount", fields.currency()?)?.ok_or_else(missing)?,
        method: method(fields)?,
    })
}

/// Reads how something is paid, in lower case: the same method must not be counted under two spellings.
pub(super) fn method(fields: &Fields<'_>) -> Result<Option<String>, Rejection> {
    Ok(fields.any_name(&["paymentMethod", "paymentMode"])?.map(|method| method.to_lowercase()))
}

fn is_valid(fields: &Fields<'_>) -> Result<bool, Rejection> {
    match fields.raw("isValid").map(serde_json::value::RawValue::get) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        _ => Err(fields.refuse(RejectionCode::WrongType, "isValid", "is required and must be true or false")),
    }
}

fn product(fields: &Fields<'_>) -> Result<String, Rejection> {
    fields.required(&["productId", "entityId"])
}

/// Reads what is said of a product, in both shapes.
pub(super) fn product_facts(fields: &Fields<'_>) -> Result<ProductFacts, Rejection> {
    let mut skus = fields.names("skuIds")?;
    skus.extend(fields.name("skuId")?);
    skus.sort();
    skus.dedup();
    Ok(ProductFacts {
        seller_id: fields.name("sellerId")?,
        category_id: fields.any_name(&["categoryId", "category"])?,
        name: fields.any_name(&["name", "productName"])?,
        skus,
    })
}

fn opinion(fields: &Fields<'_>, id: &str) -> Result<Opinion, Rejection> {
    Ok(Opinion {
        id: fields.required(&[id])?,
        reference: fields.any_name(&REFERENCE)?,
        customer: fields.customer(&CUSTOMER)?,
        score_micros: None,
    })
}

fn rated(fields: &Fields<'_>) -> Result<Opinion, Rejection> {
    let scale = fields.integer("scale", (1, 100))?.unwrap_or(SCALE);
    let text = fields.raw("rating").map(serde_json::value::RawValue::get).unwrap_or_default();
    // Six decimals of a rating are more than any shop has; the score is rounded down to millionths of the scale.
    let micros = text.parse().ok().map(|rating: domain::Micros| rating.0 / scale);
    match micros {
        Some(micros @ 0..=1_000_000) => Ok(Opinion { score_micros: Some(micros), ..opinion(fields, "ratingId")? }),
        _ => {
            let rule = format!("is required and must be a number from 0 to {scale} with at most 6 decimal places");
            Err(fields.refuse(RejectionCode::WrongType, "rating", &rule))
        }
    }
}

fn unknown(name: &str) -> Rejection {
    let message = format!("event: {name:?} is not one of {}", NAMES.join(", "));
    Rejection::new(RejectionCode::InvalidEventType, message)
}
