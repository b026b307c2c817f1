-- store::erasure::open
INSERT INTO analytic.erasure (id, named_by, requested_by, linked, date_created) VALUES ($1, $2, $3, $4::text::jsonb, now())
