-- store::anonymize::list_findings
SELECT id, rule, subject, window_name FROM analytic.finding
-- the rules are named because the index begins with them
WHERE rule = ANY($2) AND subject = ANY($1)
ORDER BY id FOR UPDATE
