-- store::actor_day::prune
WITH awaited AS MATERIALIZED (
    SELECT DISTINCT (occurred_at AT TIME ZONE 'UTC')::date AS day FROM analytic.pending
    WHERE sink = 'popularity' AND actor IS NOT NULL AND date_created - occurred_at <= interval '169 hours'
      AND (occurred_at AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date - $2::int
), expired AS MATERIALIZED (
    -- a bounded number at a time; what a scorer has locked is left to the next run
    SELECT ctid FROM analytic.actor_day
    WHERE day < (now() AT TIME ZONE 'UTC')::date - $2::int AND day <> ALL (ARRAY(SELECT day FROM awaited))
    ORDER BY day, reference, actor, event_type LIMIT $1::bigint FOR UPDATE SKIP LOCKED
)
-- an array, so that rows are found by their place whatever the statistics say
DELETE FROM analytic.actor_day WHERE ctid = ANY (ARRAY(SELECT ctid FROM expired))
RETURNING 1
