-- store::pending::get_depth
SELECT sinks.sink,
       count(pending.sink) FILTER (WHERE parked_at IS NULL) AS waiting,
       count(pending.sink) FILTER (WHERE parked_at IS NOT NULL) AS parked,
       coalesce(extract(epoch FROM now() - min(date_created) FILTER (WHERE parked_at IS NULL)), 0)::float8 AS oldest_age_seconds
FROM unnest($1::text[]) AS sinks (sink)
LEFT JOIN analytic.pending USING (sink)
GROUP BY sinks.sink ORDER BY sinks.sink
