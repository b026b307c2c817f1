-- store::forget_interaction::erase
WITH found AS MATERIALIZED (
    SELECT id, date_created, event_id FROM analytic.interaction
    -- what came after the erasure began is a new person's: else somebody who goes on shopping would never be done
    WHERE date_created <= $4 AND (account_id = ANY($1) OR account_id IS NULL AND session_id = ANY($2))
    LIMIT $3 FOR UPDATE
), held AS MATERIALIZED (
    -- in order of event id, as recordings claim theirs
    SELECT key.event_id FROM analytic.interaction_key AS key
    JOIN found ON found.event_id = key.event_id AND found.id = key.interaction_id
    ORDER BY key.event_id FOR UPDATE OF key
), forgotten AS (
    -- the digest has the account in it
    UPDATE analytic.interaction_key AS key SET fingerprint = uuid_send(gen_random_uuid())
    FROM held WHERE held.event_id = key.event_id RETURNING 1
), erased AS (
    UPDATE analytic.interaction AS logged
    SET account_id = NULL, session_id = NULL, metadata = '{}', user_agent = NULL, ip_address = NULL
    FROM found WHERE logged.id = found.id AND logged.date_created = found.date_created RETURNING 1
)
SELECT (SELECT count(*) FROM erased) AS interactions, (SELECT count(*) FROM forgotten) AS keys
