-- store::anonymize::lock_projections
-- in key order, as project-orders locks them; what it committed meanwhile is visible from the next statement on
SELECT contribution FROM analytic.projection JOIN unnest($1::text[], $2::text[]) AS meant (subject, subject_id)
    USING (subject, subject_id)
ORDER BY subject, subject_id FOR UPDATE OF projection
