//! The scores counted anew, from what was sent and from the table of the contract: independent of any SQL of ours.

use std::collections::BTreeMap;

/// Event, weight in micro-points, and the place of its counter (views, purchases, favorites, carts, reviews).
pub(super) const WEIGHTS: [(&str, i64, Option<usize>); 16] = [
    ("add_to_favorites", 600_000, Some(2)),
    ("add_to_cart", 500_000, Some(3)),
    ("view", 300_000, Some(0)),
    ("ask_question", 250_000, None),
    ("click_from_search", 200_000, None),
    ("click_from_recommendation", 150_000, None),
    ("view_similar_products", 150_000, None),
    ("click_from_category", 120_000, None),
    ("product_impression", 100_000, None),
    ("view_bounce", -100_000, Some(0)),
    ("not_interested", -300_000, None),
    ("remove_from_cart", -300_000, Some(3)),
    ("hide_item", -350_000, None),
    ("dislike", -500_000, None),
    ("report_product", -1_200_000, None),
    // Twice as likely as the others, as it is in a shop.
    ("view", 300_000, Some(0)),
];

/// A score in micro-points, then views, purchases, favorites, carts, reviews.
pub(super) type Sums = [i64; 6];

/// Adds up what these events (type, reference) make of each product.
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
