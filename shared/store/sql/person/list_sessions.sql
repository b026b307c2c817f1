-- store::person::list_sessions
WITH mine AS MATERIALIZED (
    SELECT DISTINCT session_id FROM analytic.interaction WHERE account_id = ANY($1) AND session_id IS NOT NULL
), shared AS MATERIALIZED (
    SELECT DISTINCT session_id FROM analytic.interaction JOIN mine USING (session_id) WHERE account_id <> ALL($1)
)
-- in a session in which several accounts signed in, events without an account cannot be attributed
SELECT session_id, shared.session_id IS NULL AS followed FROM mine LEFT JOIN shared USING (session_id) ORDER BY session_id
