-- store::exclusion::list
SELECT actor, kind, nullif(since, '-infinity') AS since, reason, excluded_by, date_created, ended_by, date_ended
FROM analytic.exclusion WHERE date_ended IS NULL OR $1 ORDER BY date_created DESC, id DESC LIMIT $2
