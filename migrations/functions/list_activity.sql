-- store::activity::list
CREATE OR REPLACE FUNCTION analytic.list_activity(
    product text, grains text[], starts timestamptz[], range_end timestamptz
) RETURNS TABLE (id text, step int, counted bigint, capped bigint, excluded bigint, points_micros bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        -- for a SKU it is its product
        SELECT coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = product), product) AS id
    ), named AS MATERIALIZED (
        SELECT id AS reference FROM asked
        UNION ALL
        SELECT reference FROM analytic.product_reference WHERE product_id = (SELECT id FROM asked)
    ), known AS (
        SELECT EXISTS (SELECT FROM analytic.product_popularity WHERE id = (SELECT id FROM asked))
            OR EXISTS (SELECT FROM analytic.activity WHERE reference = ANY(ARRAY(SELECT reference FROM named))) AS known
    ), stepped AS (
        -- the steps are adjacent: each row belongs to the last one that starts before it
        SELECT width_bucket(bucket, starts) AS step, sum(counted)::bigint AS counted, sum(capped)::bigint AS capped,
               sum(excluded)::bigint AS excluded, coalesce(sum(counted * weight_micros), 0)::bigint AS points_micros
        FROM analytic.activity LEFT JOIN analytic.event_weight USING (event_type)
        WHERE reference = ANY(ARRAY(SELECT reference FROM named)) AND grain = ANY(grains)
          AND bucket >= starts[1] AND bucket < range_end
        GROUP BY 1
    )
    -- no row for what nothing is known of, one without a step when there is nothing in the range
    SELECT asked.id, stepped.step, stepped.counted, stepped.capped, stepped.excluded, stepped.points_micros
    FROM asked JOIN known ON known LEFT JOIN stepped ON true ORDER BY stepped.step;
END
$function$;
COMMENT ON FUNCTION analytic.list_activity IS 'Returns the activity of a product in adjacent steps of time, also by one of its SKUs.';
