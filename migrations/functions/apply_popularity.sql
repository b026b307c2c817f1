-- store::popularity::apply
CREATE OR REPLACE FUNCTION analytic.apply_popularity(
    ids bigint[]
) RETURNS TABLE (taken bigint, scored bigint, capped bigint, excluded bigint, parked bigint[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH taken AS (
        -- the proof that the effect is not yet applied; gone with the commit that applies it. In id order, because an index scan
        -- (there is no other, see above) returns an array's rows in the order of the index: concurrent consumers with the same
        -- messages wait instead of deadlocking. parked_at would let the planner scan the index of what is due instead
        DELETE FROM analytic.pending
        WHERE sink = 'popularity' AND interaction_id = ANY(ids) AND parked_reason IS NULL
        -- hours of UTC, whatever the session's time zone. What arrived later than the live lane admits is history: it counts in
        -- full, so that the state of its day need not be kept
        RETURNING interaction_id, product_id AS reference, event_type COLLATE "C" AS event_type, occurred_at,
                  date_bin('1 hour', occurred_at, '2000-01-01T00:00:00Z') AS bucket, actor, network, bot,
                  actor IS NOT NULL AND date_created - occurred_at <= interval '169 hours' AS has_cap
    ), barred AS MATERIALIZED (
        -- usually none of the batch; "shopsignal exclude" excludes this statement (store::exclusion)
        SELECT actor, since FROM analytic.exclusion
        WHERE date_ended IS NULL AND actor = ANY((SELECT array_agg(actor) || array_agg(network) FROM taken)::uuid[])
    ), limited AS MATERIALIZED (
        -- the guests of a network share a row; everyone else has their own
        SELECT event.*, daily_cap, CASE WHEN guest IS NULL THEN daily_cap ELSE network_daily_cap END AS holder_cap
        FROM (
            SELECT interaction_id, reference, event_type, bucket, has_cap, coalesce(network, actor) AS holder,
                   CASE WHEN network IS NOT NULL THEN actor END AS guest,
                   bot OR EXISTS (SELECT FROM barred)
                       AND EXISTS (SELECT FROM barred WHERE barred.actor IN (taken.actor, network) AND occurred_at >= since) AS is_out
            FROM taken WHERE reference IS NOT NULL) AS event
        LEFT JOIN (SELECT * FROM analytic.event_cap_period WHERE daily_cap IS NOT NULL) AS cap
            ON cap.event_type = event.event_type AND has_cap AND NOT is_out
           AND (bucket AT TIME ZONE 'UTC')::date >= first_day AND (bucket AT TIME ZONE 'UTC')::date < end_day
    ), held AS (
        -- the earliest events, as many as the caps admit. What nothing earlier meets is only locked, and not returned. In an order
        -- that all scorers have; the actor comes first because it usually decides, and sorting compares no texts then
        INSERT INTO analytic.actor_day AS held (day, reference, actor, event_type, cap, guest_cap, kept, guests)
        SELECT day, reference, holder, event_type, holder_cap, daily_cap,
               CASE WHEN cardinality(keys) <= daily_cap THEN keys
                    ELSE (analytic.keep_earliest('{}', '{}', keys, offered.guests, daily_cap, holder_cap)).kept END,
               CASE WHEN cardinality(keys) <= daily_cap THEN offered.guests
                    ELSE (analytic.keep_earliest('{}', '{}', keys, offered.guests, daily_cap, holder_cap)).guests END
        FROM (
            SELECT day, reference, holder, event_type, min(daily_cap) AS daily_cap, min(holder_cap) AS holder_cap, array_agg(key ORDER BY key) AS keys,
                   coalesce(array_agg(guest ORDER BY key) FILTER (WHERE guest IS NOT NULL), '{}') AS guests
            FROM (
                SELECT limited.*, (bucket AT TIME ZONE 'UTC')::date AS day,
                       extract(hour FROM bucket AT TIME ZONE 'UTC')::bigint << 58 | interaction_id AS key
                FROM limited WHERE daily_cap IS NOT NULL) AS keyed
            GROUP BY holder, reference, event_type, day ORDER BY holder, reference, event_type, day) AS offered
        ON CONFLICT (day, reference, actor, event_type) DO UPDATE SET
            (kept, guests, gained, lost) = (SELECT earliest.kept, earliest.guests, earliest.gained, earliest.lost FROM analytic.keep_earliest(
                held.kept, held.guests, excluded.kept, excluded.guests, held.guest_cap, held.cap) AS earliest)
        WHERE cardinality(held.kept) < held.cap OR excluded.kept[1] < held.kept[held.cap]
        RETURNING day, reference, event_type, coalesce(gained, kept) AS gained, lost
    ), change AS (
        SELECT reference, bucket, event_type, 1 AS events, is_out::int AS out, (daily_cap IS NULL AND NOT is_out)::int AS counted
        FROM limited
        UNION ALL
        SELECT reference, day::timestamp AT TIME ZONE 'UTC' + (key >> 58) * interval '1 hour', event_type, 0, 0, 1
        FROM (SELECT day, reference, event_type, unnest(gained) AS key FROM held) AS won
        UNION ALL
        -- displaced by something earlier, perhaps of another hour
        SELECT reference, day::timestamp AT TIME ZONE 'UTC' + (key >> 58) * interval '1 hour', event_type, 0, 0, -1
        FROM (SELECT day, reference, event_type, unnest(lost) AS key FROM held WHERE lost IS NOT NULL) AS displaced
    ), counted AS MATERIALIZED (
        -- one row per key: a key twice in one upsert would be an error, and a hot one is locked once. A batch fits an int, whose
        -- sums are not numeric
        SELECT reference, bucket, event_type, sum(events)::int AS events, sum(out)::int AS out, sum(counted)::int AS counted
        FROM change GROUP BY reference, bucket, event_type
    ), tallied AS (
        -- in key order: unsorted upserts of overlapping batches deadlock
        INSERT INTO analytic.activity AS activity (reference, grain, bucket, event_type, counted, capped, excluded)
        SELECT reference, 'hour', bucket, event_type, counted, events - out - counted, out FROM counted ORDER BY reference, bucket, event_type
        ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET
            counted  = activity.counted  + excluded.counted,
            capped   = activity.capped   + excluded.capped,
            excluded = activity.excluded + excluded.excluded
        RETURNING 1
    ), known AS MATERIALIZED (
        -- a SKU counts for its product; a change of the mapping excludes this statement (store::popularity::remap_skus)
        SELECT reference, product_id FROM analytic.product_reference
        WHERE reference = ANY(ARRAY(SELECT reference FROM counted)) AND product_id IS NOT NULL
    ), weighed AS MATERIALIZED (
        -- one row per product, as above. The sums stand again in store::exclusion::move_counts: in a function of their own they
        -- would be one call more for every batch, and Postgres would plan the joins apart from what surrounds them
        SELECT coalesce(known.product_id, counted.reference) AS id, sum(events) AS events, sum(out) AS out, sum(counted) AS counted,
               sum(counted * weight_micros)::bigint AS score_micros,
               coalesce(sum(counted) FILTER (WHERE counter = 'view_count'), 0) AS view_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'purchase_count'), 0) AS purchase_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'favorite_count'), 0) AS favorite_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'cart_count'), 0) AS cart_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'review_count'), 0) AS review_count
        FROM counted JOIN analytic.event_weight USING (event_type) LEFT JOIN known USING (reference)
        GROUP BY coalesce(known.product_id, counted.reference)
    ), raised AS (
        -- in product order, and after the activity: whoever locks rows of both, locks them in this order. What only met a cap
        -- changes no product
        INSERT INTO analytic.product_popularity AS popularity
            (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
        SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
        FROM weighed WHERE (SELECT count(*) FROM tallied) > 0 AND counted > 0 ORDER BY id
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
    SELECT (SELECT count(*) FROM taken), events, events - out - counted, out,
           -- looked up only when not every row was taken. With a lock, because that returns a row as it is now, parked while this
           -- statement waited for it; one that waits for nobody, because these rows are not in id order with the others
           (SELECT coalesce(array_agg(interaction_id) FILTER (WHERE parked_reason IS NOT NULL), '{}') FROM (
                SELECT interaction_id, parked_reason FROM analytic.pending
                WHERE (SELECT count(*) FROM taken) < cardinality(ids) AND sink = 'popularity' AND interaction_id = ANY(ids)
                FOR SHARE SKIP LOCKED) AS rest)
    FROM (SELECT coalesce(sum(events), 0)::bigint AS events, coalesce(sum(out), 0)::bigint AS out,
                 coalesce(sum(counted), 0)::bigint AS counted FROM weighed) AS total;
END
$function$;
COMMENT ON FUNCTION analytic.apply_popularity IS
    'Applies the pending popularity effects of interactions, each once, up to the daily caps. The transaction that deletes a pending row raises the score.';
