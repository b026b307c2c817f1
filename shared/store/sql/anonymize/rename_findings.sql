-- store::anonymize::rename_findings
WITH renamed AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS renamed (id, erased_id, subject)
), locked AS MATERIALIZED (
    -- in id order, as send-alerts locks them
    SELECT finding_id FROM analytic.pending_alert WHERE finding_id = ANY($1) ORDER BY finding_id FOR UPDATE
), moved AS (
    -- the pending alert follows through its foreign key
    UPDATE analytic.finding SET id = renamed.erased_id, subject = renamed.subject FROM renamed
    WHERE finding.id = renamed.id AND (SELECT count(*) FROM locked) >= 0
    RETURNING finding.id
)
SELECT count(*) FROM moved
