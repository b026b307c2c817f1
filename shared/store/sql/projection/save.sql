-- store::projection::save
UPDATE analytic.projection SET contribution = saved.contribution::jsonb, derived = saved.derived::uuid[], withdrawn = saved.withdrawn::uuid[]
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS saved (subject, subject_id, contribution, derived, withdrawn)
WHERE projection.subject = saved.subject AND projection.subject_id = saved.subject_id
