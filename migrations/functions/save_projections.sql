-- store::projection::save
CREATE OR REPLACE FUNCTION analytic.save_projections(
    subjects text[], subject_ids text[], contributions text[], derived_ids text[], withdrawn_ids text[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    UPDATE analytic.projection SET contribution = saved.contribution, derived = saved.derived::uuid[], withdrawn = saved.withdrawn::uuid[]
    FROM unnest(subjects, subject_ids, contributions, derived_ids, withdrawn_ids) AS saved (subject, subject_id, contribution, derived, withdrawn)
    WHERE projection.subject = saved.subject AND projection.subject_id = saved.subject_id;
END
$function$;
COMMENT ON FUNCTION analytic.save_projections IS
    'Saves what subjects contribute to the figures, and which interactions were derived from them.';
