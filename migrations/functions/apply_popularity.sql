-- store::popularity::apply
CREATE OR REPLACE FUNCTION analytic.apply_popularity(
    ids bigint[]
) RETURNS TABLE (taken bigint, scored bigint, parked bigint[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH locked AS MATERIALIZED (
        -- in id order, so that concurrent consumers with the same messages wait instead of deadlocking
        SELECT interaction_id, parked_at IS NOT NULL AS parked FROM analytic.pending
        WHERE sink = 'popularity' AND interaction_id = ANY(ids)
        ORDER BY interaction_id FOR UPDATE
    ), taken AS (
        -- the proof that the effect is not yet applied; gone with the commit that applies it
        -- an array and not a join: a queue table has stale planner statistics, and a plan for "no rows" compares every
        -- locked row with every waiting one, while an array is always looked up by the key
        DELETE FROM analytic.pending
        WHERE sink = 'popularity' AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM locked WHERE NOT parked))
        RETURNING product_id, event_type, occurred_at
    ), counted AS MATERIALIZED (
        -- one row per key: a key twice in one upsert would be an error, and a hot one is locked once. An hour of UTC, whatever
        -- the session's time zone
        SELECT product_id AS reference, date_bin('1 hour', occurred_at, '2000-01-01T00:00:00Z') AS bucket, event_type COLLATE "C" AS event_type,
               count(*) AS events
        FROM taken WHERE product_id IS NOT NULL
        GROUP BY 1, 2, 3
    ), kept AS (
        -- in key order: unsorted upserts of overlapping batches deadlock
        INSERT INTO analytic.activity AS activity (reference, grain, bucket, event_type, counted)
        SELECT reference, 'hour', bucket, event_type, events FROM counted ORDER BY reference, bucket, event_type
        ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET counted = activity.counted + excluded.counted
        RETURNING 1
    ), known AS MATERIALIZED (
        -- a SKU counts for its product; a change of the mapping excludes this statement (store::popularity::remap_skus)
        SELECT reference, product_id FROM analytic.product_reference
        WHERE reference = ANY(ARRAY(SELECT reference FROM counted)) AND product_id IS NOT NULL
    ), weighed AS (
        -- one row per product, as above
        SELECT coalesce(known.product_id, counted.reference) AS id, sum(events)::bigint AS events,
               sum(events * weight_micros)::bigint AS score_micros,
               coalesce(sum(events) FILTER (WHERE counter = 'view_count'), 0)::bigint AS view_count,
               coalesce(sum(events) FILTER (WHERE counter = 'purchase_count'), 0)::bigint AS purchase_count,
               coalesce(sum(events) FILTER (WHERE counter = 'favorite_count'), 0)::bigint AS favorite_count,
               coalesce(sum(events) FILTER (WHERE counter = 'cart_count'), 0)::bigint AS cart_count,
               coalesce(sum(events) FILTER (WHERE counter = 'review_count'), 0)::bigint AS review_count
        FROM counted JOIN analytic.event_weight USING (event_type) LEFT JOIN known USING (reference)
        GROUP BY coalesce(known.product_id, counted.reference)
    ), raised AS (
        -- in product order, and after the activity: whoever locks rows of both, locks them in this order
        INSERT INTO analytic.product_popularity AS popularity
            (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
        SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
        FROM weighed WHERE (SELECT count(*) FROM kept) > 0 ORDER BY id
        ON CONFLICT (id) DO UPDATE SET
            score_micros   = popularity.score_micros   + excluded.score_micros,
            view_count     = popularity.view_count     + excluded.view_count,
            purchase_count = popularity.purchase_count + excluded.purchase_count,
            favorite_count = popularity.favorite_count + excluded.favorite_count,
            cart_count     = popularity.cart_count     + excluded.cart_count,
            review_count   = popularity.review_count   + excluded.review_count,
            date_updated   = excluded.date_updated
    ), noted AS (
        -- what rank-products computes again
        INSERT INTO analytic.rank_change (product_id) SELECT id FROM weighed
    )
    SELECT (SELECT count(*) FROM taken) AS taken,
           (SELECT coalesce(sum(events), 0)::bigint FROM weighed) AS scored,
           (SELECT coalesce(array_agg(interaction_id), '{}') FROM locked WHERE parked) AS parked;
END
$function$;
COMMENT ON FUNCTION analytic.apply_popularity IS
    'Applies the pending popularity effects of interactions, each once. The transaction that deletes a pending row raises the score.';
