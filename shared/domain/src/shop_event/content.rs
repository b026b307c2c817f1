//! What events state about orders, products and opinions.

use serde::{Deserialize, Serialize};

use crate::{Amount, CustomerKey, Denomination, Quantity};

/// One line of an order, as an event reports it. Its price, its total, or both are known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderLine {
    /// The product or SKU, by the shop's id; product events say which. Empty when there is none.
    pub reference: String,
    /// The SKU, when the event names it next to the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// The quantity, above 0.
    pub quantity_milli: Quantity,
    /// The unit price.
    pub price: Option<Amount>,
    /// The price of the line, after its discount.
    pub total: Option<Amount>,
    /// The seller, if the line names one.
    pub seller_id: Option<String>,
    /// The category, if the line names one.
    pub category_id: Option<String>,
}

impl OrderLine {
    /// Returns what the line costs: its total, else quantity times price.
    #[must_use]
    pub fn cost(&self) -> Amount {
        let of_price = || self.price.map_or(Amount::ZERO, |price| price.times(self.quantity_milli));
        self.total.unwrap_or_else(of_price)
    }
}

/// What an event states about an order. Absent fields leave the previous values unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderContent {
    /// Who ordered.
    pub customer: Option<CustomerKey>,
    /// The seller of the whole order, when there is one.
    pub seller_id: Option<String>,
    /// The currency of all amounts here.
    pub currency: Denomination,
    /// The total as the shop stated it; the lines may have another sum (shipping, discounts).
    pub total: Option<Amount>,
    /// The cost of shipping.
    pub shipping: Option<Amount>,
    /// The tax, on top of the lines or included in them.
    pub tax: Option<Amount>,
    /// The discount on the order as a whole.
    pub discount: Option<Amount>,
    /// Fees for a payment method, packing and the like.
    pub fee: Option<Amount>,
    /// The payment method.
    pub payment_method: Option<String>,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
}

/// An item that a return names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReturnedItem {
    /// The product or SKU, by the shop's id. Empty when there is none.
    pub reference: String,
    /// The SKU, when the event names it next to the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// The quantity; `None` means all of it.
    pub quantity_milli: Option<Quantity>,
}

/// What a product event states about a product. Absent fields leave the previous values unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductFacts {
    /// The seller.
    pub seller_id: Option<String>,
    /// The category.
    pub category_id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The SKUs of this product.
    pub skus: Vec<String>,
    /// Whether it can be bought. Not written when absent: the content of earlier events stays as it was fingerprinted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<bool>,
}

/// An opinion about a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opinion {
    /// The rating's or the comment's id.
    pub id: String,
    /// The product, by the shop's id (SPU or SKU). An update need not repeat it.
    pub reference: Option<String>,
    /// The author.
    pub customer: Option<CustomerKey>,
    /// The rating in millionths of its scale: 1,000,000 is the best. Comments may have none.
    pub score_micros: Option<i64>,
}
