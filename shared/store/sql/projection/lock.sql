-- store::projection::lock
-- in key order; the update changes nothing, but locks an existing row
INSERT INTO analytic.projection AS locked (subject, subject_id)
SELECT DISTINCT subject, subject_id FROM unnest($1::text[], $2::text[]) AS wanted (subject, subject_id)
ORDER BY subject, subject_id
ON CONFLICT (subject, subject_id) DO UPDATE SET subject_id = excluded.subject_id
RETURNING locked.subject, locked.subject_id, locked.contribution::text AS contribution, locked.derived
