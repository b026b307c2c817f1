-- store::recommendation::find_obstacle
SELECT count(*) AS standing,
       -- does the same to the same at the same place and time
       min(id) FILTER (WHERE action = $1 AND target = $2 AND target_id = $3 AND placement IS NOT DISTINCT FROM $4
                       AND starts_at < coalesce($6::timestamptz, 'infinity') AND $5 < ends_at) AS same
FROM analytic.merchandising_rule
WHERE date_removed IS NULL AND ends_at > now()
