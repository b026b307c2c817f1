-- store::erasure::open
INSERT INTO analytic.erasure (id, named_by, requested_by, linked, date_created)
VALUES ($1, $2, $3, '{"accounts": 0, "customers": 0, "sessions": 0, "shared": 0}', now())
