-- store::interaction::record
WITH item AS MATERIALIZED (
    -- ids follow the order of the request: they are drawn from sorted rows
    SELECT judged.*, nextval('analytic.interaction_id_seq') AS interaction_id FROM (
        -- whether the caller may send the event is decided by the same row that holds its weight
        SELECT sent.*, coalesce(weight.trusted, false) AND NOT $11 AS forbidden
        FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[])
             WITH ORDINALITY AS sent (event_id, fingerprint, event_type, ref_type, ref_id, product_id, session_id, metadata, occurred_at, position)
        LEFT JOIN analytic.event_weight AS weight USING (event_type)
        ORDER BY position
    ) AS judged
), claimed AS (
    -- in order of event id, so that two requests with the same ids wait for each other instead of deadlocking;
    -- an event id that comes twice in one request is claimed by its first item
    INSERT INTO analytic.interaction_key (event_id, fingerprint, interaction_id, date_created)
    SELECT event_id, fingerprint, interaction_id, now() FROM item WHERE NOT forbidden ORDER BY event_id, position
    ON CONFLICT (event_id) DO NOTHING
    RETURNING interaction_id
), new AS MATERIALIZED (
    -- only what was claimed is stored: a retry adds no row
    SELECT item.* FROM item JOIN claimed USING (interaction_id)
), stored AS (
    INSERT INTO analytic.interaction (id, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata,
                                      user_agent, ip_address, occurred_at, date_created)
    SELECT interaction_id, event_id, $10, session_id, event_type, ref_type, ref_id, metadata::jsonb,
           $12, $13, coalesce(occurred_at, now()), now()
    FROM new
), outstanding AS (
    -- the effects commit with their cause; the first resend gives the direct hint a minute
    INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, next_hint_at)
    SELECT sink, interaction_id, now(), product_id, event_type, now() + interval '1 minute'
    FROM new CROSS JOIN (VALUES ('popularity'), ('catalog')) AS sinks (sink)
)
-- an item that was neither refused nor claimed has an event id that somebody claimed before: the caller looks it up
SELECT item.forbidden, claimed.interaction_id FROM item LEFT JOIN claimed USING (interaction_id) ORDER BY item.position
