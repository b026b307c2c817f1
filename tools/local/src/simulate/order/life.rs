//! The life cycle of an order after it is placed.

use jiff::Timestamp;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::basket::Order;
use super::calendar::after;
use crate::simulate::mix;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How an order ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Rejected,
    /// Cancelled before it is paid.
    CancelledEarly,
    /// No payment succeeds, and the order is cancelled.
    Unpaid,
    /// Cancelled after it is paid; the money is refunded.
    CancelledLate,
    Delivered,
    /// Returned whole.
    Returned,
    /// Returned in part; the amount is named.
    PartlyReturned,
    /// Returned in part; lines and amount are named, and the payment service reports the same refund.
    LineReturned,
    /// Delivered, and part of the money is refunded as goodwill.
    PartlyRefunded,
}

/// The mix in percent.
const FATES: [(Fate, u32); 9] = [
    (Fate::Rejected, 2),
    (Fate::CancelledEarly, 4),
    (Fate::Unpaid, 2),
    (Fate::CancelledLate, 5),
    (Fate::Delivered, 74),
    (Fate::Returned, 5),
    (Fate::PartlyReturned, 3),
    (Fate::LineReturned, 2),
    (Fate::PartlyRefunded, 3),
];
/// Ratings of one to five stars, in percent; most customers are content.
const STARS: [(u8, u32); 5] = [(1, 4), (2, 5), (3, 12), (4, 31), (5, 48)];
/// Shares of the orders that were delivered, and of the payments that fail first.
const RATED: f64 = 0.45;
const RATED_ANEW: f64 = 0.1;
const COMMENTED: f64 = 0.2;
const PAID_AT_SECOND_TRY: f64 = 0.08;
const REFUND_ANNOUNCED: f64 = 0.5;
const REFUNDED_AGAIN: f64 = 0.4;
/// The first of two payments, in percent of the total.
const FIRST_PART: i64 = 60;
/// One goodwill refund, as a part of its payment.
const GOODWILL: i64 = 10;

impl Fate {
    /// Draws how an order ends.
    pub(super) fn draw(order: &Order<'_>, rng: &mut ChaCha8Rng) -> Self {
        match mix::draw(rng, &FATES) {
            // Only refunds by the payment service say which of two payments is refunded.
            Self::PartlyReturned | Self::LineReturned if order.second_method.is_some() => Self::PartlyRefunded,
            fate => fate,
        }
    }
}

/// The result of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Pending,
    Failed,
    Succeeded,
}

/// A payment of an order, or an attempt at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payment {
    /// Numbers the payments of an order, from 1.
    pub(super) number: u8,
    pub(super) method: &'static str,
    pub(super) minor: i64,
}

/// One event about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Placed,
    Edited,
    Checked {
        valid: bool,
    },
    Paid {
        payment: Payment,
        outcome: Outcome,
    },
    /// The payment service refunds money of a payment.
    Refunded {
        payment: Payment,
        minor: i64,
        /// Numbers the refund. Without a number it is the refund that a cancellation or return already reported.
        number: Option<u8>,
    },
    Reserved,
    Shipped,
    Delivered,
    Cancelled,
    /// The refund in minor units; everything when no amount is named.
    Returned {
        refund_minor: Option<i64>,
    },
    /// The first line is returned and refunded.
    LineReturned {
        refund_minor: i64,
    },
    Rated {
        stars: u8,
        /// An earlier rating changes.
        anew: bool,
    },
    Commented,
}

/// The events of one order as they happen.
pub(super) struct Life<'r> {
    at: Timestamp,
    rng: &'r mut ChaCha8Rng,
    news: Vec<(Timestamp, News)>,
    /// Attempts to pay so far.
    attempts: u8,
}

/// Generates the life cycle of an order: its events sorted by time. Some may lie in the future.
pub(super) fn live(order: &Order<'_>, fate: Fate, rng: &mut ChaCha8Rng) -> Vec<(Timestamp, News)> {
    let mut life = Life { at: order.placed_at, rng, news: vec![(order.placed_at, News::Placed)], attempts: 0 };
    life.run(order, fate);
    life.news
}

impl Life<'_> {
    /// An event after some milliseconds.
    fn tell(&mut self, (least, most): (u64, u64), news: News) {
        self.at = after(self.at, self.rng.random_range(least..most));
        self.news.push((self.at, news));
    }

    fn run(&mut self, order: &Order<'_>, fate: Fate) {
        self.tell((SECOND, 20 * SECOND), News::Checked { valid: fate != Fate::Rejected });
        match fate {
            Fate::Rejected => return,
            _ if order.first_lines.is_some() => self.tell((5 * SECOND, 20 * SECOND), News::Edited),
            _ => {}
        }
        match fate {
            Fate::CancelledEarly => return self.tell((MINUTE, 3 * HOUR), News::Cancelled),
            Fate::Unpaid => {
                self.fail_to_pay(order);
                self.fail_to_pay(order);
                return self.tell((HOUR, DAY), News::Cancelled);
            }
            _ => {}
        }
        let payments = self.pay(order);
        self.tell((10 * SECOND, 5 * MINUTE), News::Reserved);
        if fate == Fate::CancelledLate {
            return self.call_off(&payments);
        }
        self.tell((4 * HOUR, 36 * HOUR), News::Shipped);
        self.tell((DAY, 4 * DAY), News::Delivered);
        self.give_back(order, fate, &payments);
        self.judge();
    }

    fn fail_to_pay(&mut self, order: &Order<'_>) {
        let payment = self.attempt(order.method, order.total_minor());
        self.tell((20 * SECOND, 4 * MINUTE), News::Paid { payment, outcome: Outcome::Failed });
    }

    fn attempt(&mut self, method: &'static str, minor: i64) -> Payment {
        self.attempts += 1;
        Payment { number: self.attempts, method, minor }
    }

    /// Pays, perhaps at the second attempt, perhaps in two parts, and returns the payments.
    fn pay(&mut self, order: &Order<'_>) -> Vec<Payment> {
        let tried = self.rng.random_bool(PAID_AT_SECOND_TRY);
        if tried {
            self.fail_to_pay(order);
        }
        let total = order.total_minor();
        let first = if order.second_method.is_some() { total * FIRST_PART / 100 } else { total };
        let mut payments = vec![self.attempt(order.method, first)];
        payments.extend(order.second_method.map(|method| self.attempt(method, total - first)));
        for payment in &payments {
            if !tried {
                self.tell((5 * SECOND, 30 * SECOND), News::Paid { payment: *payment, outcome: Outcome::Pending });
            }
            self.tell((5 * SECOND, 90 * SECOND), News::Paid { payment: *payment, outcome: Outcome::Succeeded });
        }
        payments
    }

    fn call_off(&mut self, payments: &[Payment]) {
        self.tell((10 * MINUTE, 20 * HOUR), News::Cancelled);
        if self.rng.random_bool(REFUND_ANNOUNCED) {
            for payment in payments {
                let refund = News::Refunded { payment: *payment, minor: payment.minor, number: None };
                self.tell((MINUTE, HOUR), refund);
            }
        }
    }

    /// Refunds according to the outcome of a delivered order.
    fn give_back(&mut self, order: &Order<'_>, fate: Fate, payments: &[Payment]) {
        let Some(payment) = payments.last().copied() else { return };
        match fate {
            Fate::Returned => self.tell((DAY, 6 * DAY), News::Returned { refund_minor: None }),
            Fate::PartlyReturned => {
                let refund_minor = Some(order.refund_of_one_line());
                self.tell((DAY, 6 * DAY), News::Returned { refund_minor });
            }
            Fate::LineReturned => {
                let minor = order.first_line_minor();
                self.tell((DAY, 6 * DAY), News::LineReturned { refund_minor: minor });
                self.tell((MINUTE, HOUR), News::Refunded { payment, minor, number: None });
            }
            Fate::PartlyRefunded => {
                let minor = (payment.minor / GOODWILL).max(1);
                self.tell((HOUR, 2 * DAY), News::Refunded { payment, minor, number: Some(1) });
                if self.rng.random_bool(REFUNDED_AGAIN) {
                    self.tell((HOUR, 2 * DAY), News::Refunded { payment, minor, number: Some(2) });
                }
            }
            _ => {}
        }
    }

    /// The customer rates the first product.
    fn judge(&mut self) {
        if self.rng.random_bool(RATED) {
            let stars = mix::draw(self.rng, &STARS);
            self.tell((HOUR, 3 * DAY), News::Rated { stars, anew: false });
            if self.rng.random_bool(RATED_ANEW) {
                let stars = mix::draw(self.rng, &STARS);
                self.tell((HOUR, DAY), News::Rated { stars, anew: true });
            }
        }
        if self.rng.random_bool(COMMENTED) {
            self.tell((MINUTE, DAY), News::Commented);
        }
    }
}
