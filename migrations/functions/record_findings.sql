-- store::finding::record
CREATE OR REPLACE FUNCTION analytic.record_findings(
    ids uuid[], rules text[], subjects text[], windows text[], evidence_texts text[], alert_flags boolean[],
    historical_flags boolean[]
) RETURNS TABLE (id uuid, owed boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH given AS (
        SELECT id, rule, subject, window_name, evidence::jsonb AS evidence, alerts, historical
        FROM unnest(ids, rules, subjects, windows, evidence_texts, alert_flags, historical_flags)
            AS given (id, rule, subject, window_name, evidence, alerts, historical)
    ), added AS (
        -- in id order, so that concurrent batches with the same findings wait instead of deadlocking
        INSERT INTO analytic.finding (id, rule, subject, window_name, evidence, date_created, date_updated, historical)
        SELECT id, rule, subject, window_name, evidence, now(), now(), historical FROM given ORDER BY id
        ON CONFLICT (id) DO NOTHING
        RETURNING id
    ), larger AS MATERIALIZED (
        -- earlier findings with more evidence now, in id order, as above
        SELECT finding.id FROM analytic.finding JOIN given USING (id) WHERE finding.evidence <> given.evidence
        ORDER BY id FOR NO KEY UPDATE OF finding
    ), grown AS (
        -- no new alert is sent
        UPDATE analytic.finding SET evidence = given.evidence, date_updated = now()
        FROM given WHERE finding.id = given.id AND finding.id = ANY(ARRAY(SELECT id FROM larger))
    ), owed AS (
        -- the alert is pending from the same commit on; its direct hint has a minute before resend-pending sends another
        INSERT INTO analytic.pending_alert (finding_id, date_created, next_hint_at)
        SELECT id, now(), now() + interval '1 minute' FROM added JOIN given USING (id) WHERE alerts
        RETURNING finding_id
    )
    SELECT id, id IN (SELECT finding_id FROM owed) AS owed FROM added ORDER BY id;
END
$function$;
COMMENT ON FUNCTION analytic.record_findings IS 'Stores findings, each once, and owes an alert for those that are new.';
