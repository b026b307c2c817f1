-- store::anonymize_interaction::erase
WITH renamed AS MATERIALIZED (
    SELECT * FROM unnest($5::uuid[], $6::uuid[]) AS renamed (origin, erased)
), found AS MATERIALIZED (
    SELECT id, date_created, event_id, origin FROM analytic.interaction
    -- what arrived after the erasure began belongs to a new person: otherwise it would never end for someone who keeps
    -- shopping
    WHERE date_created <= $4 AND (account_id = ANY($1) OR account_id IS NULL AND session_id = ANY($2))
    LIMIT $3 FOR UPDATE
), held AS MATERIALIZED (
    -- by key, as recording claims its ids
    SELECT key.event_id, key.origin FROM analytic.interaction_key AS key
    JOIN found ON found.event_id = key.event_id AND found.origin = key.origin AND found.id = key.interaction_id
    ORDER BY key.event_id, key.origin FOR UPDATE OF key
), anonymized AS (
    -- the digest contains the person; an id that was the person's own is free for the new one
    UPDATE analytic.interaction_key AS key SET fingerprint = NULL, origin = coalesce(renamed.erased, key.origin)
    FROM held LEFT JOIN renamed USING (origin) WHERE held.event_id = key.event_id AND held.origin = key.origin RETURNING 1
), erased AS (
    UPDATE analytic.interaction AS logged
    SET origin = coalesce(renamed.erased, logged.origin),
        account_id = NULL, session_id = NULL, metadata = '{}', user_agent = NULL, ip_address = NULL
    FROM found LEFT JOIN renamed USING (origin) WHERE logged.id = found.id AND logged.date_created = found.date_created RETURNING 1
)
SELECT (SELECT count(*) FROM erased) AS interactions, (SELECT count(*) FROM anonymized) AS keys
