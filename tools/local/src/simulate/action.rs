//! What shoppers do, and how often.

use rand::Rng;

use super::mix;

/// One thing a shopper does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    View,
    AddToCart,
    AddToFavorites,
    RemoveFromCart,
    Purchase,
    BrowseCategory,
}

/// The mix in percent; it sums up to 100.
const MIX: [(Action, u32); 6] = [
    (Action::View, 40),
    (Action::AddToCart, 20),
    (Action::AddToFavorites, 15),
    (Action::RemoveFromCart, 10),
    (Action::Purchase, 10),
    (Action::BrowseCategory, 5),
];

impl Action {
    /// Draws an action of a signed-in shopper.
    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        mix::draw(rng, &MIX)
    }

    /// What a guest does instead: guests only browse.
    pub(super) fn as_guest(self) -> Self {
        match self {
            Self::BrowseCategory => self,
            _ => Self::View,
        }
    }

    /// The event type on the wire.
    pub(super) fn event_type(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::AddToCart => "add_to_cart",
            Self::AddToFavorites => "add_to_favorites",
            Self::RemoveFromCart => "remove_from_cart",
            Self::Purchase => "purchase",
            Self::BrowseCategory => "click_from_category",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn the_actions_keep_the_mix() {
        const DRAWS: u32 = 100_000;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut counts: BTreeMap<Action, u32> = BTreeMap::new();
        for _ in 0..DRAWS {
            *counts.entry(Action::draw(&mut rng)).or_default() += 1;
        }
        for (action, percent) in MIX {
            let share = f64::from(counts[&action]) / f64::from(DRAWS);
            // Six standard deviations of the widest share.
            assert!((share - f64::from(percent) / 100.0).abs() < 0.01, "{action:?}: {share}");
        }
        assert_eq!(MIX.iter().map(|(_, percent)| percent).sum::<u32>(), 100);
    }
}
