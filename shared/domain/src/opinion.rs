//! The state of a rating or comment, from its known events.

use jiff::Timestamp;

use crate::shop_event::sequence;
use crate::{CustomerKey, Fact, Opinion, ShopEvent};

/// From this share of its scale a rating is high, in millionths.
pub const RATING_HIGH_MICROS: i64 = 800_000;
/// From this share of its scale a rating is medium, in millionths.
pub const RATING_MEDIUM_MICROS: i64 = 400_000;

/// What is known about a rating or comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpinionState {
    /// When it was created; `None` as long as only updates of it are known.
    pub given_at: Option<Timestamp>,
    /// The initial score: it decides the derived interaction, which is recorded once.
    pub first_score_micros: Option<i64>,
    /// The product, by the shop's id.
    pub reference: Option<String>,
    /// The author.
    pub customer: Option<CustomerKey>,
    /// The current score.
    pub score_micros: Option<i64>,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl OpinionState {
    /// Reads the events of one rating or comment, sorted as those of an order. Repeated ones count once.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Self {
        let mut state = Self::default();
        for event in sequence(events) {
            match &event.fact {
                Fact::RatingAdded(opinion) | Fact::CommentCreated(opinion) => {
                    if state.given_at.is_none() {
                        state.given_at = Some(event.occurred_at);
                        state.first_score_micros = opinion.score_micros;
                    }
                    state.merge(opinion);
                }
                Fact::RatingUpdated(opinion) | Fact::CommentUpdated(opinion) => state.merge(opinion),
                Fact::RatingDeleted(opinion) | Fact::CommentDeleted(opinion) => {
                    state.merge(opinion);
                    state.deleted = true;
                }
                _ => {}
            }
        }
        state
    }

    /// The first product and customer stay, the latest score counts.
    fn merge(&mut self, opinion: &Opinion) {
        if self.reference.is_none() {
            self.reference.clone_from(&opinion.reference);
        }
        if self.customer.is_none() {
            self.customer.clone_from(&opinion.customer);
        }
        self.score_micros = opinion.score_micros.or(self.score_micros);
    }
}

/// Returns the interaction type of a rating.
#[must_use]
pub fn rating_event_type(score_micros: i64) -> &'static str {
    if score_micros >= RATING_HIGH_MICROS {
        "rating_high"
    } else if score_micros >= RATING_MEDIUM_MICROS {
        "rating_medium"
    } else {
        "rating_low"
    }
}
