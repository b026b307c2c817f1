-- store::projection::lock
CREATE OR REPLACE FUNCTION analytic.lock_projections(
    subjects text[], subject_ids text[]
) RETURNS TABLE (subject text, subject_id text, contribution text, derived uuid[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    -- Both in key order. Whoever waits in the second statement has made its rows, so nobody who still makes rows can wait for
    -- it and hold what it waits for. The second sees what others have committed meanwhile
    INSERT INTO analytic.projection (subject, subject_id)
    SELECT DISTINCT subject, subject_id FROM unnest(subjects, subject_ids) AS wanted (subject, subject_id)
    ORDER BY subject, subject_id
    ON CONFLICT (subject, subject_id) DO NOTHING;
    RETURN QUERY
    SELECT locked.subject, locked.subject_id, locked.contribution, locked.derived
    FROM unnest(subjects, subject_ids) AS wanted (subject, subject_id)
    JOIN analytic.projection AS locked USING (subject, subject_id)
    ORDER BY locked.subject, locked.subject_id
    FOR UPDATE OF locked;
END
$function$;
COMMENT ON FUNCTION analytic.lock_projections IS
    'Locks the projections of subjects until the transaction ends, makes missing ones, and returns them.';
