-- store::verification::check_keys
WITH recent AS MATERIALIZED (
    -- a minute inside the horizon, because pruning reads the clock at another time
    SELECT id, origin, event_id, date_created FROM analytic.interaction
    WHERE date_created >= now() - make_interval(days => $1) + interval '1 minute'
), keys_without_row AS MATERIALIZED (
    SELECT event_id FROM analytic.interaction_key AS key
    WHERE NOT EXISTS (
        SELECT FROM analytic.interaction AS logged
        WHERE logged.id = key.interaction_id AND logged.date_created = key.date_created
          AND logged.event_id = key.event_id AND logged.origin = key.origin)
), rows_without_key AS MATERIALIZED (
    SELECT event_id FROM recent
    WHERE NOT EXISTS (
        SELECT FROM analytic.interaction_key AS key
        WHERE key.event_id = recent.event_id AND key.origin = recent.origin
          AND key.interaction_id = recent.id AND key.date_created = recent.date_created)
), keys_without_digest AS MATERIALIZED (
    -- an erasure removes the digest together with whom the row names
    SELECT key.event_id FROM analytic.interaction_key AS key
    JOIN analytic.interaction AS logged ON logged.id = key.interaction_id AND logged.date_created = key.date_created
    WHERE key.fingerprint IS NULL AND (logged.account_id IS NOT NULL OR logged.session_id IS NOT NULL)
), repeated AS MATERIALIZED (
    SELECT event_id FROM recent GROUP BY event_id, origin HAVING count(*) > 1
)
SELECT (SELECT count(*) FROM analytic.interaction) AS logged,
       (SELECT count(*) FROM recent) AS recent,
       (SELECT count(*) FROM analytic.interaction_key) AS keys,
       (SELECT count(*) FROM keys_without_row) AS keys_without_row,
       (SELECT count(*) FROM rows_without_key) AS rows_without_key,
       (SELECT count(*) FROM repeated) AS repeated, (SELECT count(*) FROM keys_without_digest) AS keys_without_digest,
       ARRAY(SELECT event_id FROM keys_without_row UNION SELECT event_id FROM rows_without_key UNION SELECT event_id FROM repeated
             UNION SELECT event_id FROM keys_without_digest
             ORDER BY event_id LIMIT $2) AS examples
