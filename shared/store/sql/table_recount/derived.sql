-- store::table_recount::derived
-- what a projection says it has derived is in the log of interactions, and the reverse: what it does not know it would derive
-- again
WITH listed AS (
    SELECT id, count(*) AS times, bool_or(id <> ALL (derived)) AS is_withdrawn_only
    FROM analytic.projection CROSS JOIN LATERAL (SELECT unnest(derived) AS id UNION SELECT unnest(withdrawn)) AS its GROUP BY id
), logged AS (
    -- domain::Origin::DERIVED
    SELECT event_id AS id, count(*) AS times FROM analytic.interaction
    WHERE origin = '00000000-0000-0000-0000-000000000001' GROUP BY event_id
), compared AS MATERIALIZED (
    SELECT id::text AS key, CASE WHEN is_withdrawn_only THEN 'withdrawn, never derived' ELSE 'derived ' || listed.times END AS stored,
           'logged ' || logged.times AS recounted, coalesce(is_withdrawn_only, true) OR listed.times IS DISTINCT FROM logged.times AS differs
    FROM listed FULL JOIN logged USING (id)
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
