-- store::product::get_attributions
CREATE OR REPLACE FUNCTION analytic.get_attributions(
    product_references text[]
) RETURNS TABLE (reference text, product_id text, since timestamptz, seller_id text, category_id text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT named.reference, product.product_id, period.since, period.seller_id, period.category_id
    FROM unnest(product_references) AS named (reference)
    -- a product's own id takes precedence over an equal SKU; of several claims to a SKU the earliest counts
    CROSS JOIN LATERAL (
        SELECT named.reference AS product_id, 0 AS rank, NULL::timestamptz AS claimed_at
        UNION ALL
        SELECT product_id, 1, claimed_at FROM analytic.product_sku WHERE sku = named.reference
        ORDER BY rank, claimed_at, product_id
    ) AS candidate
    JOIN analytic.product USING (product_id)
    JOIN analytic.product_period AS period USING (product_id)
    ORDER BY named.reference, candidate.rank DESC, candidate.claimed_at DESC, candidate.product_id DESC, period.since;
END
$function$;
COMMENT ON FUNCTION analytic.get_attributions IS 'Returns the product, seller and category of references, by time.';
