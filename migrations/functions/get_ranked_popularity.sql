-- store::rank::get
CREATE OR REPLACE FUNCTION analytic.get_ranked_popularity(product text) RETURNS TABLE (
    id text, score_micros bigint, score double precision, view_count bigint, purchase_count bigint, favorite_count bigint,
    cart_count bigint, review_count bigint, date_updated timestamptz, as_of timestamptz, half_life_hours int, trend_key bigint,
    hour_micros bigint, day_micros bigint, week_micros bigint, month_micros bigint, rising_micros bigint, positions int[]
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT scored.id, scored.score_micros, scored.score, scored.view_count, scored.purchase_count, scored.favorite_count,
           scored.cart_count, scored.review_count, scored.date_updated, shown.as_of, shown.half_life_hours, ranked.trend_key,
           ranked.hour_micros, ranked.day_micros, ranked.week_micros, ranked.month_micros, ranked.rising_micros,
           ARRAY[placed.alltime, placed.trending, placed.hour, placed.day, placed.week, placed.month, placed.rising]
    FROM analytic.product_popularity AS scored
    LEFT JOIN (SELECT * FROM analytic.rank_generation ORDER BY id DESC LIMIT 1) AS shown ON true
    -- by the product alone, of which there are few versions: the sum keeps the index of generations out of the plan
    LEFT JOIN analytic.product_rank AS ranked ON ranked.product_id = scored.id AND ranked.from_generation + 0 <= shown.id
        AND shown.id < ranked.to_generation
    LEFT JOIN analytic.rank_position AS placed ON placed.generation = shown.id AND placed.product_id = scored.id
    -- for a SKU the result is its product
    WHERE scored.id = coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = product), product);
END
$function$;
COMMENT ON FUNCTION analytic.get_ranked_popularity IS
    'Returns the popularity of a product with what the current generation ranks it by, also by one of its SKUs.';
