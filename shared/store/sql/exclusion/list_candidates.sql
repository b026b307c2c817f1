-- store::exclusion::list_candidates
-- $1 is the product, $2 the hours that are looked at, $3 how many actors are returned. What a hash stands for is read from
-- the log, by one of the events that count for it: an erased person has no name there
WITH named AS MATERIALIZED (
    SELECT $1::text COLLATE "C" AS reference
    WHERE (SELECT product_id FROM analytic.product_reference WHERE reference = $1) IS NULL
    UNION ALL
    SELECT reference FROM analytic.product_reference WHERE product_id = $1
), held AS (
    SELECT actor, cardinality(guests) > 0 AS is_network, weight_micros, key & ((1::bigint << 58) - 1) AS interaction_id
    -- each day is looked up by the key; the clock of a sender may be ahead
    FROM named CROSS JOIN generate_series(-1, $2::int / 24 + 1) AS day (ago)
    JOIN analytic.actor_day ON actor_day.reference = named.reference AND actor_day.day = (now() AT TIME ZONE 'UTC')::date - ago
    JOIN analytic.event_weight USING (event_type)
    CROSS JOIN LATERAL unnest(kept) AS key
    WHERE weight_micros > 0
      AND actor_day.day::timestamp AT TIME ZONE 'UTC' + (key >> 58) * interval '1 hour' >= date_trunc('hour', now(), 'UTC') - $2::int * interval '1 hour'
), summed AS MATERIALIZED (
    SELECT actor, is_network, count(*) AS events, sum(weight_micros)::bigint AS micros, max(interaction_id) AS interaction_id
    FROM held GROUP BY actor, is_network ORDER BY micros DESC, actor LIMIT $3
)
SELECT is_network, events, micros, account_id,
       CASE WHEN account_id IS NULL AND NOT is_network THEN session_id END AS session_id,
       CASE WHEN is_network THEN ip_address END AS network
FROM summed LEFT JOIN analytic.interaction AS logged ON logged.id = interaction_id
ORDER BY micros DESC, summed.actor
