-- takes pending rows and writes the rows of what must be kept about them, one per actor, product, type and day, per product, hour
-- and type, per product, and what to rank again: without any rule, and so without what a rule reads
CREATE FUNCTION bench.write_rows(ids bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $function$
BEGIN
    RETURN QUERY
    WITH taken AS (
        DELETE FROM analytic.pending WHERE sink = 'popularity' AND interaction_id = ANY(ids)
        RETURNING interaction_id, product_id, event_type, actor, (occurred_at AT TIME ZONE 'UTC')::date AS day,
                  date_bin('1 hour', occurred_at, '2000-01-01T00:00:00Z') AS bucket
    ), held AS (
        INSERT INTO analytic.actor_day AS held (day, reference, actor, event_type, cap, guest_cap, kept)
        SELECT day, product_id, actor, event_type, 5, 5, ARRAY[interaction_id] FROM taken WHERE actor IS NOT NULL AND event_type <> 'purchase'
        ON CONFLICT (day, reference, actor, event_type) DO UPDATE SET kept = held.kept || excluded.kept
    ), tallied AS (
        INSERT INTO analytic.activity AS activity (reference, grain, bucket, event_type, counted)
        SELECT product_id, 'hour', bucket, event_type, count(*) FROM taken GROUP BY product_id, bucket, event_type
        ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET counted = activity.counted + excluded.counted
    ), raised AS (
        INSERT INTO analytic.product_popularity AS popularity
            (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
        SELECT product_id, count(*), 0, 0, 0, 0, 0, now() FROM taken GROUP BY product_id
        ON CONFLICT (id) DO UPDATE SET score_micros = popularity.score_micros + excluded.score_micros, date_updated = excluded.date_updated
    ), noted AS (
        INSERT INTO analytic.rank_change (product_id) SELECT DISTINCT product_id FROM taken
    )
    SELECT count(*) FROM taken;
END
$function$;
