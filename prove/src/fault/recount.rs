//! The scores recounted from what was sent and from the table of the contract: independent of our SQL.

use std::collections::BTreeMap;

use testkit::weight::WEIGHTS;

/// A score in micro-points, then views, purchases, favorites, carts, reviews.
pub(super) type Sums = [i64; 6];

/// Sums these events (type, reference) per product.
pub(super) fn recount<'a>(events: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, Sums> {
    let mut products = BTreeMap::<String, Sums>::new();
    for (event_type, ref_id) in events {
        let known = WEIGHTS.iter().find(|(name, ..)| *name == event_type);
        let (Some((_, weight, counter)), Ok(_)) = (known, uuid::Uuid::try_parse(ref_id)) else { continue };
        let sums = products.entry(ref_id.to_owned()).or_default();
        sums[0] += weight;
        if let Some(place) = counter {
            sums[place + 1] += 1;
        }
    }
    products
}
