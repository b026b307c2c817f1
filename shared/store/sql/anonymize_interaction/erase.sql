-- store::anonymize_interaction::erase
WITH renamed AS MATERIALIZED (
    SELECT * FROM unnest($5::uuid[], $6::uuid[]) AS renamed (origin, erased)
), found AS MATERIALIZED (
    SELECT id, date_created, event_id, origin, actor, network, ref_id, event_type, (occurred_at AT TIME ZONE 'UTC')::date AS day FROM analytic.interaction
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
), touched AS MATERIALIZED (
    -- a new actor for each actor in each batch, and for all events that share a cap with one of the batch, even if they
    -- arrived later: a cap must not begin anew for some of them. Never the same one twice, which could unite what is apart.
    -- A later event that got its new actor with an earlier erasure keeps it: it shares a cap with events that no longer
    -- name anybody, so nothing would find those
    SELECT found.*, erased AS new_actor
    FROM (SELECT DISTINCT actor, network, ref_id, event_type, day FROM found) AS found
    JOIN (SELECT actor, gen_random_uuid() AS erased
          FROM (SELECT DISTINCT actor FROM found WHERE actor IN (SELECT origin FROM renamed)) AS actors) AS drawn
        USING (actor)
), still_excluded AS (
    -- who is excluded stays it under the new name, which nobody can include again
    INSERT INTO analytic.exclusion (actor, kind, since, reason, excluded_by, date_created)
    SELECT DISTINCT new_actor, kind, since, reason, excluded_by, exclusion.date_created
    FROM touched JOIN analytic.exclusion USING (actor) WHERE date_ended IS NULL
), sharing AS MATERIALIZED (
    SELECT logged.id, logged.date_created, touched.new_actor
    FROM analytic.interaction AS logged JOIN touched
        ON touched.actor = logged.actor AND touched.network IS NOT DISTINCT FROM logged.network AND touched.ref_id = logged.ref_id
       AND touched.event_type = logged.event_type AND touched.day = (logged.occurred_at AT TIME ZONE 'UTC')::date
    -- as above, so that an index finds them
    WHERE account_id = ANY($1) OR account_id IS NULL AND session_id = ANY($2)
), waiting AS MATERIALIZED (
    -- in the order of the consumers of a sink, who may be working on them
    SELECT pending.sink, pending.interaction_id, sharing.new_actor FROM analytic.pending JOIN sharing ON sharing.id = interaction_id
    WHERE sink = ANY($7) ORDER BY sink, interaction_id FOR UPDATE OF pending
), renamed_pending AS (
    UPDATE analytic.pending SET actor = waiting.new_actor FROM waiting
    WHERE pending.sink = waiting.sink AND pending.interaction_id = waiting.interaction_id
), renamed_days AS (
    -- scorers are excluded (store::anonymize_interaction)
    UPDATE analytic.actor_day AS held SET actor = touched.new_actor FROM touched
    WHERE touched.network IS NULL AND held.day = touched.day AND held.actor = touched.actor AND held.reference = touched.ref_id
      AND held.event_type = touched.event_type
), renamed_guests AS (
    UPDATE analytic.actor_day AS held SET guests = ARRAY(
        SELECT coalesce(renamed.new_actor, guest) FROM unnest(held.guests) WITH ORDINALITY AS guest (guest, place)
        LEFT JOIN touched AS renamed ON renamed.actor = guest AND renamed.network = held.actor AND renamed.ref_id = held.reference
            AND renamed.event_type = held.event_type AND renamed.day = held.day
        ORDER BY place)
    FROM (SELECT DISTINCT network, ref_id, event_type, day FROM touched WHERE network IS NOT NULL) AS shared
    WHERE held.day = shared.day AND held.actor = shared.network AND held.reference = shared.ref_id AND held.event_type = shared.event_type
), erased AS (
    UPDATE analytic.interaction AS logged
    SET origin = coalesce(renamed.erased, logged.origin), actor = coalesce(sharing.new_actor, logged.actor),
        account_id = NULL, session_id = NULL, metadata = '{}', user_agent = NULL, ip_address = NULL
    FROM found LEFT JOIN renamed USING (origin) LEFT JOIN sharing USING (id, date_created)
    WHERE logged.id = found.id AND logged.date_created = found.date_created RETURNING 1
), renamed_later AS (
    UPDATE analytic.interaction AS logged SET actor = sharing.new_actor FROM sharing
    WHERE logged.id = sharing.id AND logged.date_created = sharing.date_created
      AND NOT EXISTS (SELECT FROM found WHERE found.id = sharing.id)
)
SELECT (SELECT count(*) FROM erased) AS interactions, (SELECT count(*) FROM anonymized) AS keys
