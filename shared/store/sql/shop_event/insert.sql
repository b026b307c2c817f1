-- store::shop_event::insert
-- in id order, so that concurrent consumers with the same events wait instead of deadlocking
INSERT INTO analytic.shop_event (id, fingerprint, event_type, subject, subject_id, service, occurred_at, content, date_created)
SELECT id, fingerprint, event_type, subject, subject_id, service, occurred_at, content::jsonb, now()
FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
     WITH ORDINALITY AS reported (id, fingerprint, event_type, subject, subject_id, service, occurred_at, content, position)
ORDER BY id, position
ON CONFLICT (id) DO NOTHING
RETURNING id
