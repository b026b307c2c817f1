//! A finding and its id.

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Evidence, OrderFact};
use crate::{CustomerKey, ProductId};

/// An order that is older than this when it is reported is history: imported, or sent by a service that was down for
/// days.
const HISTORICAL_AGE: SignedDuration = SignedDuration::from_hours(24);

/// What was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Too many orders of one customer within a short time.
    OrderBurst,
    /// One order above the threshold of its currency.
    LargeOrder,
    /// Several orders of one customer with the same lines or the same amount within some time.
    SimilarOrders,
    /// Products put into a cart and not bought. A signal for the shop, not a suspicion.
    AbandonedCart,
    /// Most of a product's points come from few actors.
    PopularityPush,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 5] =
        [Self::OrderBurst, Self::LargeOrder, Self::SimilarOrders, Self::AbandonedCart, Self::PopularityPush];

    /// Returns the name in the database, on the wire and in queries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderBurst => "order_burst",
            Self::LargeOrder => "large_order",
            Self::SimilarOrders => "similar_orders",
            Self::AbandonedCart => "abandoned_cart",
            Self::PopularityPush => "popularity_push",
        }
    }

    /// Returns what a message says behind the number of orders or products, between an order and the limit, or behind the
    /// points of a product.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::OrderBurst => "orders within a short time",
            Self::LargeOrder => "above",
            Self::SimilarOrders => "orders that are alike",
            Self::AbandonedCart => "products left in a cart",
            Self::PopularityPush => "from few actors",
        }
    }

    /// Says whether an alert is sent at once. One message a cart would bury those about orders; carts are listed.
    #[must_use]
    pub fn alerts(self) -> bool {
        self != Self::AbandonedCart
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text).ok_or_else(|| format!("unknown rule {text:?}"))
    }
}

/// The subject of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingSubject {
    /// A customer.
    Customer(CustomerKey),
    /// An order without a customer.
    Order(String),
    /// A signed-in shopper.
    Account(Uuid),
    /// A product.
    Product(ProductId),
}

impl FindingSubject {
    /// Returns the subject of findings about one order alone.
    #[must_use]
    pub fn of_order(order: &OrderFact) -> Self {
        match &order.customer {
            Some(key) => Self::Customer(key.clone()),
            None => Self::Order(order.order_id.clone()),
        }
    }
}

impl fmt::Display for FindingSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(key) => write!(f, "customer:{key}"),
            Self::Order(id) => write!(f, "order:{id}"),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Product(id) => write!(f, "product:{id}"),
        }
    }
}

/// The window that a finding covers; within it the same rule finds the same subject once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// The hour (UTC) that begins at this instant.
    Hour(Timestamp),
    /// The day (UTC).
    Day(Date),
    /// One order, whenever it was placed.
    Order(String),
}

impl Window {
    /// Returns the hour that contains an instant.
    #[must_use]
    pub fn hour_of(instant: Timestamp) -> Self {
        Self::Hour(hour_start(instant))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hour(start) => write!(f, "{}", start.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H")),
            Self::Day(day) => write!(f, "{day}"),
            Self::Order(id) => write!(f, "order:{id}"),
        }
    }
}

/// Rounds down to the hour (UTC), also before 1970.
pub(super) fn hour_start(instant: Timestamp) -> Timestamp {
    let second = instant.as_second() - i64::from(instant.subsec_nanosecond() < 0);
    Timestamp::from_second(second - second.rem_euclid(3_600)).unwrap_or(Timestamp::MIN)
}

/// The id of a finding: a digest of rule, subject and window, and the idempotency key of its alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(pub Uuid);

impl FindingId {
    /// Computes the id from rule, subject and window. Equal exactly when all three are.
    #[must_use]
    pub fn of(rule: Rule, subject: &str, window: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [rule.as_str(), subject, window] {
            // The length separates parts that may contain any character.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        // Version 8: a UUID with custom content (RFC 9562, section 5.8).
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was broken.
    pub rule: Rule,
    /// By whom.
    pub subject: FindingSubject,
    /// When, as far as it names the finding.
    pub window: Window,
    /// The evidence. It grows while more facts of its window arrive, and ends up the same in any order.
    pub evidence: Evidence,
}

impl Finding {
    /// Says whether all of its evidence was old when it was reported: such orders can no longer be stopped, so no alert
    /// is sent.
    ///
    /// The reports are new orders, each with the instant at which it was reported. Of those of its subject that lie in
    /// the time of its evidence the one reported first decides: what else is new changes nothing. If none lies there (it
    /// was due before, but a threshold was higher), all of its subject count.
    #[must_use]
    pub fn is_historical(&self, reports: &[(OrderFact, Timestamp)]) -> bool {
        let of_subject = reports.iter().filter(|(order, _)| FindingSubject::of_order(order) == self.subject);
        let first = of_subject.min_by_key(|(order, reported_at)| (!self.covers(order), *reported_at));
        first.is_some_and(|(_, at)| at.duration_since(self.evidence.ends_at()) > HISTORICAL_AGE)
    }

    /// Says whether an order of its subject lies in the time of its evidence.
    fn covers(&self, order: &OrderFact) -> bool {
        match (&self.window, &self.evidence) {
            (Window::Order(id), _) => order.order_id == *id,
            (_, Evidence::Orders { from, to, .. }) => (from..=to).contains(&&order.placed_at),
            _ => false,
        }
    }

    /// Returns the id. Equal exactly when rule, subject and window are.
    #[must_use]
    pub fn id(&self) -> FindingId {
        FindingId::of(self.rule, &self.subject.to_string(), &self.window.to_string())
    }
}
