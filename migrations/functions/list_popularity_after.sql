-- store::popularity::list_after
CREATE OR REPLACE FUNCTION analytic.list_popularity_after(
    after_score bigint, after_product text, page_size bigint
) RETURNS SETOF analytic.product_popularity
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $function$
#variable_conflict use_column
BEGIN
    -- two index ranges, because a single comparison cannot follow an index that is descending by score and ascending by id:
    -- first the remaining rows with the cursor's score, then the lower scores
    RETURN QUERY
    (SELECT *
     FROM analytic.product_popularity
     WHERE score_micros = after_score AND id > after_product AND id <> 'shopsignal-probe' ORDER BY id LIMIT page_size)
    UNION ALL
    (SELECT *
     FROM analytic.product_popularity
     WHERE score_micros < after_score AND id <> 'shopsignal-probe' ORDER BY score_micros DESC, id LIMIT page_size)
    LIMIT page_size;
END
$function$;
COMMENT ON FUNCTION analytic.list_popularity_after IS 'Returns the rows of the top list after one, without the product of the probe.';
