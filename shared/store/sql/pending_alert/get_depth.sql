-- store::pending_alert::get_depth
SELECT count(*) FILTER (WHERE parked_at IS NULL) AS waiting,
       count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked,
       coalesce(extract(epoch FROM now() - min(date_created) FILTER (WHERE parked_at IS NULL)), 0)::float8 AS oldest_age_seconds
FROM analytic.pending_alert
