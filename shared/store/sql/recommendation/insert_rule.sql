-- store::recommendation::insert_rule
INSERT INTO analytic.merchandising_rule
    (action, target, target_id, placement, position, factor, starts_at, ends_at, reason, created_by, date_created)
VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, 'infinity'), $9, $10, now())
RETURNING id, action, target, target_id, placement, position, factor, starts_at, nullif(ends_at, 'infinity') AS ends_at, reason, created_by, date_created
