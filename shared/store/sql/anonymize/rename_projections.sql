-- store::anonymize::rename_projections
WITH renamed AS MATERIALIZED (
    SELECT * FROM unnest($3::text[], $4::text[]) AS renamed (key, erased)
), meant AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[]) AS meant (subject, subject_id)
)
UPDATE analytic.projection AS known
SET subject_id = CASE WHEN known.subject = 'user' THEN coalesce((SELECT erased FROM renamed WHERE key = known.subject_id), known.subject_id)
                      ELSE known.subject_id END,
    contribution = (
        SELECT coalesce(jsonb_agg(
            CASE WHEN renamed.key IS NULL THEN cell
                 ELSE jsonb_set(cell, '{0,customer,customer_key}', to_jsonb(renamed.erased)) END ORDER BY position), '[]')::text
        FROM jsonb_array_elements(known.contribution::jsonb) WITH ORDINALITY AS cells (cell, position)
        LEFT JOIN renamed ON renamed.key = cell->0->'customer'->>'customer_key')
FROM meant WHERE known.subject = meant.subject AND known.subject_id = meant.subject_id
RETURNING 1
