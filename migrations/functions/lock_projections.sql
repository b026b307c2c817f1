-- store::projection::lock
CREATE OR REPLACE FUNCTION analytic.lock_projections(
    subjects text[], subject_ids text[]
) RETURNS TABLE (subject text, subject_id text, contribution text, derived uuid[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    -- in key order; the update changes nothing, but locks an existing row
    RETURN QUERY
    INSERT INTO analytic.projection AS locked (subject, subject_id)
    SELECT DISTINCT subject, subject_id FROM unnest(subjects, subject_ids) AS wanted (subject, subject_id)
    ORDER BY subject, subject_id
    ON CONFLICT (subject, subject_id) DO UPDATE SET subject_id = excluded.subject_id
    RETURNING locked.subject, locked.subject_id, locked.contribution::text AS contribution, locked.derived;
END
$function$;
COMMENT ON FUNCTION analytic.lock_projections IS
    'Locks the projections of subjects until the transaction ends, makes missing ones, and returns them.';
