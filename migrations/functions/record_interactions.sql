-- store::interaction::record
CREATE OR REPLACE FUNCTION analytic.record_interactions(
    event_ids uuid[], origins uuid[], fingerprints bytea[], event_types text[], ref_types text[], ref_ids text[],
    product_ids text[], account_ids uuid[], session_ids text[], actors uuid[], metadata_texts text[], event_times timestamptz[],
    is_trusted boolean, client_agent text, client_network text, guest_network uuid, by_bot boolean, guest_events_per_minute bigint, sinks_to_fill text[]
) RETURNS TABLE (has_weight boolean, forbidden boolean, limited boolean, interaction_id bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH storing AS MATERIALIZED (
        -- an erasure waits for everyone who is storing, and covers what was stored until then (store::erasure::cover): so this is
        -- the time after the lock, and not when the transaction began
        SELECT clock_timestamp() AS stored_at FROM (SELECT pg_advisory_xact_lock_shared(hashtext('analytic.recording')) OFFSET 0) AS admitted
    ), item AS MATERIALIZED (
        -- ids follow the order of the request: they are drawn from sorted rows
        SELECT checked.*, nextval('analytic.interaction_id_seq') AS interaction_id FROM (
            -- whether the caller may send the event is decided by the same row that holds its weight
            SELECT sent.*, weight.event_type IS NOT NULL AS has_weight, coalesce(weight.trusted, false) AND NOT is_trusted AS forbidden,
                   -- guests only: what is already recorded does not count towards the quota, so that a retry is answered as
                   -- before
                   guest_events_per_minute IS NOT NULL AND NOT EXISTS (
                       SELECT FROM analytic.interaction_key AS known
                       WHERE known.event_id = sent.event_id AND known.origin = sent.origin) AS metered
            FROM unnest(event_ids, origins, fingerprints, event_types, ref_types, ref_ids, product_ids, account_ids, session_ids,
                        actors, metadata_texts, event_times)
                 WITH ORDINALITY AS sent (event_id, origin, fingerprint, event_type, ref_type, ref_id, product_id, account_id, session_id,
                                          actor, metadata, occurred_at, position)
            LEFT JOIN analytic.event_weight AS weight USING (event_type)
            ORDER BY position
        ) AS checked
    ), quota AS MATERIALIZED (
        -- not called without metered items; its row is locked before any key, because the keys depend on its result
        SELECT analytic.take_guest_quota(coalesce(client_network, ''), array_agg(position ORDER BY position), guest_events_per_minute) AS last_position
        FROM item WHERE metered AND NOT forbidden
    ), admitted AS MATERIALIZED (
        SELECT item.*, metered AND position > (SELECT last_position FROM quota) AS limited FROM item WHERE NOT forbidden
    ), claimed AS (
        -- by key, so that concurrent requests with the same ids wait instead of deadlocking; an event id that occurs twice
        -- in one request is claimed by its first item
        INSERT INTO analytic.interaction_key (event_id, origin, fingerprint, interaction_id, date_created)
        SELECT event_id, origin, fingerprint, interaction_id, (SELECT stored_at FROM storing) FROM admitted WHERE NOT limited ORDER BY event_id, origin, position
        ON CONFLICT (event_id, origin) DO NOTHING
        RETURNING interaction_id
    ), new AS MATERIALIZED (
        -- only claimed items are stored: a retry adds no row
        SELECT item.* FROM item JOIN claimed USING (interaction_id)
    ), stored AS (
        INSERT INTO analytic.interaction (id, origin, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata,
                                          user_agent, ip_address, actor, network, bot, occurred_at, date_created)
        SELECT interaction_id, origin, event_id, account_id, session_id, event_type, ref_type, ref_id, metadata::jsonb,
               client_agent, client_network, actor, guest_network, by_bot, coalesce(occurred_at, stored_at), stored_at
        FROM new CROSS JOIN storing
    ), outstanding AS (
        -- the effects commit with their cause; the first resend gives the direct hint a minute
        INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, actor, network, bot, occurred_at, next_hint_at)
        SELECT sink, interaction_id, stored_at, product_id, event_type, actor,
               CASE sink WHEN 'popularity' THEN guest_network END, by_bot AND sink = 'popularity', coalesce(occurred_at, stored_at), stored_at + interval '1 minute'
        FROM new CROSS JOIN storing CROSS JOIN unnest(sinks_to_fill) AS sinks (sink)
    )
    -- an item that was neither rejected nor claimed has an event id that its origin claimed before: the caller looks it up
    SELECT item.has_weight, item.forbidden, coalesce(admitted.limited, false) AS limited, claimed.interaction_id
    FROM item LEFT JOIN admitted USING (interaction_id) LEFT JOIN claimed USING (interaction_id) ORDER BY item.position;
END
$function$;
COMMENT ON FUNCTION analytic.record_interactions IS
    'Claims event ids and stores the new items of a request with their pending rows. Returns the outcome of each item, in their order.';
