//! Products that few actors push up.
//!
//! Daily caps bound what one actor adds to a product; several accounts, or a network, can still carry a product that hardly
//! anybody else looks at. This rule compares what the strongest actors hold with all points of the product.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Evidence, Finding, FindingSubject, Rule, Window};
use crate::{Micros, ProductId};

/// When points are concentrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushLimits {
    /// How many actors are looked at: those with the most points.
    pub actors: u8,
    /// Their share, in percent, from which on it is a push.
    pub share_percent: u8,
    /// A product with fewer points than this in its day is none: three shoppers may well be all that it has.
    pub least: Micros,
}

impl Default for PushLimits {
    /// The defaults of template.yaml.
    fn default() -> Self {
        Self { actors: 3, share_percent: 80, least: Micros(20_000_000) }
    }
}

/// What somebody is whose events have a cap of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// An account, or a guest of whom no network is known.
    Shopper,
    /// All guests of a network together.
    Network,
}

impl ActorKind {
    /// Returns the name in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Network => "network",
        }
    }
}

/// The points of one actor on one product. It names nobody: evidence is sent to chats, where no erasure finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorPoints {
    /// What it is.
    pub kind: ActorKind,
    /// Points of its events that add to the score.
    pub points: Micros,
}

/// Where the points of one product came from within 24 hours and the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDay {
    /// The product.
    pub product_id: ProductId,
    /// The start of the first of these hours.
    pub from: Timestamp,
    /// The time up to which events are known.
    pub to: Timestamp,
    /// Points of all events that add to the score, also of those that have no cap.
    pub points: Micros,
    /// How many actors have points under a cap.
    pub actor_count: usize,
    /// Those with the most points, the most first.
    pub strongest: Vec<ActorPoints>,
}

impl ProductDay {
    /// Returns the finding that the product is pushed, if it is: once a product and day (UTC).
    #[must_use]
    pub fn evaluate(self, limits: &PushLimits) -> Option<Finding> {
        let strongest: Vec<_> = self.strongest.into_iter().take(limits.actors.into()).collect();
        let held: i64 = strongest.iter().map(|actor| actor.points.0).sum();
        let is_concentrated = i128::from(held) * 100 >= i128::from(self.points.0) * i128::from(limits.share_percent);
        if self.points < limits.least || !is_concentrated {
            return None;
        }
        Some(Finding {
            rule: Rule::PopularityPush,
            subject: FindingSubject::Product(self.product_id),
            window: Window::Day(self.to.to_zoned(TimeZone::UTC).date()),
            evidence: Evidence::Push {
                from: self.from,
                to: self.to,
                points: self.points,
                held: Micros(held),
                actor_count: self.actor_count,
                strongest,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(points: i64, strongest: &[i64]) -> ProductDay {
        let actor = |points: &i64| ActorPoints { kind: ActorKind::Shopper, points: Micros(points * 1_000_000) };
        ProductDay {
            product_id: "p-1".parse().unwrap(),
            from: "2026-11-19T23:00:00Z".parse().unwrap(),
            to: "2026-11-20T23:59:59Z".parse().unwrap(),
            points: Micros(points * 1_000_000),
            actor_count: strongest.len(),
            strongest: strongest.iter().map(actor).collect(),
        }
    }

    fn is_push(points: i64, strongest: &[i64]) -> bool {
        day(points, strongest).evaluate(&PushLimits::default()).is_some()
    }

    #[test]
    fn points_are_concentrated_when_the_strongest_three_hold_four_fifths_of_twenty() {
        assert!(is_push(20, &[16]), "one holds 80 percent");
        assert!(is_push(20, &[6, 5, 5, 4]), "three hold 80 percent");
        assert!(!is_push(100, &[30, 25, 24, 21]), "79 percent; the fourth is not looked at");
        assert!(!is_push(19, &[19]), "too few points");
        assert!(!is_push(20, &[]), "purchases name no actor");
    }

    #[test]
    fn a_finding_names_the_product_and_the_day_and_nobody() {
        let found = day(25, &[9, 8, 7, 1]).evaluate(&PushLimits::default()).unwrap();
        assert_eq!((found.subject.to_string(), found.window.to_string()), ("product:p-1".into(), "2026-11-20".into()));
        let Evidence::Push { points, held, actor_count, strongest, .. } = &found.evidence else {
            panic!("other evidence: {found:?}");
        };
        assert_eq!((points.0, held.0, *actor_count, strongest.len()), (25_000_000, 24_000_000, 4, 3));
        assert!(found.rule.alerts());
    }
}
