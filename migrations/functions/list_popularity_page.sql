-- store::popularity::list_page
CREATE OR REPLACE FUNCTION analytic.list_popularity_page(
    page_size bigint, skipped bigint
) RETURNS SETOF analytic.product_popularity
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT *
    FROM analytic.product_popularity WHERE id <> 'shopsignal-probe' ORDER BY score_micros DESC, id LIMIT page_size OFFSET skipped;
END
$function$;
COMMENT ON FUNCTION analytic.list_popularity_page IS 'Returns a page of the top list, without the product of the probe, by its offset.';
