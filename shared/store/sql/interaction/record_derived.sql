-- store::interaction::record_derived
WITH item AS MATERIALIZED (
    SELECT sent.*, nextval('analytic.interaction_id_seq') AS interaction_id FROM (
        SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[])
            AS derived (event_id, fingerprint, event_type, product_id, account_id, metadata, occurred_at)
        ORDER BY event_id
    ) AS sent
), claimed AS (
    -- in order of event id, as requests claim theirs
    INSERT INTO analytic.interaction_key (event_id, fingerprint, interaction_id, date_created)
    SELECT event_id, fingerprint, interaction_id, now() FROM item ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING interaction_id
), new AS MATERIALIZED (
    SELECT item.* FROM item JOIN claimed USING (interaction_id)
), stored AS (
    INSERT INTO analytic.interaction (id, event_id, account_id, event_type, ref_type, ref_id, metadata, occurred_at, date_created)
    SELECT interaction_id, event_id, account_id, event_type, 'Product', product_id::text, metadata::jsonb, occurred_at, now()
    FROM new
), outstanding AS (
    -- the effects commit with their cause; the first resend gives the direct hint a minute
    INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, next_hint_at)
    SELECT sink, interaction_id, now(), product_id, event_type, now() + interval '1 minute'
    FROM new CROSS JOIN (VALUES ('popularity'), ('catalog')) AS sinks (sink)
)
SELECT interaction_id FROM new ORDER BY interaction_id
