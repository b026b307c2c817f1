-- store::table_recount::network_day
-- how much of what the guests of a network did still teaches, on the days that an event can still reach
WITH event AS MATERIALIZED (
    SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, network, reference, gain IS NOT NULL AS teaches,
           is_unclear OR EXISTS (SELECT FROM analytic.learning_gain_change AS change
                                 WHERE change.event_type = logged.event_type AND change.date_created >= logged.date_created) AS is_unclear
    FROM (SELECT *, event_type COLLATE "C" AS type FROM analytic.learned_event) AS logged
    LEFT JOIN analytic.learning_gain ON learning_gain.event_type = type
    WHERE network IS NOT NULL AND (occurred_at AT TIME ZONE 'UTC')::date >= (now() AT TIME ZONE 'UTC')::date - 8
), unclear AS (
    SELECT day, network, reference FROM event WHERE is_unclear
    UNION SELECT day, network, claim.product_id FROM event JOIN analytic.product_sku AS claim ON claim.sku COLLATE "C" = event.reference
), counted AS (
    SELECT day, network, reference, count(*) AS events FROM event WHERE teaches GROUP BY day, network, reference
), stored AS (
    SELECT day, network, product_id AS reference, events FROM analytic.network_day JOIN analytic.learned_product USING (product_no)
    WHERE day >= (now() AT TIME ZONE 'UTC')::date - 8
), compared AS MATERIALIZED (
    SELECT concat_ws(' ', day, network, reference) AS key, stored.events::text AS stored, counted.events::text AS recounted,
           stored.events IS DISTINCT FROM counted.events AS differs
    FROM stored FULL JOIN counted USING (day, network, reference)
    LEFT JOIN (SELECT day, network, reference, true AS is_unclear FROM unclear) AS unclear USING (day, network, reference)
    WHERE is_unclear IS NULL
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
