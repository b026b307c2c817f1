-- store::popularity::list_page
CREATE OR REPLACE FUNCTION analytic.list_popularity_page(
    page_size bigint, skipped bigint
) RETURNS SETOF analytic.product_popularity
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $function$
#variable_conflict use_column
BEGIN
    -- two indexes: announced products and, unless the shop lists only those, all that no product event names
    RETURN QUERY
    WITH mode AS MATERIALIZED (
        SELECT announced_only FROM analytic.rank_generation ORDER BY id DESC LIMIT 1
    )
    SELECT * FROM (
        (SELECT * FROM analytic.product_popularity
         WHERE standing = 'announced' ORDER BY score_micros DESC, id LIMIT page_size + skipped)
        UNION ALL
        (SELECT * FROM analytic.product_popularity
         WHERE standing = 'unknown' AND id <> 'shopsignal-probe' AND (SELECT announced_only FROM mode) IS NOT true
         ORDER BY score_micros DESC, id LIMIT page_size + skipped)
    ) AS listed ORDER BY score_micros DESC, id LIMIT page_size OFFSET skipped;
END
$function$;
COMMENT ON FUNCTION analytic.list_popularity_page IS 'Returns a page of the top list, without the product of the probe, by its offset.';
