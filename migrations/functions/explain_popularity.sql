-- store::activity::explain
CREATE OR REPLACE FUNCTION analytic.explain_popularity(product text) RETURNS TABLE (
    id text, as_of timestamptz, score_micros bigint, event_type text, counted bigint, capped bigint, excluded bigint,
    weight_micros bigint
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        -- for a SKU it is its product
        SELECT coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = product), product) AS id
    ), scored AS (
        SELECT score_micros FROM analytic.product_popularity WHERE id = (SELECT id FROM asked)
    ), counted AS (
        -- what names the product, and what names its SKUs
        SELECT event_type, sum(counted)::bigint AS counted, sum(capped)::bigint AS capped, sum(excluded)::bigint AS excluded
        FROM analytic.activity
        WHERE reference = ANY(ARRAY(
            SELECT id FROM asked UNION ALL SELECT reference FROM analytic.product_reference WHERE product_id = (SELECT id FROM asked)))
        GROUP BY event_type
    )
    -- no row for what nothing is known of; one without an event for a product that has lost all of its SKUs
    SELECT asked.id, statement_timestamp(), coalesce(scored.score_micros, 0), counted.event_type, counted.counted,
           counted.capped, counted.excluded, weight.weight_micros
    FROM (scored FULL JOIN counted ON true) LEFT JOIN analytic.event_weight AS weight USING (event_type) CROSS JOIN asked
    ORDER BY abs(counted.counted * coalesce(weight.weight_micros, 0)) DESC, event_type;
END
$function$;
COMMENT ON FUNCTION analytic.explain_popularity IS 'Returns what the score of a product is the sum of, by event type; also by one of its SKUs.';
