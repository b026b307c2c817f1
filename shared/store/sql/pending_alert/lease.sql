-- store::pending_alert::lease
WITH locked AS MATERIALIZED (
    -- in id order, so that concurrent consumers with the same messages wait instead of deadlocking
    SELECT finding_id, parked_at IS NOT NULL AS parked,
           -- already ours: the statement is being repeated
           coalesce(leased_until <= now() OR lease = $2, true) AS free
    FROM analytic.pending_alert WHERE finding_id = ANY($1::uuid[])
    ORDER BY finding_id FOR UPDATE
), leased AS (
    UPDATE analytic.pending_alert SET lease = $2, leased_until = now() + make_interval(secs => $3::float8)
    FROM locked WHERE pending_alert.finding_id = locked.finding_id AND NOT parked AND free
    RETURNING pending_alert.finding_id, pending_alert.confirmed
)
SELECT finding.id, finding.rule, finding.subject, finding.window_name, finding.evidence::text AS evidence,
       finding.historical, finding.date_created, finding.date_updated, array_to_string(leased.confirmed, ',') AS confirmed, locked.parked
FROM locked JOIN analytic.finding ON finding.id = locked.finding_id LEFT JOIN leased USING (finding_id)
WHERE locked.parked OR leased.finding_id IS NOT NULL
ORDER BY finding.id
