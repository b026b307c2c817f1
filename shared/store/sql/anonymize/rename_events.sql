-- store::anonymize::rename_events
WITH renamed AS MATERIALIZED (
    SELECT * FROM unnest($3::text[], $4::text[]) AS renamed (key, erased)
), meant AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[]) AS meant (subject, subject_id)
)
UPDATE analytic.shop_event AS logged
SET fingerprint = NULL,
    content = content || jsonb_build_object(CASE WHEN content ? 'user' THEN 'user' ELSE 'customer' END, renamed.erased),
    subject_id = CASE WHEN logged.subject = 'user' THEN renamed.erased ELSE logged.subject_id END
FROM renamed
WHERE coalesce(content->>'customer', content->>'user') = renamed.key
  AND (logged.subject, logged.subject_id) IN (SELECT subject, subject_id FROM meant)
RETURNING logged.id
