//! Isolates the items that make a whole batch fail, by halving.

use std::ops::Range;

/// The pieces of a batch that have not been tried yet.
///
/// A batch that is refused because of one of its items is retried in halves; n items with one bad item take about 2
/// log2(n) attempts. Pieces come in the order of the batch.
#[derive(Debug)]
pub struct Pieces(Vec<Range<usize>>);

impl Pieces {
    /// Starts with the whole batch.
    #[must_use]
    pub fn of(items: usize) -> Self {
        let whole = 0..items;
        Self(std::iter::once(whole).filter(|piece| !piece.is_empty()).collect())
    }

    /// Puts the halves of a refused piece back. Returns `false` for a single item: it is the bad one.
    pub fn split(&mut self, piece: &Range<usize>) -> bool {
        if piece.len() < 2 {
            return false;
        }
        let middle = piece.start + piece.len() / 2;
        self.0.push(middle..piece.end);
        self.0.push(piece.start..middle);
        true
    }
}

impl Iterator for Pieces {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        self.0.pop()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_the_bad_items_are_found_and_all_others_pass_in_order(bad in prop::collection::vec(any::<bool>(), 0..40)) {
            let (mut pieces, mut passed, mut found) = (Pieces::of(bad.len()), Vec::new(), Vec::new());
            while let Some(piece) = pieces.next() {
                if !bad[piece.clone()].contains(&true) {
                    passed.extend(piece);
                } else if !pieces.split(&piece) {
                    found.push(piece.start);
                }
            }
            let expect = |wanted: bool| (0..bad.len()).filter(|i| bad[*i] == wanted).collect::<Vec<_>>();
            prop_assert_eq!(passed, expect(false));
            prop_assert_eq!(found, expect(true));
        }
    }
}
