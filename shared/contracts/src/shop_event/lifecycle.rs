//! The order lifecycle format: `event`, `timestamp`, and the fields of each event.

use domain::{
    Denomination, Fact, Fit, Opinion, OrderContent, OrderLine, OrderStatus, PaymentStatus, ProductFacts, ReturnedItem,
};
use uuid::Uuid;

use super::fields::{CUSTOMER, Fields};
use crate::{Rejection, RejectionCode};

/// The most lines of an order.
pub const ORDER_LINES_MAX: usize = 500;

/// The names of this format.
pub(crate) const NAMES: [&str; 25] = [
    "OrderCreated",
    "OrderUpdated",
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

/// The fields that name a product. Product events say whether it is an SPU or a SKU.
const REFERENCE: [&str; 2] = ["productId", "skuId"];
/// The default best rating.
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
        "Updated" => Fact::OrderUpdated { order_id: order_id()?, content: content(fields, "totalPrice", false)? },
        "Validated" => Fact::OrderValidated { order_id: order_id()?, valid: is_valid(fields)? },
        "Processed" => payment(fields, order_id()?)?,
        "Reserved" => Fact::InventoryReserved { order_id: order_id()? },
        "Shipped" => Fact::OrderShipped { order_id: order_id()? },
        "Delivered" => delivered(fields, order_id()?)?,
        "Cancelled" => {
            let currency = fields.currency()?;
            let (refund_id, refund) = (fields.name("refundId")?, fields.amount("refundAmount", currency)?);
            Fact::OrderCancelled { order_id: order_id()?, refund_id, refund, currency }
        }
        "Returned" => returned(fields, order_id()?)?,
        _ => return Ok(None),
    };
    Ok(Some(fact))
}

fn read_user(verb: &str, fields: &Fields<'_>) -> Result<Option<Fact>, Rejection> {
    let missing = || {
        fields.reject(RejectionCode::MissingField, &CUSTOMER.join(" or "), "is required and must identify a customer")
    };
    let user = fields.customer(&CUSTOMER)?.ok_or_else(missing)?;
    Ok(match verb {
        "created" => Some(Fact::UserRegistered { user }),
        "updated" => Some(Fact::UserUpdated { user }),
        "deleted" => Some(Fact::UserDeleted { user }),
        _ => None,
    })
}

/// Reads a delivery; any other delivery status is only counted.
fn delivered(fields: &Fields<'_>, order_id: String) -> Result<Fact, Rejection> {
    let status = fields.name("deliveryStatus")?;
    if status.is_some_and(|status| !status.eq_ignore_ascii_case("DELIVERED")) {
        return Ok(Fact::OrderStatusUpdated { order_id, status: OrderStatus::Unknown, refunded: false });
    }
    Ok(Fact::OrderDelivered { order_id })
}

fn returned(fields: &Fields<'_>, order_id: String) -> Result<Fact, Rejection> {
    let currency = fields.currency()?;
    let items = items(fields)?;
    // An item that names no product is kept: a return of something is not a return of everything.
    let items = items.iter().map(|item| {
        let (reference, sku) = references(item)?;
        Ok(ReturnedItem { reference, sku, quantity_milli: item.quantity("quantity")? })
    });
    Ok(Fact::OrderReturned {
        order_id,
        refund_id: fields.name("refundId")?,
        refund: fields.amount("refundAmount", currency)?,
        currency,
        items: items.collect::<Result<_, Rejection>>()?,
    })
}

/// Reads the creation of an order, which both formats report with the same fields.
pub(super) fn created(fields: &Fields<'_>, order_id: String, total: &str) -> Result<Fact, Rejection> {
    Ok(Fact::OrderCreated { order_id, content: content(fields, total, true)? })
}

/// Reads the content of an order. A creation without a currency is in the default one, so its amounts must fit that.
fn content(fields: &Fields<'_>, total: &str, is_creation: bool) -> Result<OrderContent, Rejection> {
    let currency = fields.currency()?;
    let denomination = Denomination { named: currency.named || is_creation, ..currency };
    let total = fields.amount(total, denomination)?;
    let items = items(fields)?;
    Ok(OrderContent {
        customer: fields.customer(&CUSTOMER)?,
        seller_id: fields.name("sellerId")?,
        currency,
        total,
        shipping: fields.amount("shippingAmount", denomination)?,
        tax: fields.amount("taxAmount", denomination)?,
        discount: fields.amount("discountAmount", denomination)?,
        fee: fields.amount("feeAmount", denomination)?,
        payment_method: method(fields),
        lines: items.iter().map(|item| line(item, denomination, total.is_some())).collect::<Result<_, _>>()?,
    })
}

fn items<'a>(fields: &Fields<'a>) -> Result<Vec<Fields<'a>>, Rejection> {
    let items = fields.objects("items")?;
    if items.len() > ORDER_LINES_MAX {
        let rule = format!("must have at most {ORDER_LINES_MAX} items, has {}", items.len());
        return Err(fields.reject(RejectionCode::Malformed, "items", &rule));
    }
    Ok(items)
}

/// Reads a line. A unit price may have any precision when the total of the line or of the order states what it amounts
/// to.
fn line(item: &Fields<'_>, currency: Denomination, is_settled: bool) -> Result<OrderLine, Rejection> {
    let (reference, sku) = references(item)?;
    let line = OrderLine {
        reference,
        sku,
        quantity_milli: item.quantity("quantity")?.unwrap_or(domain::Quantity::whole(1)),
        price: item.any_amount("price", currency.code)?,
        total: item.amount("total", currency)?,
        seller_id: item.name("sellerId")?,
        category_id: item.name("categoryId")?,
    };
    if line.price.is_none() && line.total.is_none() {
        return Err(item.reject(RejectionCode::MissingField, "price or total", "is required"));
    }
    if line.cost().is_too_large(currency.code) {
        let rule = format!("times quantity must be at most {} minor units", domain::AMOUNT_LIMIT_MINOR);
        return Err(item.reject(RejectionCode::InvalidAmount, "price", &rule));
    }
    let fit = if currency.named { line.cost().fit(currency.code) } else { line.cost().fit_any() };
    if !is_settled && fit == Fit::Between {
        return Err(item.too_precise("price", currency));
    }
    Ok(line)
}

/// Reads the product or SKU of an item, and the SKU next to the product; shops write 0 for none, or the nil UUID.
fn references(item: &Fields<'_>) -> Result<(String, Option<String>), Rejection> {
    let is_one = |id: &String| id != "0" && *id != Uuid::nil().to_string();
    let [product, sku] = REFERENCE.map(|field| item.name(field).map(|id| id.filter(is_one)));
    let (product, sku) = (product?, sku?);
    Ok(match product {
        Some(product) => {
            let sku = sku.filter(|sku| *sku != product);
            (product, sku)
        }
        None => (sku.unwrap_or_default(), None),
    })
}

fn payment(fields: &Fields<'_>, order_id: String) -> Result<Fact, Rejection> {
    let currency = fields.currency()?;
    let amount = fields.amount("amount", currency)?;
    let status = match fields.required(&["paymentStatus"])?.to_ascii_uppercase().as_str() {
        "SUCCESS" | "SUCCEEDED" | "COMPLETED" | "PAID" | "CAPTURED" => PaymentStatus::Succeeded,
        "FAILED" | "DECLINED" | "CHARGEBACK" => PaymentStatus::Failed,
        "PENDING" => PaymentStatus::Pending,
        "REFUNDED" => PaymentStatus::Refunded,
        // A part of unknown size is anything but everything that remains.
        "PARTIALLY_REFUNDED" if amount.is_some() => PaymentStatus::Refunded,
        _ => PaymentStatus::Unknown,
    };
    if amount.is_none() && status == PaymentStatus::Succeeded {
        return Err(fields.reject(RejectionCode::MissingField, "amount", "is required"));
    }
    Ok(Fact::PaymentProcessed {
        order_id,
        payment_id: fields.name("paymentId")?,
        refund_id: fields.name("refundId")?,
        status,
        amount,
        currency,
        method: method(fields),
    })
}

/// Reads the payment method, in lower case: the same method must not be counted under two spellings.
pub(super) fn method(fields: &Fields<'_>) -> Option<String> {
    fields.label(&["paymentMethod", "paymentMode"]).map(|method| method.to_lowercase())
}

fn is_valid(fields: &Fields<'_>) -> Result<bool, Rejection> {
    let missing = || fields.reject(RejectionCode::WrongType, "isValid", "is required and must be true or false");
    fields.flag("isValid")?.ok_or_else(missing)
}

fn product(fields: &Fields<'_>) -> Result<String, Rejection> {
    fields.required(&["productId", "entityId"])
}

/// Reads the fields of a product, in both formats.
pub(super) fn product_facts(fields: &Fields<'_>) -> Result<ProductFacts, Rejection> {
    let mut skus = fields.names("skuIds")?;
    skus.extend(fields.name("skuId")?);
    skus.sort();
    skus.dedup();
    Ok(ProductFacts {
        seller_id: fields.name("sellerId")?,
        category_id: fields.any_name(&["categoryId", "category"])?,
        name: fields.label(&["name", "productName"]),
        skus,
        available: available(fields)?,
    })
}

/// Reads whether a product can be bought: a flag, a stock above 0, or both.
fn available(fields: &Fields<'_>) -> Result<Option<bool>, Rejection> {
    let flag = fields.flag("available")?;
    let in_stock = fields.stock()?.map(|stock| stock > 0);
    Ok(match (flag, in_stock) {
        (Some(flag), Some(in_stock)) => Some(flag && in_stock),
        (flag, in_stock) => flag.or(in_stock),
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
    let text = fields.number("rating")?.unwrap_or_default();
    // No shop has ratings with more than six decimals; the score is rounded down to millionths of the scale.
    let micros = text.parse().ok().map(|rating: domain::Micros| rating.0 / scale);
    match micros {
        Some(micros @ 0..=1_000_000) => Ok(Opinion { score_micros: Some(micros), ..opinion(fields, "ratingId")? }),
        _ => {
            let rule = format!("is required and must be a number from 0 to {scale} with at most 6 decimal places");
            Err(fields.reject(RejectionCode::WrongType, "rating", &rule))
        }
    }
}

fn unknown(name: &str) -> Rejection {
    let message = format!("event: {name:?} is not one of {}", NAMES.join(", "));
    Rejection::new(RejectionCode::InvalidEventType, message)
}
