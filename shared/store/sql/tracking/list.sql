-- store::tracking::list
WITH found AS MATERIALIZED (
    -- an id may have been used by several senders; without an origin all of them are asked for
    SELECT logged.id, logged.event_type, logged.ref_type, logged.ref_id, logged.occurred_at, logged.date_created, logged.network,
           -- what arrived later than the live lane admits is history and has no cap, like what names nobody
           CASE WHEN logged.date_created - logged.occurred_at <= interval '169 hours' THEN logged.actor END AS actor,
           bot OR EXISTS (
               SELECT FROM analytic.exclusion
               WHERE date_ended IS NULL AND exclusion.actor IN (logged.actor, logged.network) AND logged.occurred_at >= since) AS is_excluded,
           (logged.occurred_at AT TIME ZONE 'UTC')::date AS day,
           extract(hour FROM logged.occurred_at AT TIME ZONE 'UTC')::bigint << 58 | logged.id AS key,
           NOT EXISTS (SELECT FROM analytic.pending WHERE sink = 'popularity' AND interaction_id = logged.id) AS is_scored
    FROM analytic.interaction_key AS key
    JOIN analytic.interaction AS logged ON logged.id = key.interaction_id AND logged.date_created = key.date_created
    WHERE key.event_id = $1 AND ($2::uuid IS NULL OR key.origin = $2)
)
SELECT now() AS as_of, found.id, found.event_type, found.ref_type, found.ref_id, found.occurred_at, found.date_created,
       coalesce(known.product_id, found.ref_id) AS product_id, weight.weight_micros,
       CASE WHEN NOT is_scored OR found.ref_type <> 'Product' THEN NULL
            WHEN is_excluded THEN 'excluded'
            WHEN found.actor IS NULL OR cap.daily_cap IS NULL OR key = ANY (held.kept) THEN 'counted'
            -- the days of caps are pruned; then it is no longer known of a single event
            WHEN held.kept IS NOT NULL THEN 'capped' END AS outcome,
       pending.sink, pending.hints, pending.next_hint_at, pending.parked_at, pending.parked_reason
FROM found
-- by every sink, because that is how the primary key begins
LEFT JOIN analytic.pending ON pending.sink = ANY($3::text[]) AND pending.interaction_id = found.id
LEFT JOIN analytic.product_reference AS known ON known.reference = found.ref_id AND found.ref_type = 'Product'
LEFT JOIN analytic.event_weight AS weight ON weight.event_type = found.event_type
LEFT JOIN analytic.event_cap_period AS cap
    ON cap.event_type = found.event_type AND found.day >= cap.first_day AND found.day < cap.end_day
LEFT JOIN analytic.actor_day AS held
    ON held.day = found.day AND held.actor = coalesce(found.network, found.actor)
   AND held.reference = found.ref_id AND held.event_type = found.event_type
ORDER BY found.date_created, found.id, pending.sink
