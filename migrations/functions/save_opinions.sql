-- store::opinion::save
CREATE OR REPLACE FUNCTION analytic.save_opinions(
    subjects text[], opinion_ids text[], product_references text[], product_ids text[], customer_keys text[],
    scores bigint[], times_given timestamptz[], deletions boolean[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.opinion (subject, opinion_id, reference, product_id, customer_key, score_micros, given_at, deleted)
    SELECT * FROM unnest(subjects, opinion_ids, product_references, product_ids, customer_keys, scores, times_given, deletions)
        AS saved (subject, opinion_id, reference, product_id, customer_key, score_micros, given_at, deleted)
    ORDER BY subject, opinion_id
    ON CONFLICT (subject, opinion_id) DO UPDATE SET
        reference = excluded.reference, product_id = excluded.product_id, customer_key = excluded.customer_key,
        score_micros = excluded.score_micros, given_at = excluded.given_at, deleted = excluded.deleted;
END
$function$;
COMMENT ON FUNCTION analytic.save_opinions IS 'Saves ratings and comments.';
