-- store::anonymize::rename_opinions
UPDATE analytic.opinion AS known SET customer_key = renamed.erased
FROM unnest($1::text[], $2::text[]) AS meant (subject, opinion_id), unnest($3::text[], $4::text[]) AS renamed (key, erased)
WHERE known.subject = meant.subject AND known.opinion_id = meant.opinion_id AND known.customer_key = renamed.key
RETURNING 1
