-- store::erasure::get
SELECT id, named_by, linked::text AS linked, counts::text AS counts, date_created, covered_until, date_completed,
       greatest(extract(epoch FROM settles_at - now()), 0)::float8 AS settles_in_seconds
FROM analytic.erasure WHERE id = $1
