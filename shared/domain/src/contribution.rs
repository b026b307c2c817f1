//! What an order, an opinion or an event adds to each sales figure.
//!
//! The current contribution of each order is stored with it. When the order changes, the figures change by the new
//! contribution minus the old one. So they are exact however late, often or out of order events arrive, and a revoked
//! step is a change like any other.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::{AddAssign, Neg};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Currency, OrderStatus, ProductId};

/// A cell in which figures are summed. Times are the start of a minute; longer spans are sums of minutes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields carry the names of the columns, which are commented in the migration")]
pub enum Cell {
    /// Sales of the whole shop (`seller_id` empty) and of each seller.
    Sales { minute: Timestamp, seller_id: String, currency: Currency, payment_method: String },
    /// Sales of a product, by seller (empty when unknown).
    Product { minute: Timestamp, product_id: String, seller_id: String, currency: Currency },
    /// Sales of a category (empty when unknown).
    Category { minute: Timestamp, category_id: String, currency: Currency },
    /// What a customer spent.
    Customer { customer_key: String, currency: Currency },
    /// Orders by status, of the whole shop (`seller_id` empty) and of each seller.
    Status { seller_id: String, status: OrderStatus },
    /// Ratings of a product.
    Rating { product_id: String },
    /// Users who registered.
    Users { minute: Timestamp },
    /// Events by service and type.
    Events { minute: Timestamp, service: String, event_type: String },
}

/// The figures of a cell. Each kind of cell uses some of them; the others stay 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CellFigures {
    /// Orders placed (`Sales`, at the time of the order).
    #[serde(skip_serializing_if = "is_zero")]
    pub orders_placed: i64,
    /// Orders paid, at least in part (`Sales`, `Product`, `Category`, `Customer`; at the first payment).
    #[serde(skip_serializing_if = "is_zero")]
    pub orders_paid: i64,
    /// Orders cancelled (`Sales`).
    #[serde(skip_serializing_if = "is_zero")]
    pub orders_cancelled: i64,
    /// Orders returned (`Sales`).
    #[serde(skip_serializing_if = "is_zero")]
    pub orders_returned: i64,
    /// Quantity in thousandths (`Sales`, `Product`, `Category` at the first payment; `Status`).
    #[serde(skip_serializing_if = "is_zero")]
    pub items_milli: i64,
    /// Payments, gross, in minor units (at the time of each payment).
    #[serde(skip_serializing_if = "is_zero")]
    pub revenue_minor: i64,
    /// Refunds, in minor units (at the time of each refund).
    #[serde(skip_serializing_if = "is_zero")]
    pub refund_minor: i64,
    /// Shipping of paid orders, in minor units (`Sales`, at the first payment).
    #[serde(skip_serializing_if = "is_zero")]
    pub shipping_minor: i64,
    /// Tax of paid orders, in minor units (`Sales`, at the first payment).
    #[serde(skip_serializing_if = "is_zero")]
    pub tax_minor: i64,
    /// Fees of paid orders, in minor units (`Sales`, at the first payment).
    #[serde(skip_serializing_if = "is_zero")]
    pub fee_minor: i64,
    /// Orders (`Status`), ratings, users or events.
    #[serde(skip_serializing_if = "is_zero")]
    pub count: i64,
    /// Sum of the scores, in millionths of the scale (`Rating`).
    #[serde(skip_serializing_if = "is_zero")]
    pub score_micros: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(figure: &i64) -> bool {
    *figure == 0
}

impl AddAssign for CellFigures {
    fn add_assign(&mut self, other: Self) {
        self.orders_placed += other.orders_placed;
        self.orders_paid += other.orders_paid;
        self.orders_cancelled += other.orders_cancelled;
        self.orders_returned += other.orders_returned;
        self.items_milli += other.items_milli;
        self.shipping_minor += other.shipping_minor;
        self.tax_minor += other.tax_minor;
        self.fee_minor += other.fee_minor;
        self.revenue_minor += other.revenue_minor;
        self.refund_minor += other.refund_minor;
        self.count += other.count;
        self.score_micros += other.score_micros;
    }
}

impl Neg for CellFigures {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            orders_placed: -self.orders_placed,
            orders_paid: -self.orders_paid,
            orders_cancelled: -self.orders_cancelled,
            orders_returned: -self.orders_returned,
            items_milli: -self.items_milli,
            shipping_minor: -self.shipping_minor,
            tax_minor: -self.tax_minor,
            fee_minor: -self.fee_minor,
            revenue_minor: -self.revenue_minor,
            refund_minor: -self.refund_minor,
            count: -self.count,
            score_micros: -self.score_micros,
        }
    }
}

/// Figures by cell, sorted by cell: the order in which their rows are locked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(Cell, CellFigures)>", into = "Vec<(Cell, CellFigures)>")]
pub struct Contribution(BTreeMap<Cell, CellFigures>);

impl Contribution {
    /// Adds figures to a cell. A cell whose figures are all 0 vanishes.
    pub fn add(&mut self, cell: Cell, figures: CellFigures) {
        match self.0.entry(cell) {
            Entry::Vacant(vacant) if figures != CellFigures::default() => {
                vacant.insert(figures);
            }
            Entry::Vacant(_) => {}
            Entry::Occupied(mut sum) => {
                *sum.get_mut() += figures;
                if *sum.get() == CellFigures::default() {
                    sum.remove();
                }
            }
        }
    }

    /// Adds another contribution.
    pub fn merge(&mut self, other: &Self) {
        for (cell, figures) in &other.0 {
            self.add(cell.clone(), *figures);
        }
    }

    /// Subtracts another contribution.
    pub fn subtract(&mut self, other: &Self) {
        for (cell, figures) in &other.0 {
            self.add(cell.clone(), -*figures);
        }
    }

    /// Returns the cells with their figures, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Cell, &CellFigures)> {
        self.0.iter()
    }

    /// Says whether there are no figures.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<(Cell, CellFigures)>> for Contribution {
    fn from(pairs: Vec<(Cell, CellFigures)>) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl From<Contribution> for Vec<(Cell, CellFigures)> {
    fn from(contribution: Contribution) -> Self {
        contribution.0.into_iter().collect()
    }
}

/// The span that a row of a rollup table sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// A minute.
    Minute,
    /// A quarter of an hour: days of every time zone are made of whole ones.
    QuarterHour,
    /// A day (UTC).
    Day,
}

impl Grain {
    /// All grains.
    pub const ALL: [Self; 3] = [Self::Minute, Self::QuarterHour, Self::Day];

    /// Returns the name in the column `grain`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::QuarterHour => "quarter",
            Self::Day => "day",
        }
    }

    /// Returns the length in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::QuarterHour => 15 * 60,
            Self::Day => 24 * 60 * 60,
        }
    }

    /// Returns the start of the span that contains an instant.
    #[must_use]
    pub fn start(self, at: Timestamp) -> Timestamp {
        let seconds = self.seconds();
        Timestamp::from_second(at.as_second().div_euclid(seconds) * seconds).unwrap_or(at)
    }
}

/// The seller and category of a product, from an instant on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    /// The start.
    pub since: Timestamp,
    /// Its seller.
    pub seller_id: Option<String>,
    /// Its category.
    pub category_id: Option<String>,
}

/// What is known about a product that order lines and opinions refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution {
    /// The product (SPU) that the reference leads to.
    pub product_id: String,
    /// Its sellers and categories over time, in order.
    pub periods: Vec<Period>,
}

impl Attribution {
    /// Returns seller and category at an instant; before the first known period, those of the first.
    #[must_use]
    pub fn at(&self, moment: Timestamp) -> Option<&Period> {
        self.periods.iter().rfind(|period| period.since <= moment).or_else(|| self.periods.first())
    }

    /// Returns the id under which the product is scored; `None` for the nil UUID, which is not a product.
    #[must_use]
    pub fn product(&self) -> Option<ProductId> {
        self.product_id.parse().ok()
    }
}

/// The known products by the reference that leads to them. A missing one is not known yet.
pub type Attributions = BTreeMap<String, Attribution>;
