//! Draws one of several items by their shares.

use rand::{Rng, RngExt as _};

/// Draws an item of a mix. The shares may have any sum but 0.
pub(super) fn draw<T: Copy, const N: usize>(rng: &mut impl Rng, mix: &[(T, u32); N]) -> T {
    let mut rest = rng.random_range(0..mix.iter().map(|(_, share)| share).sum());
    for (thing, share) in mix {
        if rest < *share {
            return *thing;
        }
        rest -= share;
    }
    mix[0].0
}
