-- store::partition::ensure_ahead
SELECT count(*) FILTER (WHERE analytic.ensure_interaction_partition((now() AT TIME ZONE 'UTC')::date + ahead))
FROM generate_series(0, $1::int) AS ahead
