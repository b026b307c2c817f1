-- store::table_recount::actor_day
-- which events count, and therefore which of the next ones will: of the days that an event can still reach (store::actor_day)
WITH counted AS (
    SELECT day, coalesce(network, actor) AS actor, reference, event_type,
           ROW(min(CASE WHEN network IS NULL THEN daily_cap ELSE network_daily_cap END), min(daily_cap), array_agg(key ORDER BY key),
               coalesce(array_agg(actor ORDER BY key) FILTER (WHERE network IS NOT NULL), '{}'))::text AS kept
    FROM (SELECT *, extract(hour FROM bucket AT TIME ZONE 'UTC')::bigint << 58 | id AS key FROM analytic.standing_recount
          WHERE day >= (now() AT TIME ZONE 'UTC')::date - 8) AS standing
    WHERE counts AND daily_cap IS NOT NULL
    GROUP BY day, coalesce(network, actor), reference, event_type
), stored AS (
    SELECT day, actor, reference, event_type, ROW(cap, guest_cap, kept, guests)::text AS kept FROM analytic.actor_day
    WHERE day >= (now() AT TIME ZONE 'UTC')::date - 8
), compared AS MATERIALIZED (
    SELECT concat_ws(' ', day, actor, reference, event_type) AS key, left(stored.kept, 200) AS stored, left(counted.kept, 200) AS recounted,
           stored.kept IS DISTINCT FROM counted.kept AS differs
    FROM stored FULL JOIN counted USING (day, actor, reference, event_type)
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
