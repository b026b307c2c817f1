-- store::rank::list_product_days
CREATE OR REPLACE FUNCTION analytic.list_product_days(most bigint, least_micros bigint, actors int) RETURNS TABLE (
    product_id text, from_time timestamptz, to_time timestamptz, raised_micros bigint, actor_count bigint, networks boolean[],
    held_micros bigint[]
)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    state analytic.rank_state;
    ids   text[];
    this  timestamptz; -- the hour of the generation
    since timestamptz; -- the first hour of its day
BEGIN
    -- until the end of the transaction, so that compute_ranks takes the same products
    SELECT * INTO state FROM analytic.rank_state FOR UPDATE;
    this := date_bin('1 hour', state.as_of, '2000-01-01T00:00:00Z');
    since := this - interval '24 hours';
    ids := ARRAY(SELECT product_id FROM analytic.rank_due ORDER BY product_id LIMIT most);
    RETURN QUERY
    WITH named AS MATERIALIZED (
        -- what counts for a product, as in compute_ranks
        SELECT product_id, product_id AS reference FROM unnest(ids) AS asked (product_id)
        WHERE (SELECT product_id FROM analytic.product_reference WHERE reference = asked.product_id) IS NULL
        UNION ALL
        SELECT product_id, reference FROM analytic.product_reference WHERE product_id = ANY(ids)
    ), summed AS (
        SELECT named.product_id, sum(counted * weight_micros) AS micros,
               sum(counted * weight_micros) FILTER (WHERE weight_micros > 0) AS raised_micros
        FROM named CROSS JOIN LATERAL (
            SELECT event_type, counted FROM analytic.activity
            WHERE reference = named.reference AND grain = 'hour' AND bucket BETWEEN since AND this OFFSET 0) AS hour
        JOIN analytic.event_weight USING (event_type)
        GROUP BY named.product_id
    ), grown AS MATERIALIZED (
        -- only what has grown by a quarter since it was looked at, in steps from the least: however popular a product gets, its
        -- actors are read a few times per event and not at every run
        SELECT summed.product_id, summed.raised_micros::bigint AS raised_micros FROM summed
        LEFT JOIN LATERAL (
            SELECT day_micros FROM analytic.product_rank
            WHERE product_id = summed.product_id AND to_generation = 9223372036854775807 LIMIT 1) AS known ON true
        WHERE micros >= least_micros
          AND (coalesce(known.day_micros, 0) < least_micros
               OR floor(log(1.25, micros / least_micros)) > floor(log(1.25, known.day_micros::numeric / least_micros)))
    ), held AS (
        SELECT grown.product_id, kept.actor, bool_or(kept.is_network) AS is_network,
               sum(kept.events * weight_micros) AS micros
        FROM grown JOIN named USING (product_id) CROSS JOIN LATERAL (
            SELECT actor, event_type, cardinality(guests) > 0 AS is_network, (
                       SELECT count(*) FROM unnest(kept) AS key
                       WHERE day::timestamp AT TIME ZONE 'UTC' + (key >> 58) * interval '1 hour' BETWEEN since AND this) AS events
            FROM analytic.actor_day
            WHERE reference = named.reference
              -- 24 hours are of two days; each is looked up
              AND day IN ((since AT TIME ZONE 'UTC')::date, (this AT TIME ZONE 'UTC')::date) OFFSET 0) AS kept
        JOIN analytic.event_weight USING (event_type)
        WHERE weight_micros > 0 AND kept.events > 0
        GROUP BY grown.product_id, kept.actor
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY product_id ORDER BY micros DESC, actor) AS place,
               count(*) OVER (PARTITION BY product_id) AS actor_count
        FROM held
    )
    SELECT product_id, since, state.as_of, raised_micros, min(actor_count), array_agg(is_network ORDER BY place),
           array_agg(micros::bigint ORDER BY place)
    FROM grown JOIN placed USING (product_id) WHERE place <= actors
    GROUP BY product_id, raised_micros ORDER BY product_id;
END
$function$;
COMMENT ON FUNCTION analytic.list_product_days IS
    'Returns where the points of a day came from, for the products that compute_ranks computes next and whose points have grown by a quarter: all points, and those of the strongest actors.';
