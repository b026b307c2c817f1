-- store::tracking::list
WITH found AS MATERIALIZED (
    -- an id may have been used by several senders; without an origin all of them are asked for
    SELECT logged.id, logged.event_type, logged.ref_type, logged.ref_id, logged.occurred_at, logged.date_created
    FROM analytic.interaction_key AS key
    JOIN analytic.interaction AS logged ON logged.id = key.interaction_id AND logged.date_created = key.date_created
    WHERE key.event_id = $1 AND ($2::uuid IS NULL OR key.origin = $2)
)
SELECT now() AS as_of, found.id, found.event_type, found.ref_type, found.ref_id, found.occurred_at, found.date_created,
       coalesce(known.product_id, found.ref_id) AS product_id, weight.weight_micros,
       CASE WHEN found.ref_type = 'Product' AND NOT EXISTS (
           SELECT FROM analytic.pending WHERE sink = 'popularity' AND interaction_id = found.id) THEN 'counted' END AS outcome,
       pending.sink, pending.hints, pending.next_hint_at, pending.parked_at, pending.parked_reason
FROM found
-- by every sink, because that is how the primary key begins
LEFT JOIN analytic.pending ON pending.sink = ANY($3::text[]) AND pending.interaction_id = found.id
LEFT JOIN analytic.product_reference AS known ON known.reference = found.ref_id AND found.ref_type = 'Product'
LEFT JOIN analytic.event_weight AS weight ON weight.event_type = found.event_type
ORDER BY found.date_created, found.id, pending.sink
