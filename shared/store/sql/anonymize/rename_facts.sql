-- store::anonymize::rename_facts
UPDATE analytic.order_fact AS known SET customer = renamed.erased
FROM unnest($2::text[], $3::text[]) AS renamed (key, erased)
WHERE known.order_id = ANY($1) AND known.customer = renamed.key
RETURNING 1
