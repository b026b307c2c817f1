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
pub(super) enum Ending {
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
const ENDINGS: [(Ending, u32); 9] = [
    (Ending::Rejected, 2),
    (Ending::CancelledEarly, 4),
    (Ending::Unpaid, 2),
    (Ending::CancelledLate, 5),
    (Ending::Delivered, 74),
    (Ending::Returned, 5),
    (Ending::PartlyReturned, 3),
    (Ending::LineReturned, 2),
    (Ending::PartlyRefunded, 3),
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

impl Ending {
    /// Draws how an order ends.
    pub(super) fn draw(order: &Order<'_>, rng: &mut ChaCha8Rng) -> Self {
        match mix::draw(rng, &ENDINGS) {
            // Only refunds by the payment service say which of two payments is refunded.
            Self::PartlyReturned | Self::LineReturned if order.second_method.is_some() => Self::PartlyRefunded,
            ending => ending,
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
pub(super) enum OrderEvent {
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
    events: Vec<(Timestamp, OrderEvent)>,
    /// Attempts to pay so far.
    attempts: u8,
}

/// Generates the life cycle of an order: its events sorted by time. Some may lie in the future.
pub(super) fn live(order: &Order<'_>, ending: Ending, rng: &mut ChaCha8Rng) -> Vec<(Timestamp, OrderEvent)> {
    let mut life = Life { at: order.placed_at, rng, events: vec![(order.placed_at, OrderEvent::Placed)], attempts: 0 };
    life.run(order, ending);
    life.events
}

impl Life<'_> {
    /// An event after some milliseconds.
    fn emit(&mut self, (least, most): (u64, u64), event: OrderEvent) {
        self.at = after(self.at, self.rng.random_range(least..most));
        self.events.push((self.at, event));
    }

    fn run(&mut self, order: &Order<'_>, ending: Ending) {
        self.emit((SECOND, 20 * SECOND), OrderEvent::Checked { valid: ending != Ending::Rejected });
        match ending {
            Ending::Rejected => return,
            _ if order.first_lines.is_some() => self.emit((5 * SECOND, 20 * SECOND), OrderEvent::Edited),
            _ => {}
        }
        match ending {
            Ending::CancelledEarly => return self.emit((MINUTE, 3 * HOUR), OrderEvent::Cancelled),
            Ending::Unpaid => {
                self.fail_to_pay(order);
                self.fail_to_pay(order);
                return self.emit((HOUR, DAY), OrderEvent::Cancelled);
            }
            _ => {}
        }
        let payments = self.pay(order);
        self.emit((10 * SECOND, 5 * MINUTE), OrderEvent::Reserved);
        if ending == Ending::CancelledLate {
            return self.call_off(&payments);
        }
        self.emit((4 * HOUR, 36 * HOUR), OrderEvent::Shipped);
        self.emit((DAY, 4 * DAY), OrderEvent::Delivered);
        self.give_back(order, ending, &payments);
        self.rate();
    }

    fn fail_to_pay(&mut self, order: &Order<'_>) {
        let payment = self.attempt(order.method, order.total_minor());
        self.emit((20 * SECOND, 4 * MINUTE), OrderEvent::Paid { payment, outcome: Outcome::Failed });
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
                self.emit((5 * SECOND, 30 * SECOND), OrderEvent::Paid { payment: *payment, outcome: Outcome::Pending });
            }
            self.emit((5 * SECOND, 90 * SECOND), OrderEvent::Paid { payment: *payment, outcome: Outcome::Succeeded });
        }
        payments
    }

    fn call_off(&mut self, payments: &[Payment]) {
        self.emit((10 * MINUTE, 20 * HOUR), OrderEvent::Cancelled);
        if self.rng.random_bool(REFUND_ANNOUNCED) {
            for payment in payments {
                let refund = OrderEvent::Refunded { payment: *payment, minor: payment.minor, number: None };
                self.emit((MINUTE, HOUR), refund);
            }
        }
    }

    /// Refunds according to the outcome of a delivered order.
    fn give_back(&mut self, order: &Order<'_>, ending: Ending, payments: &[Payment]) {
        let Some(payment) = payments.last().copied() else { return };
        match ending {
            Ending::Returned => self.emit((DAY, 6 * DAY), OrderEvent::Returned { refund_minor: None }),
            Ending::PartlyReturned => {
                let refund_minor = Some(order.refund_of_one_line());
                self.emit((DAY, 6 * DAY), OrderEvent::Returned { refund_minor });
            }
            Ending::LineReturned => {
                let minor = order.first_line_minor();
                self.emit((DAY, 6 * DAY), OrderEvent::LineReturned { refund_minor: minor });
                self.emit((MINUTE, HOUR), OrderEvent::Refunded { payment, minor, number: None });
            }
            Ending::PartlyRefunded => {
                let minor = (payment.minor / GOODWILL).max(1);
                self.emit((HOUR, 2 * DAY), OrderEvent::Refunded { payment, minor, number: Some(1) });
                if self.rng.random_bool(REFUNDED_AGAIN) {
                    self.emit((HOUR, 2 * DAY), OrderEvent::Refunded { payment, minor, number: Some(2) });
                }
            }
            _ => {}
        }
    }

    /// The customer rates the first product.
    fn rate(&mut self) {
        if self.rng.random_bool(RATED) {
            let stars = mix::draw(self.rng, &STARS);
            self.emit((HOUR, 3 * DAY), OrderEvent::Rated { stars, anew: false });
            if self.rng.random_bool(RATED_ANEW) {
                let stars = mix::draw(self.rng, &STARS);
                self.emit((HOUR, DAY), OrderEvent::Rated { stars, anew: true });
            }
        }
        if self.rng.random_bool(COMMENTED) {
            self.emit((MINUTE, DAY), OrderEvent::Commented);
        }
    }
}
