//! A collection without order in which an element may occur more than once.

use std::collections::BTreeSet;

/// Elements kept sorted, so that two bags with the same contents are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Bag<T>(Vec<T>);

impl<T> Default for Bag<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord + Clone> Bag<T> {
    /// Adds one occurrence.
    pub(crate) fn add(&mut self, element: T) {
        let place = self.0.partition_point(|other| *other < element);
        self.0.insert(place, element);
    }

    /// Removes one occurrence.
    pub(crate) fn remove(&mut self, element: &T) {
        let place = self.0.binary_search(element).expect("a step names what is there");
        self.0.remove(place);
    }

    /// Removes and returns all elements of a kind.
    pub(crate) fn remove_all(&mut self, of_the_kind: impl Fn(&T) -> bool) -> Vec<T> {
        self.0.extract_if(.., |element| of_the_kind(element)).collect()
    }

    /// Returns each different element once.
    pub(crate) fn distinct(&self) -> impl Iterator<Item = &T> {
        self.0.chunk_by(T::eq).filter_map(<[T]>::first)
    }

    /// Returns every occurrence.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// Returns each different pair of two occurrences once.
    pub(crate) fn distinct_pairs(&self) -> BTreeSet<[&T; 2]> {
        let firsts = self.0.iter().enumerate();
        firsts.flat_map(|(place, first)| self.0.iter().skip(place + 1).map(move |second| [first, second])).collect()
    }
}
