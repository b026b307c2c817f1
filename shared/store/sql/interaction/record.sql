-- store::interaction::record
WITH item AS MATERIALIZED (
    -- whether the caller may send the event is decided by the same row that holds its weight
    SELECT sent.*, coalesce(weight.trusted, false) AND NOT $11 AS forbidden
    FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[])
         WITH ORDINALITY AS sent (event_id, fingerprint, event_type, ref_type, ref_id, product_id, session_id, metadata, occurred_at, position)
    LEFT JOIN analytic.event_weight AS weight USING (event_type)
), candidate AS (
    -- an event id that comes twice in one request is claimed by its first item
    SELECT DISTINCT ON (event_id) * FROM item WHERE NOT forbidden ORDER BY event_id, position
), claimed AS (
    -- in order of event id, so that two requests with the same ids wait for each other instead of deadlocking
    INSERT INTO analytic.interaction_key (event_id, fingerprint, interaction_id, date_created)
    SELECT event_id, fingerprint, nextval('analytic.interaction_id_seq'), now() FROM candidate ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id, interaction_id, date_created
), stored AS (
    -- only what was claimed is stored: a retry adds no row
    INSERT INTO analytic.interaction (id, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata,
                                      user_agent, ip_address, occurred_at, date_created)
    SELECT claimed.interaction_id, event_id, $10, session_id, event_type, ref_type, ref_id, metadata::jsonb,
           $12, $13, coalesce(occurred_at, claimed.date_created), claimed.date_created
    FROM claimed JOIN candidate USING (event_id)
), outstanding AS (
    -- the effects commit with their cause; the first resend gives the direct hint a minute
    INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, next_hint_at)
    SELECT sink, claimed.interaction_id, claimed.date_created, product_id, event_type, claimed.date_created + interval '1 minute'
    FROM claimed JOIN candidate USING (event_id) CROSS JOIN (VALUES ('popularity'), ('catalog')) AS sinks (sink)
)
-- an id claimed by a transaction that commits while this one runs is in neither: the caller looks it up
SELECT item.forbidden,
       claimed.event_id IS NOT NULL AND item.position = candidate.position AS is_new,
       coalesce(claimed.interaction_id, known.interaction_id) AS interaction_id,
       item.fingerprint = CASE WHEN claimed.event_id IS NOT NULL THEN candidate.fingerprint ELSE known.fingerprint END AS same_content
FROM item
LEFT JOIN candidate USING (event_id)
LEFT JOIN claimed USING (event_id)
LEFT JOIN analytic.interaction_key AS known ON known.event_id = item.event_id
ORDER BY item.position
