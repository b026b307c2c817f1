-- store::projection::clear_stale
CREATE OR REPLACE FUNCTION analytic.clear_stale_projections(subjects text[], subject_ids text[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    DELETE FROM analytic.stale_projection AS stale USING unnest(subjects, subject_ids) AS done (subject, subject_id)
    WHERE stale.subject = done.subject AND stale.subject_id = done.subject_id;
END
$function$;
COMMENT ON FUNCTION analytic.clear_stale_projections IS 'Removes the marks of subjects that were projected again.';
