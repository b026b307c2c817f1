-- store::erasure::find_open
SELECT id, covered_until > now() - make_interval(secs => $3::float8) AS is_fresh
FROM analytic.erasure JOIN analytic.erasure_identity ON erasure_id = id
WHERE kind = 'account' AND identity = ANY($1) OR kind = 'customer' AND identity = ANY($2)
ORDER BY id LIMIT 1
