-- store::anonymize::rename_findings
WITH renamed AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS renamed (id, erased_id, subject)
), moved AS (
    -- the pending alert follows through its foreign key
    UPDATE analytic.finding SET id = renamed.erased_id, subject = renamed.subject FROM renamed WHERE finding.id = renamed.id
    RETURNING finding.id
)
SELECT count(*) FROM moved
