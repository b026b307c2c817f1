//! The rules with which a shop corrects its recommendations.

use jiff::Timestamp;

use super::Placement;

/// The most rules in force at once: each is read by every recommendation.
pub const RULES_MAX: u32 = 200;
/// The last position that a product can be pinned to.
pub const RULE_POSITION_MAX: u32 = 100;
/// The largest factor of a boost, and the divisor of the smallest one that buries.
pub const RULE_FACTOR_MAX: f64 = 1_000.0;

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RuleAction {
    /// Shows a product at a position, from 1.
    Pin(u32),
    /// Multiplies scores by a factor above 1.
    Boost(f64),
    /// Multiplies scores by a factor below 1.
    Bury(f64),
    /// Never shows it.
    Exclude,
}

/// A rule that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRule {
    /// An unknown action.
    #[error("action: must be pin, boost, bury or exclude")]
    Action,
    /// A position for a rule that has none, or none for a pin.
    #[error("position: must be a whole number from 1 to {RULE_POSITION_MAX} to pin, and be left out otherwise")]
    Position,
    /// A factor for a rule that has none, none for one that needs it, or one out of range.
    #[error(
        "factor: must be above 1 and at most {RULE_FACTOR_MAX} to boost, below 1 and at least 0.001 to bury, and be left out otherwise"
    )]
    Factor,
    /// A pin of something else than a product.
    #[error("target: must be product to pin")]
    PinnedTarget,
    /// An end before the start.
    #[error("ends_at: must be after starts_at")]
    Ends,
    /// An end in the past.
    #[error("ends_at: must be in the future")]
    Over,
}

impl RuleAction {
    /// Reads an action with its number.
    ///
    /// # Errors
    /// The part that is missing, superfluous or out of range.
    pub fn read(name: &str, position: Option<u32>, factor: Option<f64>) -> Result<Self, InvalidRule> {
        let in_range =
            |range: std::ops::RangeInclusive<f64>| factor.filter(|value| range.contains(value) && *value != 1.0);
        let action = match name {
            "pin" => {
                position.filter(|at| (1..=RULE_POSITION_MAX).contains(at)).map(Self::Pin).ok_or(InvalidRule::Position)
            }
            "boost" => in_range(1.0..=RULE_FACTOR_MAX).map(Self::Boost).ok_or(InvalidRule::Factor),
            "bury" => in_range(1.0 / RULE_FACTOR_MAX..=1.0).map(Self::Bury).ok_or(InvalidRule::Factor),
            "exclude" => Ok(Self::Exclude),
            _ => Err(InvalidRule::Action),
        }?;
        if position.is_some() != action.position().is_some() {
            return Err(InvalidRule::Position);
        }
        if factor.is_some() == action.factor().is_some() { Ok(action) } else { Err(InvalidRule::Factor) }
    }

    /// Returns the name, on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pin(_) => "pin",
            Self::Boost(_) => "boost",
            Self::Bury(_) => "bury",
            Self::Exclude => "exclude",
        }
    }

    /// Returns the position of a pin.
    #[must_use]
    pub const fn position(self) -> Option<u32> {
        if let Self::Pin(at) = self { Some(at) } else { None }
    }

    /// Returns the factor of scores.
    #[must_use]
    pub const fn factor(self) -> Option<f64> {
        if let Self::Boost(factor) | Self::Bury(factor) = self { Some(factor) } else { None }
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleTarget {
    /// One product.
    Product,
    /// All products of a category.
    Category,
    /// All products of a seller.
    Seller,
}

impl RuleTarget {
    /// Every target.
    pub const ALL: [Self; 3] = [Self::Product, Self::Category, Self::Seller];

    /// Returns the name, on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Category => "category",
            Self::Seller => "seller",
        }
    }
}

/// A rule before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRule {
    /// What it does.
    pub action: RuleAction,
    /// What it is about.
    pub target: RuleTarget,
    /// The id of that.
    pub target_id: String,
    /// Where it holds; `None` for everywhere.
    pub placement: Option<Placement>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when; `None` for ever.
    pub ends_at: Option<Timestamp>,
    /// Why, for whoever reads the list.
    pub reason: String,
}

impl NewRule {
    /// Checks what its parts do not show alone.
    ///
    /// # Errors
    /// The part that contradicts another.
    pub fn check(self, now: Timestamp) -> Result<Self, InvalidRule> {
        if self.action.position().is_some() && self.target != RuleTarget::Product {
            return Err(InvalidRule::PinnedTarget);
        }
        match self.ends_at {
            Some(end) if end <= self.starts_at => Err(InvalidRule::Ends),
            Some(end) if end <= now => Err(InvalidRule::Over),
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_its_number_and_no_other() {
        assert_eq!(RuleAction::read("pin", Some(3), None), Ok(RuleAction::Pin(3)));
        assert_eq!(RuleAction::read("boost", None, Some(1.5)), Ok(RuleAction::Boost(1.5)));
        assert_eq!(RuleAction::read("bury", None, Some(0.1)), Ok(RuleAction::Bury(0.1)));
        assert_eq!(RuleAction::read("exclude", None, None), Ok(RuleAction::Exclude));
        for (name, position, factor, refused) in [
            ("pin", None, None, InvalidRule::Position),
            ("pin", Some(0), None, InvalidRule::Position),
            ("pin", Some(101), None, InvalidRule::Position),
            ("pin", Some(1), Some(2.0), InvalidRule::Factor),
            ("boost", None, None, InvalidRule::Factor),
            ("boost", None, Some(1.0), InvalidRule::Factor),
            ("boost", None, Some(f64::NAN), InvalidRule::Factor),
            ("boost", None, Some(f64::INFINITY), InvalidRule::Factor),
            ("boost", Some(1), Some(2.0), InvalidRule::Position),
            ("bury", None, Some(0.0), InvalidRule::Factor),
            ("bury", None, Some(-1.0), InvalidRule::Factor),
            ("exclude", None, Some(0.5), InvalidRule::Factor),
            ("hide", None, None, InvalidRule::Action),
        ] {
            assert_eq!(RuleAction::read(name, position, factor), Err(refused), "{name} {position:?} {factor:?}");
        }
    }

    #[test]
    fn a_rule_ends_after_it_starts_and_only_products_are_pinned() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-20T12:00:00Z");
        let rule = |action, target, ends_at: Option<&str>| {
            let (reason, target_id) = ("sale".to_owned(), "x".to_owned());
            NewRule { action, target, target_id, placement: None, starts_at: now, ends_at: ends_at.map(at), reason }
                .check(now)
        };
        assert!(rule(RuleAction::Pin(1), RuleTarget::Product, None).is_ok());
        assert!(rule(RuleAction::Exclude, RuleTarget::Seller, Some("2026-11-21T00:00:00Z")).is_ok());
        assert_eq!(rule(RuleAction::Pin(1), RuleTarget::Seller, None), Err(InvalidRule::PinnedTarget));
        assert_eq!(rule(RuleAction::Exclude, RuleTarget::Seller, Some("2026-11-20T12:00:00Z")), Err(InvalidRule::Ends));
        let over = NewRule {
            starts_at: at("2026-11-01T00:00:00Z"),
            ends_at: Some(at("2026-11-02T00:00:00Z")),
            ..rule(RuleAction::Exclude, RuleTarget::Seller, None).unwrap()
        };
        assert_eq!(over.check(now), Err(InvalidRule::Over));
    }
}
