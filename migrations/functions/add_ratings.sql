-- store::rollup::add_rating
CREATE OR REPLACE FUNCTION analytic.add_ratings(
    product_ids text[], rating_counts bigint[], scores bigint[]
) RETURNS TABLE (place text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH moved AS (
        INSERT INTO analytic.rating_rollup AS rollup
            (product_id, ratings, score_micros)
        SELECT * FROM unnest(
                product_ids, rating_counts, scores)
            AS moved (product_id, ratings, score_micros)
        ORDER BY product_id
        ON CONFLICT (product_id) DO UPDATE SET
            ratings = rollup.ratings + excluded.ratings, score_micros = rollup.score_micros + excluded.score_micros
        RETURNING rollup.ctid AS place, rollup.ratings, rollup.score_micros
    )
    -- the rows that are empty now, to be removed
    SELECT place::text AS place FROM moved WHERE ratings = 0 AND score_micros = 0;
END
$function$;
COMMENT ON FUNCTION analytic.add_ratings IS 'Moves the ratings of products. Returns the rows that are empty now.';
