-- store::erasure::find_open
SELECT erasure_id FROM analytic.erasure_identity
WHERE kind = 'account' AND identity = ANY($1) OR kind = 'customer' AND identity = ANY($2)
ORDER BY erasure_id LIMIT 1
