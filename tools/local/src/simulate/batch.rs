//! Groups the items of each sender into requests, because a request has one token.

use std::collections::BTreeMap;

use super::crowd::{Crowd, Item, Sender};

/// The items of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) sender: Sender,
    pub(super) items: Vec<Item>,
}

/// The requests of a run, in order. A request is ready when it is full, incomplete ones at the end.
pub(super) struct Batches {
    crowd: std::iter::Take<Crowd>,
    size: usize,
    open: BTreeMap<Sender, Vec<Item>>,
}

impl Batches {
    /// Takes the first `interactions` actions of a crowd, at most `size` per request.
    pub(super) fn new(crowd: Crowd, interactions: usize, size: usize) -> Self {
        Self { crowd: crowd.take(interactions), size, open: BTreeMap::new() }
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        for (sender, item) in self.crowd.by_ref() {
            let items = self.open.entry(sender).or_default();
            items.push(item);
            if items.len() >= self.size {
                return Some(Batch { sender, items: std::mem::take(items) });
            }
        }
        while let Some((sender, items)) = self.open.pop_first() {
            if !items.is_empty() {
                return Some(Batch { sender, items });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::crowd::Population;
    use crate::simulate::identity::ProductIds;

    #[test]
    fn every_action_is_in_one_request_of_its_sender() {
        let crowd = || {
            Crowd::new(Population {
                seed: 1,
                run: "a".to_owned(),
                shoppers: 7,
                products: 10,
                product_ids: ProductIds::Uuid,
                guests: 0.1,
            })
        };
        let batches: Vec<_> = Batches::new(crowd(), 1_003, 25).collect();
        let mut sent: Vec<_> = batches.iter().flat_map(|b| b.items.iter().map(|i| (b.sender, i.clone()))).collect();
        let mut done: Vec<_> = crowd().take(1_003).collect();
        sent.sort_by_key(|(_, item)| item.event_id);
        done.sort_by_key(|(_, item)| item.event_id);
        assert_eq!(sent, done);
        assert!(batches.iter().all(|batch| (1..=25).contains(&batch.items.len())));
    }
}
