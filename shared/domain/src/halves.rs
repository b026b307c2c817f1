//! Isolates the items that make a whole batch fail, by halving.

use std::ops::Range;

/// The halves of a batch that are still to be tried.
///
/// A batch that is refused for one of its items is tried again in halves; n items with one bad among them
/// take about 2 log2(n) tries. Halves come in the order of the batch.
#[derive(Debug)]
pub struct Halves(Vec<Range<usize>>);

impl Halves {
    /// Starts with the whole batch.
    #[must_use]
    pub fn of(items: usize) -> Self {
        let whole = 0..items;
        Self(std::iter::once(whole).filter(|part| !part.is_empty()).collect())
    }

    /// Puts the halves of a refused part back. Returns `false` for a single item: it is the bad one.
    pub fn split(&mut self, part: &Range<usize>) -> bool {
        if part.len() < 2 {
            return false;
        }
        let middle = part.start + part.len() / 2;
        self.0.push(middle..part.end);
        self.0.push(part.start..middle);
        true
    }
}

impl Iterator for Halves {
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
            let (mut halves, mut passed, mut found) = (Halves::of(bad.len()), Vec::new(), Vec::new());
            while let Some(part) = halves.next() {
                if !bad[part.clone()].contains(&true) {
                    passed.extend(part);
                } else if !halves.split(&part) {
                    found.push(part.start);
                }
            }
            let expect = |wanted: bool| (0..bad.len()).filter(|i| bad[*i] == wanted).collect::<Vec<_>>();
            prop_assert_eq!(passed, expect(false));
            prop_assert_eq!(found, expect(true));
        }
    }
}
