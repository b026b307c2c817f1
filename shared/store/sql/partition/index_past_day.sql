-- store::partition::index_past_day
SELECT analytic.index_past_day((now() AT TIME ZONE 'UTC')::date) AS indexed
