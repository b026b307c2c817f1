-- store::rank::compute
CREATE OR REPLACE FUNCTION analytic.compute_ranks(most bigint) RETURNS TABLE (taken bigint, written bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    -- the greatest number: a version that nothing has replaced
    open_end CONSTANT bigint := 9223372036854775807;
    state    analytic.rank_state;
    ids      text[];
    this     timestamptz; -- the hour of the generation
    base     int;         -- the half-life that the oldest hour of 30 days is in, counted from 2020
    -- the factor of each hour of a half-life, and powers of two from 2^0: 64 bits of points, 41 of the factor and one for
    -- each half-life of 30 days, whose least is 6 hours
    factors  bigint[];
    powers   numeric[];
BEGIN
    SELECT * INTO state FROM analytic.rank_state FOR UPDATE;
    this := date_bin('1 hour', state.as_of, '2000-01-01T00:00:00Z');
    base := (extract(epoch FROM this - timestamptz '2020-01-01T00:00:00Z')::bigint / 3600 - 720) / state.half_life_hours;
    factors := ARRAY(SELECT analytic.trend_factor(state.half_life_hours, step) FROM generate_series(0, state.half_life_hours - 1) AS step ORDER BY step);
    powers := ARRAY(SELECT power(2::numeric, exponent) FROM generate_series(0, 240) AS exponent ORDER BY exponent);
    WITH gone AS (
        DELETE FROM analytic.rank_due
        WHERE product_id = ANY(ARRAY(SELECT product_id FROM analytic.rank_due ORDER BY product_id LIMIT most))
        RETURNING product_id
    )
    SELECT coalesce(array_agg(product_id ORDER BY product_id), '{}'), count(*) INTO ids, taken FROM gone;
    WITH named AS MATERIALIZED (
        -- what counts for a product: its own id, unless that leads elsewhere, and its SKUs
        SELECT product_id, product_id AS reference FROM unnest(ids) AS asked (product_id)
        WHERE (SELECT product_id FROM analytic.product_reference WHERE reference = asked.product_id) IS NULL
        UNION ALL
        SELECT product_id, reference FROM analytic.product_reference WHERE product_id = ANY(ids)
    ), happened AS MATERIALIZED (
        -- looked up reference by reference, whatever the statistics say
        SELECT named.product_id, bucket, event_type, counted FROM named CROSS JOIN LATERAL (
            SELECT bucket, event_type, counted FROM analytic.activity
            WHERE reference = named.reference AND grain = 'hour' AND bucket >= this - interval '720 hours' OFFSET 0) AS hour
    ), hourly AS (
        SELECT product_id, bucket, extract(epoch FROM this - bucket)::bigint / 3600 AS age,
               extract(epoch FROM bucket - timestamptz '2020-01-01T00:00:00Z')::bigint / 3600 AS number,
               sum(counted * weight_micros) AS points,
               coalesce(sum(counted) FILTER (WHERE weight_micros > 0), 0) AS events
        FROM happened JOIN analytic.event_weight USING (event_type)
        WHERE weight_micros <> 0
        GROUP BY product_id, bucket
    ), summed AS MATERIALIZED (
        -- an hour ahead is in no window yet
        SELECT product_id,
               coalesce(sum(points) FILTER (WHERE age BETWEEN 0 AND 1), 0)::bigint   AS hour_micros,
               coalesce(sum(points) FILTER (WHERE age BETWEEN 0 AND 24), 0)::bigint  AS day_micros,
               coalesce(sum(points) FILTER (WHERE age BETWEEN 0 AND 168), 0)::bigint AS week_micros,
               coalesce(sum(points) FILTER (WHERE age >= 0), 0)::bigint              AS month_micros,
               coalesce(sum(events) FILTER (WHERE age BETWEEN 0 AND 24), 0)::bigint  AS events_now,
               coalesce(sum(events) FILTER (WHERE age BETWEEN 25 AND 48), 0)::bigint AS events_before,
               sum(points * factors[(number % state.half_life_hours + 1)::int] * powers[(number / state.half_life_hours - base + 1)::int])
                   FILTER (WHERE age >= 0) AS trend,
               min(CASE WHEN age < 0 THEN bucket ELSE bucket + interval '1 hour' *
                   CASE WHEN age < 2 THEN 2 WHEN age < 25 THEN 25 WHEN age < 49 THEN 49 WHEN age < 169 THEN 169 ELSE 721 END
               END) AS next_change_at
        FROM hourly GROUP BY product_id
    ), computed AS (
        SELECT asked.product_id, scored.id IS NOT NULL OR summed.product_id IS NOT NULL AS is_known,
               coalesce(product.deleted_at IS NULL AND (product.product_id IS NOT NULL OR NOT state.announced_only), false)
                   -- views of it are no shopper's
                   AND asked.product_id <> 'shopsignal-probe' AS listed,
               product.category_id COLLATE "C" AS category_id, product.seller_id COLLATE "C" AS seller_id,
               coalesce(score_micros, 0) AS alltime_micros,
               CASE WHEN trend > 0 THEN (width_bucket(trend, powers) - 1 + base)::bigint END AS exponent,
               -- 47 bits after the leading one; the division of integers rounds down
               CASE WHEN trend > 0 THEN div(trend * powers[48], powers[width_bucket(trend, powers)])::bigint - (1::bigint << 47) END AS mantissa,
               coalesce(hour_micros, 0) AS hour_micros, coalesce(day_micros, 0) AS day_micros,
               coalesce(week_micros, 0) AS week_micros, coalesce(month_micros, 0) AS month_micros,
               CASE WHEN events_now >= 10 AND events_now > events_before
                   THEN ((events_now + 10) * 1000000 / (events_before + 10)) END AS rising_micros,
               next_change_at
        FROM unnest(ids) AS asked (product_id)
        LEFT JOIN summed USING (product_id)
        LEFT JOIN LATERAL (SELECT * FROM analytic.product_popularity WHERE id = asked.product_id LIMIT 1) AS scored ON true
        LEFT JOIN LATERAL (
            SELECT product_id, category_id, seller_id, deleted_at FROM analytic.product WHERE product_id = asked.product_id LIMIT 1
        ) AS product ON true
    ), changed AS MATERIALIZED (
        -- what is as it was gets no version; what nothing is known of any more gets one of zeros
        SELECT computed.*, known.place, known.from_generation FROM computed
        LEFT JOIN LATERAL (
            SELECT *, ctid AS place FROM analytic.product_rank
            WHERE product_id = computed.product_id AND to_generation = open_end LIMIT 1
        ) AS known ON true
        WHERE (is_known OR known.product_id IS NOT NULL)
          AND (computed.listed, computed.category_id, computed.seller_id, computed.alltime_micros, exponent << 47 | mantissa,
               computed.hour_micros, computed.day_micros, computed.week_micros, computed.month_micros, computed.rising_micros,
               computed.next_change_at)
              IS DISTINCT FROM
              (known.listed, known.category_id, known.seller_id, known.alltime_micros, known.trend_key,
               known.hour_micros, known.day_micros, known.week_micros, known.month_micros, known.rising_micros,
               known.next_change_at)
    ), ended AS (
        -- by their places: a plan that was made while there was one generation may look for all that began before this one
        UPDATE analytic.product_rank SET to_generation = state.generation
        WHERE ctid = ANY(ARRAY(SELECT place FROM changed WHERE from_generation < state.generation))
    ), begun AS (
        -- a product that was computed for this generation before has its row there
        INSERT INTO analytic.product_rank AS version
            (product_id, from_generation, listed, category_id, seller_id, alltime_micros, trend_key, hour_micros, day_micros,
             week_micros, month_micros, rising_micros, next_change_at)
        SELECT product_id, state.generation, listed, category_id, seller_id, alltime_micros, exponent << 47 | mantissa, hour_micros,
               day_micros, week_micros, month_micros, rising_micros, next_change_at
        FROM changed ORDER BY product_id
        ON CONFLICT (product_id, from_generation) DO UPDATE SET
            listed = excluded.listed, category_id = excluded.category_id, seller_id = excluded.seller_id,
            alltime_micros = excluded.alltime_micros, trend_key = excluded.trend_key, hour_micros = excluded.hour_micros,
            day_micros = excluded.day_micros, week_micros = excluded.week_micros, month_micros = excluded.month_micros,
            rising_micros = excluded.rising_micros, next_change_at = excluded.next_change_at
        RETURNING 1
    )
    SELECT count(*) INTO written FROM begun;
    -- last, because it waits for scorers and makes them wait; in the order in which they lock
    WITH wrong AS MATERIALIZED (
        SELECT scored.id, said.standing FROM unnest(ids) AS asked (id) JOIN analytic.product_popularity AS scored USING (id)
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT CASE WHEN deleted_at IS NULL THEN 'announced' ELSE 'withdrawn' END
                             FROM analytic.product WHERE product_id = asked.id), 'unknown') AS standing) AS said
        WHERE scored.standing <> said.standing
        ORDER BY scored.id FOR NO KEY UPDATE OF scored
    )
    UPDATE analytic.product_popularity AS scored SET standing = wrong.standing FROM wrong WHERE scored.id = wrong.id;
    RETURN NEXT;
END
$function$;
COMMENT ON FUNCTION analytic.compute_ranks IS
    'Computes products that are due from their hours and writes their versions for the generation that is being built.';
