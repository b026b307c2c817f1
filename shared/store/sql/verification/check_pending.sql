-- store::verification::check_pending
SELECT sinks.sink,
       count(pending.sink) FILTER (WHERE parked_at IS NULL) AS waiting,
       count(pending.sink) FILTER (WHERE parked_at IS NOT NULL) AS parked,
       count(pending.sink) FILTER (WHERE logged.id IS NULL) AS orphans,
       -- the effect that will be applied must be the one that a recount of the log yields
       count(pending.sink) FILTER (
           WHERE (pending.event_type, pending.product_id, pending.occurred_at, pending.actor, pending.network, pending.bot) IS DISTINCT FROM
                 (logged.event_type, CASE WHEN logged.ref_type = 'Product' THEN logged.ref_id END, logged.occurred_at, logged.actor,
                  CASE WHEN pending.sink = 'popularity' THEN logged.network END, logged.bot AND pending.sink = 'popularity')
             AND logged.id IS NOT NULL) AS contradictions,
       coalesce(extract(epoch FROM now() - min(pending.date_created) FILTER (WHERE parked_at IS NULL)), 0)::float8 AS oldest_age_seconds
FROM unnest($1::text[]) AS sinks (sink)
LEFT JOIN analytic.pending USING (sink)
LEFT JOIN analytic.interaction AS logged ON logged.id = pending.interaction_id AND logged.date_created = pending.date_created
GROUP BY sinks.sink ORDER BY sinks.sink DESC
