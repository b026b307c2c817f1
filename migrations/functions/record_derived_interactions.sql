-- store::interaction::record_derived
CREATE OR REPLACE FUNCTION analytic.record_derived_interactions(
    event_ids uuid[], fingerprints bytea[], event_types text[], product_ids text[], account_ids uuid[], actors uuid[],
    metadata_texts text[], event_times timestamptz[], derived_origin uuid, sinks_to_fill text[]
) RETURNS TABLE (event_id uuid, interaction_id bigint, conflict boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH item AS MATERIALIZED (
        SELECT sent.*, nextval('analytic.interaction_id_seq') AS interaction_id FROM (
            SELECT * FROM unnest(event_ids, fingerprints, event_types, product_ids, account_ids, actors, metadata_texts, event_times)
                AS derived (event_id, fingerprint, event_type, product_id, account_id, actor, metadata, occurred_at)
            ORDER BY event_id
        ) AS sent
    ), claimed AS (
        -- by key, as requests claim their ids
        INSERT INTO analytic.interaction_key (event_id, origin, fingerprint, interaction_id, date_created)
        SELECT event_id, derived_origin, fingerprint, interaction_id, now() FROM item ORDER BY event_id
        ON CONFLICT (event_id, origin) DO NOTHING
        RETURNING interaction_id
    ), new AS MATERIALIZED (
        SELECT item.* FROM item JOIN claimed USING (interaction_id)
    ), stored AS (
        INSERT INTO analytic.interaction (id, origin, event_id, account_id, event_type, ref_type, ref_id, metadata, actor, occurred_at, date_created)
        SELECT interaction_id, derived_origin, event_id, account_id, event_type, 'Product', product_id, metadata::jsonb, actor, occurred_at, now()
        FROM new
    ), outstanding AS (
        -- the effects commit with their cause; the first resend gives the direct hint a minute
        INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, actor, occurred_at, next_hint_at)
        SELECT sink, interaction_id, now(), product_id, event_type, actor, occurred_at, now() + interval '1 minute'
        FROM new CROSS JOIN unnest(sinks_to_fill) AS sinks (sink)
    )
    -- An existing key is visible to this statement: transactions that derive from the same subject hold its lock, which was
    -- taken by an earlier statement. If the key is missing nevertheless, that is a conflict too.
    SELECT item.event_id, claimed.interaction_id,
           -- a key without a fingerprint belongs to an erased person
           claimed.interaction_id IS NULL AND (known.event_id IS NULL OR coalesce(known.fingerprint <> item.fingerprint, false)) AS conflict
    FROM item LEFT JOIN claimed USING (interaction_id)
    LEFT JOIN LATERAL (
        -- key by key, and only for what was not claimed
        SELECT event_id, fingerprint FROM analytic.interaction_key
        WHERE claimed.interaction_id IS NULL AND event_id = item.event_id AND origin = derived_origin OFFSET 0
    ) AS known ON true
    ORDER BY item.interaction_id;
END
$function$;
COMMENT ON FUNCTION analytic.record_derived_interactions IS
    'Stores interactions that follow from back-end events, each once, with their pending rows.';
