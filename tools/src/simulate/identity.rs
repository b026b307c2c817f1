//! Ids that follow from the seed, so that a repeated run sends the same events and shoppers come back.

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

/// What an id is drawn for; ids of different kinds never meet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The product with a rank.
    Product,
    /// The account of a shopper.
    Account,
    /// The event at a position of the run with this name.
    Event(&'a str),
    /// A seller.
    Seller,
    /// A customer of the orders of a run.
    Customer(&'a str),
    /// An order of a run.
    Order(&'a str),
    /// What the back end says in a run.
    ShopEvent(&'a str),
}

/// Derives the id of number `index`: a UUID of version 8 made of SHA-256.
pub(super) fn id(seed: u64, kind: Kind<'_>, index: u64) -> Uuid {
    let (name, run) = match kind {
        Kind::Product => ("product", ""),
        Kind::Account => ("account", ""),
        Kind::Event(run) => ("event", run),
        Kind::Seller => ("seller", ""),
        Kind::Customer(run) => ("customer", run),
        Kind::Order(run) => ("order", run),
        Kind::ShopEvent(run) => ("shop event", run),
    };
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update(seed.to_be_bytes());
    hash.update(index.to_be_bytes());
    // Last, because it is the only part of varying length.
    hash.update(run);
    let digest = hash.finalize();
    Builder::from_custom_bytes(std::array::from_fn(|i| digest[i])).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_seed_kind_run_and_number() {
        let event = id(7, Kind::Event("monday"), 3);
        assert_eq!(event, id(7, Kind::Event("monday"), 3));
        let others = [
            id(8, Kind::Event("monday"), 3),
            id(7, Kind::Event("tuesday"), 3),
            id(7, Kind::Event("monday"), 4),
            id(7, Kind::Product, 3),
            id(7, Kind::Account, 3),
        ];
        assert!(!others.contains(&event));
        assert_eq!(event.get_version_num(), 8);
    }
}
