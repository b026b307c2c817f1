-- store::popularity::apply
CREATE OR REPLACE FUNCTION analytic.apply_popularity(
    ids bigint[]
) RETURNS TABLE (taken bigint, scored bigint, capped bigint, excluded bigint, parked bigint[])
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
        RETURNING interaction_id, product_id, event_type, occurred_at, date_created, actor, network, bot
    ), barred AS MATERIALIZED (
        -- usually none of the batch; "shopsignal exclude" excludes this statement (store::exclusion)
        SELECT actor, since FROM analytic.exclusion
        WHERE date_ended IS NULL AND actor = ANY(ARRAY(SELECT actor FROM taken UNION SELECT network FROM taken))
    ), cap AS MATERIALIZED (
        SELECT event_type, first_day, end_day, daily_cap, network_daily_cap FROM analytic.event_cap_period
        WHERE daily_cap IS NOT NULL
    ), event AS (
        -- hours and days of UTC, whatever the session's time zone. What arrived later than the live lane admits is history: it
        -- counts in full, so that the state of its day need not be kept
        SELECT product_id AS reference, event_type COLLATE "C" AS event_type,
               date_bin('1 hour', occurred_at, '2000-01-01T00:00:00Z') AS bucket, (occurred_at AT TIME ZONE 'UTC')::date AS day,
               extract(hour FROM occurred_at AT TIME ZONE 'UTC')::bigint << 58 | interaction_id AS key,
               CASE WHEN date_created - occurred_at <= interval '169 hours' THEN actor END AS actor, network,
               bot OR EXISTS (SELECT FROM barred WHERE barred.actor IN (taken.actor, network) AND occurred_at >= since) AS is_out
        FROM taken WHERE product_id IS NOT NULL
    ), limited AS MATERIALIZED (
        -- the guests of a network share a row; everyone else has their own
        SELECT event.*, daily_cap, coalesce(network, actor) AS holder, CASE WHEN network IS NOT NULL THEN actor END AS guest,
               CASE WHEN network IS NULL THEN daily_cap ELSE network_daily_cap END AS holder_cap
        FROM event LEFT JOIN cap
            ON cap.event_type = event.event_type AND day >= first_day AND day < end_day AND actor IS NOT NULL AND NOT is_out
    ), held AS (
        -- the earliest events, as many as the caps admit, in key order. What nothing earlier meets is only locked, and not
        -- returned
        INSERT INTO analytic.actor_day AS held (day, actor, reference, event_type, cap, guest_cap, kept, guests)
        SELECT day, holder, reference, event_type, holder_cap, daily_cap,
               CASE WHEN cardinality(keys) <= daily_cap THEN keys
                    ELSE (SELECT kept FROM analytic.keep_earliest(keys, offered.guests, daily_cap, holder_cap)) END,
               CASE WHEN cardinality(keys) <= daily_cap THEN offered.guests
                    ELSE (SELECT guests FROM analytic.keep_earliest(keys, offered.guests, daily_cap, holder_cap)) END
        FROM (
            SELECT day, holder, reference, event_type, holder_cap, daily_cap, array_agg(key ORDER BY key) AS keys,
                   coalesce(array_agg(guest ORDER BY key) FILTER (WHERE guest IS NOT NULL), '{}') AS guests
            FROM limited WHERE daily_cap IS NOT NULL
            GROUP BY day, holder, reference, event_type, holder_cap, daily_cap ORDER BY day, holder, reference, event_type) AS offered
        ON CONFLICT (day, actor, reference, event_type) DO UPDATE SET
            previous       = held.kept,
            (kept, guests) = (SELECT earliest.kept, earliest.guests FROM analytic.keep_earliest(
                held.kept || excluded.kept, held.guests || excluded.guests, held.guest_cap, held.cap) AS earliest)
        WHERE cardinality(held.kept) < held.cap OR excluded.kept[1] < held.kept[held.cap]
        RETURNING day, reference, event_type, kept, previous
    ), change AS (
        SELECT reference, bucket, event_type, 1 AS events, is_out::int AS out,
               CASE WHEN daily_cap IS NULL AND NOT is_out THEN 1 ELSE 0 END AS counted
        FROM limited
        UNION ALL
        SELECT reference, day::timestamp AT TIME ZONE 'UTC' + (key >> 58) * interval '1 hour', event_type, 0, 0, 1
        FROM (SELECT day, reference, event_type, previous, unnest(kept) AS key FROM held) AS gained WHERE key <> ALL (previous)
        UNION ALL
        -- displaced by something earlier, perhaps of another hour
        SELECT reference, day::timestamp AT TIME ZONE 'UTC' + (key >> 58) * interval '1 hour', event_type, 0, 0, -1
        FROM (SELECT day, reference, event_type, kept, unnest(previous) AS key FROM held) AS lost WHERE key <> ALL (kept)
    ), counted AS MATERIALIZED (
        -- one row per key: a key twice in one upsert would be an error, and a hot one is locked once
        SELECT reference, bucket, event_type, sum(events) AS events, sum(out) AS out, sum(counted) AS counted
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
    ), weighed AS (
        -- one row per product, as above. The sums stand again in store::exclusion::move_counts: in a function of their own they
        -- would be one call more for every batch, and Postgres would plan the joins apart from what surrounds them
        SELECT coalesce(known.product_id, counted.reference) AS id, sum(events)::bigint AS events, sum(out)::bigint AS out,
               sum(counted)::bigint AS counted,
               sum(counted * weight_micros)::bigint AS score_micros,
               coalesce(sum(counted) FILTER (WHERE counter = 'view_count'), 0)::bigint AS view_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'purchase_count'), 0)::bigint AS purchase_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'favorite_count'), 0)::bigint AS favorite_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'cart_count'), 0)::bigint AS cart_count,
               coalesce(sum(counted) FILTER (WHERE counter = 'review_count'), 0)::bigint AS review_count
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
    SELECT (SELECT count(*) FROM taken) AS taken,
           (SELECT coalesce(sum(events), 0)::bigint FROM weighed) AS scored,
           (SELECT coalesce(sum(events - out - counted), 0)::bigint FROM weighed) AS capped,
           (SELECT coalesce(sum(out), 0)::bigint FROM weighed) AS excluded,
           (SELECT coalesce(array_agg(interaction_id), '{}') FROM locked WHERE parked) AS parked;
END
$function$;
COMMENT ON FUNCTION analytic.apply_popularity IS
    'Applies the pending popularity effects of interactions, each once, up to the daily caps. The transaction that deletes a pending row raises the score.';
