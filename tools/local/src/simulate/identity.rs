//! Ids derived from the seed, so that a repeated run sends the same events and shoppers return.

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

/// The digits of a ULID (Crockford's base 32).
const BASE_32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How a shop identifies its products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ProductIds {
    /// UUIDs.
    #[default]
    Uuid,
    /// Whole numbers, written as JSON numbers.
    Integer,
    /// Global ids with a scheme and a path, such as `gid://shop/Product/1`.
    Gid,
    /// ULIDs.
    Ulid,
    /// Object ids: 24 hexadecimal digits.
    ObjectId,
}

impl ProductIds {
    /// The id of the product with a rank.
    pub(super) fn id(self, seed: u64, rank: u64) -> String {
        let uuid = id(seed, Kind::Product, rank);
        let (high, _) = id(seed, Kind::Product, 0).as_u64_pair();
        // At most 11 digits, so that no number looks like a card number; ranks below a million never collide with those
        // of another seed.
        let integer = (1 + (high >> 48)) * 1_000_000 + rank;
        match self {
            Self::Uuid => uuid.to_string(),
            Self::Integer => integer.to_string(),
            Self::Gid => format!("gid://shop/Product/{integer}"),
            Self::Ulid => (0..26).rev().map(|digit| base_32(uuid.as_u128() >> (5 * digit))).collect(),
            Self::ObjectId => uuid.simple().to_string().chars().take(24).collect(),
        }
    }
}

fn base_32(value: u128) -> char {
    char::from(BASE_32[usize::try_from(value % 32).unwrap_or_default()])
}

/// What an id is generated for; ids of different kinds never collide.
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
    use std::collections::BTreeSet;

    use clap::ValueEnum as _;
    use domain::ProductId;

    use super::*;

    #[test]
    fn products_have_an_id_of_the_kind_that_the_shop_uses() {
        let shown: Vec<_> = ProductIds::value_variants().iter().map(|ids| ids.id(7, 3)).collect();
        let [uuid, integer, gid, ulid, object] = &shown[..] else { panic!("{shown:?}") };
        assert_eq!(uuid.parse::<Uuid>().unwrap().to_string(), *uuid);
        assert!(integer.parse::<u64>().unwrap() % 1_000_000 == 3 && integer.len() <= 11, "{integer}");
        assert_eq!(*gid, format!("gid://shop/Product/{integer}"));
        assert!(ulid.len() == 26 && ulid.as_bytes()[0] <= b'7', "{ulid}");
        assert!(object.len() == 24 && object.chars().all(|digit| digit.is_ascii_hexdigit()), "{object}");
        for ids in ProductIds::value_variants() {
            let distinct: BTreeSet<_> = (1..=1_000).map(|rank| ids.id(7, rank)).collect();
            assert_eq!(distinct.len(), 1_000, "{ids:?}");
            assert!(distinct.iter().all(|id| id.parse::<ProductId>().is_ok_and(|read| read.to_string() == *id)));
        }
    }

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
