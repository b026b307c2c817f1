-- store::projection::clear_stale
DELETE FROM analytic.stale_projection AS stale USING unnest($1::text[], $2::text[]) AS done (subject, subject_id)
WHERE stale.subject = done.subject AND stale.subject_id = done.subject_id
