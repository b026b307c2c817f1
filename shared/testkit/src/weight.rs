//! The contract of events and weights, restated for tests: independent of the seeded table and of any SQL.

/// The contract: event, micro-points, and the counter that it raises (view, purchase, favorite, cart, review).
pub const WEIGHTS: [(&str, i64, Option<usize>); 24] = [
    ("purchase", 800_000, Some(1)),
    ("add_to_favorites", 600_000, Some(2)),
    ("checkout_started", 600_000, None),
    ("add_to_cart", 500_000, Some(3)),
    ("write_review", 500_000, Some(4)),
    ("rating_high", 400_000, Some(4)),
    ("view", 300_000, Some(0)),
    ("ask_question", 250_000, None),
    ("click_from_search", 200_000, None),
    ("click_from_recommendation", 150_000, None),
    ("view_similar_products", 150_000, None),
    ("click_from_category", 120_000, None),
    ("rating_medium", 100_000, Some(4)),
    ("product_impression", 100_000, None),
    ("view_bounce", -100_000, Some(0)),
    ("not_interested", -300_000, None),
    ("remove_from_cart", -300_000, Some(3)),
    ("hide_item", -350_000, None),
    ("rating_low", -500_000, Some(4)),
    ("dislike", -500_000, None),
    ("return_product", -600_000, None),
    ("cancel_order", -600_000, None),
    ("refund_requested", -700_000, None),
    ("report_product", -1_200_000, None),
];

/// Events that only the shop's own services may send.
pub const TRUSTED: [&str; 9] = [
    "purchase",
    "checkout_started",
    "write_review",
    "rating_high",
    "rating_medium",
    "rating_low",
    "return_product",
    "cancel_order",
    "refund_requested",
];
