-- store::rank::list
CREATE OR REPLACE FUNCTION analytic.list_ranks(
    ranked_by text, scope text, scope_id text, of_generation bigint, after_value bigint, after_product text, page_size bigint
) RETURNS TABLE (
    generation bigint, as_of timestamptz, half_life_hours int, product_id text, value bigint, category_id text, seller_id text,
    alltime_micros bigint, trend_key bigint, hour_micros bigint, day_micros bigint, week_micros bigint, month_micros bigint,
    rising_micros bigint
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off AS $function$
DECLARE
    -- of 21 lists one is read; the statement is made for it, so that it can only use the index of its list
    list text := CASE ranked_by
        WHEN 'alltime' THEN 'alltime_micros' WHEN 'trending' THEN 'trend_key' WHEN '1h' THEN 'hour_micros' WHEN '24h' THEN 'day_micros'
        WHEN '7d' THEN 'week_micros' WHEN '30d' THEN 'month_micros' WHEN 'rising' THEN 'rising_micros' END;
    own  text := CASE scope WHEN 'category' THEN 'AND category_id = $2' WHEN 'seller' THEN 'AND seller_id = $2' ELSE '' END;
BEGIN
    -- two index ranges, because a single comparison cannot follow an index that is descending by value and ascending by id.
    -- One row even when the list is empty, none when there is no such generation
    RETURN QUERY EXECUTE format($statement$
        WITH shown AS (
            SELECT id, as_of, half_life_hours FROM analytic.rank_generation
            WHERE id = coalesce($1, (SELECT max(id) FROM analytic.rank_generation))
        )
        SELECT shown.id, shown.as_of, shown.half_life_hours, page.product_id, page.%1$I, page.category_id, page.seller_id,
               page.alltime_micros, page.trend_key, page.hour_micros, page.day_micros, page.week_micros, page.month_micros,
               page.rising_micros
        FROM shown LEFT JOIN LATERAL (
            (SELECT * FROM analytic.product_rank
             WHERE listed AND %1$I > 0 %2$s AND from_generation <= shown.id AND shown.id < to_generation
               AND %1$I = $3 AND product_id > $4
             ORDER BY product_id LIMIT $5)
            UNION ALL
            (SELECT * FROM analytic.product_rank
             WHERE listed AND %1$I > 0 %2$s AND from_generation <= shown.id AND shown.id < to_generation AND %1$I < $3
             ORDER BY %1$I DESC, product_id LIMIT $5)
            LIMIT $5
        ) AS page ON true
        $statement$, list, own)
    USING of_generation, scope_id, after_value, after_product, page_size;
END
$function$;
COMMENT ON FUNCTION analytic.list_ranks IS
    'Returns the rows of a rank list after one, as a generation shows them: of the shop, or of one category or seller.';
