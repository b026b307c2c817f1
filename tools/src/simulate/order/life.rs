//! What happens to an order after it is placed.

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
    /// Called off before it is paid.
    CancelledEarly,
    /// No payment succeeds, and the order is called off.
    Unpaid,
    /// Called off after it is paid; the money goes back.
    CancelledLate,
    Delivered,
    /// Sent back whole.
    Returned,
    /// Sent back in part.
    PartlyReturned,
}

/// The mix in percent.
const FATES: [(Fate, u32); 7] = [
    (Fate::Rejected, 2),
    (Fate::CancelledEarly, 4),
    (Fate::Unpaid, 2),
    (Fate::CancelledLate, 5),
    (Fate::Delivered, 79),
    (Fate::Returned, 5),
    (Fate::PartlyReturned, 3),
];
/// Ratings of one to five stars, in percent; most customers are content.
const STARS: [(u8, u32); 5] = [(1, 4), (2, 5), (3, 12), (4, 31), (5, 48)];
/// Shares of the orders that were delivered, and of the payments that fail first.
const RATED: f64 = 0.45;
const RATED_ANEW: f64 = 0.1;
const COMMENTED: f64 = 0.2;
const PAID_AT_SECOND_TRY: f64 = 0.08;
const REFUND_ANNOUNCED: f64 = 0.5;

impl Fate {
    pub(super) fn draw(rng: &mut ChaCha8Rng) -> Self {
        mix::draw(rng, &FATES)
    }
}

/// How a payment went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payment {
    Pending,
    Failed,
    Succeeded,
    Refunded,
}

/// One piece of news about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Placed,
    Checked {
        valid: bool,
    },
    Paid {
        attempt: u8,
        went: Payment,
    },
    Reserved,
    Shipped,
    Delivered,
    Cancelled,
    /// Money that goes back in minor units; all of it when no amount is named.
    Returned {
        refund_minor: Option<i64>,
    },
    Rated {
        stars: u8,
        /// A rating that was given before changes.
        anew: bool,
    },
    Commented,
}

/// The news of one order as they come to pass.
pub(super) struct Life<'r> {
    at: Timestamp,
    rng: &'r mut ChaCha8Rng,
    news: Vec<(Timestamp, News)>,
}

/// Tells the life of an order: its news in the order of time. Some of them may lie in the future.
pub(super) fn live(order: &Order<'_>, fate: Fate, rng: &mut ChaCha8Rng) -> Vec<(Timestamp, News)> {
    let mut life = Life { at: order.placed_at, rng, news: vec![(order.placed_at, News::Placed)] };
    life.run(order, fate);
    life.news
}

impl Life<'_> {
    /// Something happens after so many milliseconds.
    fn tell(&mut self, (least, most): (u64, u64), news: News) {
        self.at = after(self.at, self.rng.random_range(least..most));
        self.news.push((self.at, news));
    }

    fn run(&mut self, order: &Order<'_>, fate: Fate) {
        self.tell((SECOND, 20 * SECOND), News::Checked { valid: fate != Fate::Rejected });
        match fate {
            Fate::Rejected => return,
            Fate::CancelledEarly => return self.tell((MINUTE, 3 * HOUR), News::Cancelled),
            Fate::Unpaid => {
                self.fail_to_pay(1);
                self.fail_to_pay(2);
                return self.tell((HOUR, DAY), News::Cancelled);
            }
            _ => {}
        }
        let attempt = self.pay();
        self.tell((10 * SECOND, 5 * MINUTE), News::Reserved);
        if fate == Fate::CancelledLate {
            return self.call_off(attempt);
        }
        self.tell((4 * HOUR, 36 * HOUR), News::Shipped);
        self.tell((DAY, 4 * DAY), News::Delivered);
        match fate {
            Fate::Returned => self.tell((DAY, 6 * DAY), News::Returned { refund_minor: None }),
            Fate::PartlyReturned => {
                let refund_minor = Some(order.refund_of_one_line());
                self.tell((DAY, 6 * DAY), News::Returned { refund_minor });
            }
            _ => {}
        }
        self.judge();
    }

    fn fail_to_pay(&mut self, attempt: u8) {
        self.tell((20 * SECOND, 4 * MINUTE), News::Paid { attempt, went: Payment::Failed });
    }

    /// Pays, perhaps at the second try, and returns which try it was.
    fn pay(&mut self) -> u8 {
        let attempt = if self.rng.random_bool(PAID_AT_SECOND_TRY) {
            self.fail_to_pay(1);
            2
        } else {
            self.tell((5 * SECOND, 30 * SECOND), News::Paid { attempt: 1, went: Payment::Pending });
            1
        };
        self.tell((5 * SECOND, 90 * SECOND), News::Paid { attempt, went: Payment::Succeeded });
        attempt
    }

    fn call_off(&mut self, attempt: u8) {
        self.tell((10 * MINUTE, 20 * HOUR), News::Cancelled);
        if self.rng.random_bool(REFUND_ANNOUNCED) {
            self.tell((MINUTE, HOUR), News::Paid { attempt, went: Payment::Refunded });
        }
    }

    /// The customer says what they think of the first product.
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
