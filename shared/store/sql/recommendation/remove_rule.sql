-- store::recommendation::remove_rule
UPDATE analytic.merchandising_rule SET removed_by = $2, date_removed = now()
WHERE id = $1 AND date_removed IS NULL
RETURNING id
