//! Recommendations: where they are shown, where each comes from, and the order in which they are shown.
//!
//! Postgres scores the candidates; [`arrange`] applies what a score cannot express: products pinned to positions, and no
//! long runs of one seller or one category. The rules of the shop are [`NewRule`]s.

mod arrange;
mod lift;
mod rule;

use uuid::Uuid;

use crate::{Actor, ProductId};

pub use arrange::{Page, arrange};
pub use lift::{Lift, Results, Share, lift};
pub use rule::{InvalidRule, NewRule, RULE_FACTOR_MAX, RULE_POSITION_MAX, RULES_MAX, RuleAction, RuleTarget};

/// Where recommendations are shown, which decides what they begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placement {
    /// Beside a product: what is seen in the same visits.
    Viewed,
    /// Beside a product: what is bought together with it.
    Bought,
    /// For a session, from what happened in it.
    Session,
    /// For an account, from its visits.
    Personal,
    /// For an account: what it is likely to buy again.
    Again,
    /// Beside a cart.
    Cart,
}

impl Placement {
    /// Every placement.
    pub const ALL: [Self; 6] = [Self::Viewed, Self::Bought, Self::Session, Self::Personal, Self::Again, Self::Cart];

    /// Returns the name, on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewed => "viewed",
            Self::Bought => "bought",
            Self::Session => "session",
            Self::Personal => "personal",
            Self::Again => "again",
            Self::Cart => "cart",
        }
    }

    /// Says whether a control group exists there: where a visitor is known, and what is popular is an alternative.
    #[must_use]
    pub const fn has_control_group(self) -> bool {
        matches!(self, Self::Session | Self::Personal)
    }
}

/// Where a recommended product comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The history of the visitor.
    Personal,
    /// The products that were given.
    Similar,
    /// The trend, of a category or of the shop.
    Popular,
    /// A rule of the shop.
    Pinned,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Personal, Self::Similar, Self::Popular, Self::Pinned];

    /// Returns the name, on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Similar => "similar",
            Self::Popular => "popular",
            Self::Pinned => "pinned",
        }
    }
}

/// Why a product is recommended: the product that contributed most, and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The product that the visitor met, or that was given.
    pub because: ProductId,
    /// The visitor's event; `None` when the product was given.
    pub event_type: Option<String>,
}

/// A product that can be recommended.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The product.
    pub product_id: ProductId,
    /// What it is ordered by, comparable within its source only.
    pub score: f64,
    /// Where it comes from.
    pub source: Source,
    /// Why; `None` for what is popular or pinned.
    pub reason: Option<Reason>,
    /// Its category; `None` when unknown.
    pub category_id: Option<String>,
    /// Its seller; `None` when unknown.
    pub seller_id: Option<String>,
    /// The position that a rule pins it to, from 1.
    pub pinned_at: Option<u32>,
    /// Stands for the product in a cursor.
    pub mark: i64,
}

/// Which of two treatments a visitor gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arm {
    /// What was learned.
    Learned,
    /// What is popular, to compare with.
    Control,
}

impl Arm {
    /// Every arm.
    pub const ALL: [Self; 2] = [Self::Learned, Self::Control];

    /// Returns the name, on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Learned => "learned",
            Self::Control => "control",
        }
    }

    /// Assigns a visitor: always the same arm while the share stays, and a larger share only adds visitors to the
    /// control group.
    #[must_use]
    pub fn of(visitor: Actor, holdout_percent: u8) -> Self {
        // The actor is a hash, so any part of it is evenly distributed.
        let share = visitor.as_uuid().as_u128() % 10_000;
        if share < u128::from(holdout_percent) * 100 { Self::Control } else { Self::Learned }
    }

    /// Returns the letter in a recommendation id.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Learned => 'l',
            Self::Control => 'c',
        }
    }
}

/// Writes the id of an answer, which says what clicks that name it are counted for: version, placement, arm, and a random
/// part. No row is written for it.
#[must_use]
pub fn recommendation_id(placement: Placement, arm: Arm, random: Uuid) -> String {
    format!("r1-{}-{}-{random}", placement.as_str(), arm.letter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_where_and_to_whom_it_was_shown() {
        let id = recommendation_id(Placement::Viewed, Arm::Learned, Uuid::from_u128(7));
        assert_eq!(id, "r1-viewed-l-00000000-0000-0000-0000-000000000007");
        assert!(recommendation_id(Placement::Personal, Arm::Control, Uuid::nil()).starts_with("r1-personal-c-"));
    }

    #[test]
    fn the_control_group_has_its_share_and_only_grows() {
        let visitors: Vec<_> = (0..2_000).map(|n: u32| Actor::of_session(&n.to_string())).collect();
        let control = |percent| visitors.iter().filter(move |actor| Arm::of(**actor, percent) == Arm::Control);
        assert_eq!((control(0).count(), control(100).count()), (0, visitors.len()));
        let tenth = control(10).count();
        assert!((140..260).contains(&tenth), "{tenth} of 2,000");
        assert!(control(10).all(|actor| Arm::of(*actor, 20) == Arm::Control));
    }
}
