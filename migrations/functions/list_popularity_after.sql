-- store::popularity::list_after
CREATE OR REPLACE FUNCTION analytic.list_popularity_after(
    after_score bigint, after_product text, page_size bigint
) RETURNS SETOF analytic.product_popularity
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $function$
#variable_conflict use_column
BEGIN
    -- two index ranges, because a single comparison cannot follow an index that is descending by score and ascending by id:
    -- first the remaining rows with the cursor's score, then the lower scores. Each of announced products and, unless the shop
    -- lists only those, of all that no product event names: only so much of both as the page can show is merged
    RETURN QUERY
    WITH mode AS MATERIALIZED (
        SELECT announced_only FROM analytic.rank_generation ORDER BY id DESC LIMIT 1
    )
    SELECT * FROM (
        (SELECT * FROM analytic.product_popularity
         WHERE standing = 'announced' AND score_micros = after_score AND id > after_product ORDER BY id LIMIT page_size)
        UNION ALL
        (SELECT * FROM analytic.product_popularity
         WHERE standing = 'announced' AND score_micros < after_score ORDER BY score_micros DESC, id LIMIT page_size)
        UNION ALL
        (SELECT * FROM analytic.product_popularity
         WHERE standing = 'unknown' AND id <> 'shopsignal-probe' AND (SELECT announced_only FROM mode) IS NOT true
           AND score_micros = after_score AND id > after_product ORDER BY id LIMIT page_size)
        UNION ALL
        (SELECT * FROM analytic.product_popularity
         WHERE standing = 'unknown' AND id <> 'shopsignal-probe' AND (SELECT announced_only FROM mode) IS NOT true
           AND score_micros < after_score ORDER BY score_micros DESC, id LIMIT page_size)
    ) AS listed ORDER BY score_micros DESC, id LIMIT page_size;
END
$function$;
COMMENT ON FUNCTION analytic.list_popularity_after IS 'Returns the rows of the top list after one, without the product of the probe.';
