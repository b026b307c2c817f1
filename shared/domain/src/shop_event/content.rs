//! What events say of orders, products and opinions.

use serde::{Deserialize, Serialize};

use crate::{Amount, CustomerKey, Denomination, Quantity};

/// One line of an order, as an event tells it. Its price, its total, or both are known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderLine {
    /// What was ordered, as the shop names it: an SPU or a SKU. Product events say which. Empty when the shop names nothing.
    pub reference: String,
    /// How much, above 0.
    pub quantity_milli: Quantity,
    /// The price of one piece.
    pub price: Option<Amount>,
    /// The price of the line, after its discount.
    pub total: Option<Amount>,
    /// The seller, when the line names one.
    pub seller_id: Option<String>,
    /// The category, when the line names one.
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

/// What an event says an order is. What it leaves out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderContent {
    /// Who ordered.
    pub customer: Option<CustomerKey>,
    /// The seller of the whole order, when there is one.
    pub seller_id: Option<String>,
    /// The currency of all amounts here.
    pub currency: Denomination,
    /// The total as the shop gave it; the lines may add up to something else (shipping, discounts).
    pub total: Option<Amount>,
    /// What shipping costs.
    pub shipping: Option<Amount>,
    /// The tax, on top of the lines or within them.
    pub tax: Option<Amount>,
    /// The discount on the order as a whole.
    pub discount: Option<Amount>,
    /// What the shop takes for a method of payment, for packing and the like.
    pub fee: Option<Amount>,
    /// How it is paid.
    pub payment_method: Option<String>,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
}

/// What a return says came back.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReturnedItem {
    /// What, as the order names it.
    pub reference: String,
    /// How much of it; `None` is all of it.
    pub quantity_milli: Option<Quantity>,
}

/// What a product event says about a product. What it leaves out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProductFacts {
    /// Who sells it.
    pub seller_id: Option<String>,
    /// Where it belongs.
    pub category_id: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// The SKUs that are this product.
    pub skus: Vec<String>,
}

/// An opinion about a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opinion {
    /// The rating's or the comment's id.
    pub id: String,
    /// The product, as the shop names it (SPU or SKU). An update need not repeat it.
    pub reference: Option<String>,
    /// Whose opinion.
    pub customer: Option<CustomerKey>,
    /// The rating in millionths of its scale: 1,000,000 is the best. Comments may have none.
    pub score_micros: Option<i64>,
}
