-- store::anonymize::list_subjects
SELECT DISTINCT subject, subject_id FROM analytic.shop_event
WHERE coalesce(content->>'customer', content->>'user') = ANY($1) ORDER BY subject, subject_id
