-- takes pending rows and keeps the earliest event of each actor, product, type and day: what no order of statements can leave out
CREATE FUNCTION bench.keep_caps(ids bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $function$
BEGIN
    RETURN QUERY
    WITH taken AS (
        DELETE FROM analytic.pending WHERE sink = 'popularity' AND interaction_id = ANY(ids)
        RETURNING interaction_id, product_id, event_type, actor, (occurred_at AT TIME ZONE 'UTC')::date AS day
    ), held AS (
        INSERT INTO analytic.actor_day AS held (day, reference, actor, event_type, cap, guest_cap, kept)
        SELECT day, product_id, actor, event_type, 5, 5, ARRAY[interaction_id] FROM taken WHERE actor IS NOT NULL AND event_type <> 'purchase'
        ON CONFLICT (day, reference, actor, event_type) DO UPDATE SET kept = held.kept || excluded.kept
    )
    SELECT count(*) FROM taken;
END
$function$;
