-- store::exclusion::begin
INSERT INTO analytic.exclusion (actor, kind, since, reason, excluded_by, date_created)
VALUES ($1, $2, coalesce($3::timestamptz, '-infinity'), $4, $5, now())
