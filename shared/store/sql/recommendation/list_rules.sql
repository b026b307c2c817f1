-- store::recommendation::list_rules
SELECT id, action, target, target_id, placement, position, factor, starts_at, nullif(ends_at, 'infinity') AS ends_at, reason, created_by, date_created
FROM analytic.merchandising_rule
WHERE date_removed IS NULL AND ends_at > now()
ORDER BY id
