-- store::product::get_attributions
SELECT named.reference, product.product_id, period.since, period.seller_id, period.category_id
FROM unnest($1::text[]) AS named (reference)
-- a product's own id takes precedence over an equal SKU; of several claims to a SKU the earliest counts
CROSS JOIN LATERAL (
    SELECT named.reference AS product_id, 0 AS rank, NULL::timestamptz AS claimed_at
    UNION ALL
    SELECT product_id, 1, claimed_at FROM analytic.product_sku WHERE sku = named.reference
    ORDER BY rank, claimed_at, product_id
) AS candidate
JOIN analytic.product USING (product_id)
JOIN analytic.product_period AS period USING (product_id)
ORDER BY named.reference, candidate.rank DESC, candidate.claimed_at DESC, candidate.product_id DESC, period.since
