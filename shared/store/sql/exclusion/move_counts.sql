-- store::exclusion::move_counts
-- $1 is the actor, $2 whether it is excluded from now on, $3 from which event time (null: all). $4 and $5 name it as the log
-- does, so that an index finds its events. The table holds the state before
WITH span AS MATERIALIZED (
    SELECT (SELECT since FROM analytic.exclusion WHERE actor = $1 AND date_ended IS NULL) AS since_before, CASE WHEN $2::boolean THEN coalesce($3::timestamptz, '-infinity') END AS since_after
), touched AS MATERIALIZED (
    -- the groups in which a cap may admit others now
    SELECT DISTINCT ref_id, event_type, (occurred_at AT TIME ZONE 'UTC')::date AS day
    FROM analytic.interaction
    WHERE ref_type = 'Product' AND (actor = $1 OR network = $1)
      AND ($4::uuid IS NULL OR account_id = $4) AND ($5::text IS NULL OR account_id IS NULL AND session_id = $5)
      -- partitions are by arrival, which is at most an hour before the event time
      AND occurred_at >= (SELECT least(since_before, since_after) FROM span)
      AND date_created >= (SELECT least(since_before, since_after) FROM span) - interval '1 hour'
), applied AS MATERIALIZED (
    -- everybody's events of these groups
    SELECT id, ref_id COLLATE "C" AS reference, event_type COLLATE "C" AS event_type, day, logged.actor, network, occurred_at,
           date_bin('1 hour', occurred_at, '2000-01-01T00:00:00Z') AS bucket,
           extract(hour FROM occurred_at AT TIME ZONE 'UTC')::bigint << 58 | id AS key,
           coalesce(logged.actor = $1, false) OR coalesce(network = $1, false) AS is_theirs,
           bot OR EXISTS (
               SELECT FROM analytic.exclusion AS other
               WHERE date_ended IS NULL AND other.actor <> $1 AND other.actor IN (logged.actor, network) AND occurred_at >= since) AS is_out,
           logged.actor IS NOT NULL AND date_created - occurred_at <= interval '169 hours' AS has_cap
    FROM analytic.interaction AS logged JOIN touched USING (ref_id, event_type)
    WHERE ref_type = 'Product' AND day = (occurred_at AT TIME ZONE 'UTC')::date
      -- the whole of the first day
      AND date_created >= (SELECT least(since_before, since_after) FROM span) - interval '25 hours'
      AND NOT EXISTS (SELECT FROM analytic.pending WHERE pending.sink = 'popularity' AND pending.interaction_id = logged.id)
), judged AS (
    SELECT applied.*, is_after, daily_cap, network_daily_cap,
           is_out OR is_theirs AND coalesce(occurred_at >= CASE WHEN is_after THEN since_after ELSE since_before END, false) AS is_excluded
    FROM applied CROSS JOIN span CROSS JOIN (VALUES (false), (true)) AS version (is_after)
    LEFT JOIN analytic.event_cap_period AS cap
        ON cap.event_type = applied.event_type AND has_cap AND day >= first_day AND day < end_day
), ranked AS (
    SELECT *, daily_cap IS NULL OR row_number() OVER (
        PARTITION BY is_after, reference, event_type, day, actor, network, is_excluded, daily_cap IS NULL ORDER BY key) <= daily_cap AS within_actor
    FROM judged
), standing AS MATERIALIZED (
    SELECT *, NOT is_excluded AND within_actor AND (daily_cap IS NULL OR network IS NULL OR row_number() OVER (
        PARTITION BY is_after, reference, event_type, day, network, is_excluded, daily_cap IS NULL, within_actor ORDER BY key) <= network_daily_cap) AS counts
    FROM ranked
), changed AS MATERIALIZED (
    SELECT * FROM (
        SELECT reference, bucket, event_type, sum(sign) FILTER (WHERE counts) AS counted,
               sum(sign) FILTER (WHERE NOT counts AND NOT is_excluded) AS capped, sum(sign) FILTER (WHERE is_excluded) AS excluded
        FROM (SELECT *, CASE WHEN is_after THEN 1 ELSE -1 END AS sign FROM standing) AS signed
        GROUP BY reference, bucket, event_type) AS difference
    WHERE counted <> 0 OR capped <> 0 OR excluded <> 0
), awaited AS MATERIALIZED (
    -- days that an event can still reach; the state of others is pruned
    SELECT DISTINCT day FROM touched
    WHERE day >= (now() AT TIME ZONE 'UTC')::date - 9 OR day IN (
        SELECT (occurred_at AT TIME ZONE 'UTC')::date FROM analytic.pending WHERE sink = 'popularity')
), held AS MATERIALIZED (
    SELECT day, coalesce(network, actor) AS actor, reference, event_type, array_agg(key ORDER BY key) AS kept,
           coalesce(array_agg(actor ORDER BY key) FILTER (WHERE network IS NOT NULL), '{}') AS guests,
           min(CASE WHEN network IS NULL THEN daily_cap ELSE network_daily_cap END) AS cap, min(daily_cap) AS guest_cap
    FROM standing WHERE is_after AND counts AND daily_cap IS NOT NULL AND day IN (SELECT day FROM awaited)
    GROUP BY day, coalesce(network, actor), reference, event_type
), emptied AS (
    DELETE FROM analytic.actor_day AS stored USING touched
    WHERE stored.day = touched.day AND stored.reference = touched.ref_id AND stored.event_type = touched.event_type
      AND NOT EXISTS (
          SELECT FROM held WHERE (held.day, held.actor, held.reference, held.event_type) = (stored.day, stored.actor, stored.reference, stored.event_type))
), rebuilt AS (
    INSERT INTO analytic.actor_day AS stored (day, actor, reference, event_type, cap, guest_cap, kept, guests)
    SELECT day, actor, reference, event_type, cap, guest_cap, kept, guests FROM held ORDER BY day, reference, actor, event_type
    ON CONFLICT (day, reference, actor, event_type) DO UPDATE SET kept = excluded.kept, guests = excluded.guests
    WHERE stored.kept <> excluded.kept
), moved AS (
    -- to hours, also where days are stored: the next fold adds them up
    INSERT INTO analytic.activity AS activity (reference, grain, bucket, event_type, counted, capped, excluded)
    SELECT reference, 'hour', bucket, event_type, coalesce(counted, 0), coalesce(capped, 0), coalesce(excluded, 0)
    FROM changed ORDER BY reference, bucket, event_type
    ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET
        counted  = activity.counted  + excluded.counted,
        capped   = activity.capped   + excluded.capped,
        excluded = activity.excluded + excluded.excluded
    RETURNING 1
), weighed AS MATERIALIZED (
    SELECT coalesce(known.product_id, reference) AS id, sum(counted * weight_micros)::bigint AS score_micros,
           coalesce(sum(counted) FILTER (WHERE counter = 'view_count'), 0)::bigint AS view_count,
           coalesce(sum(counted) FILTER (WHERE counter = 'purchase_count'), 0)::bigint AS purchase_count,
           coalesce(sum(counted) FILTER (WHERE counter = 'favorite_count'), 0)::bigint AS favorite_count,
           coalesce(sum(counted) FILTER (WHERE counter = 'cart_count'), 0)::bigint AS cart_count,
           coalesce(sum(counted) FILTER (WHERE counter = 'review_count'), 0)::bigint AS review_count
    FROM changed JOIN analytic.event_weight USING (event_type) LEFT JOIN analytic.product_reference AS known USING (reference)
    WHERE counted <> 0
    GROUP BY coalesce(known.product_id, reference)
), raised AS (
    INSERT INTO analytic.product_popularity AS popularity
        (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
    SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
    FROM weighed WHERE (SELECT count(*) FROM moved) > 0 ORDER BY id
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
-- one row even when nothing moves
SELECT (SELECT coalesce(sum(counted), 0)::bigint FROM changed) AS counted, (SELECT coalesce(sum(capped), 0)::bigint FROM changed) AS capped,
       (SELECT coalesce(sum(excluded), 0)::bigint FROM changed) AS excluded, (SELECT count(*) FROM weighed) AS products,
       move.id, move.score_micros
FROM (VALUES (1)) AS once LEFT JOIN (
    SELECT id, score_micros FROM weighed ORDER BY abs(score_micros) DESC, id LIMIT $6) AS move ON true
ORDER BY abs(move.score_micros) DESC, move.id
