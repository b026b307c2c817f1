-- store::rank::prune
CREATE OR REPLACE FUNCTION analytic.prune_ranks(replaced_before timestamptz) RETURNS TABLE (removed bigint, complete boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    state  analytic.rank_state;
    oldest bigint;
BEGIN
    SELECT * INTO state FROM analytic.rank_state FOR UPDATE;
    WITH gone AS (
        DELETE FROM analytic.rank_generation WHERE date_replaced <= replaced_before RETURNING id
    )
    DELETE FROM analytic.rank_position WHERE generation IN (SELECT id FROM gone);
    SELECT min(id) INTO oldest FROM analytic.rank_generation;
    removed := 0;
    IF state.pruned_to < oldest THEN
        -- what one generation replaced, found through what replaced it: an index on the end of a version would be one more
        -- to write whenever a version ends, and would move it to another page
        WITH successor AS MATERIALIZED (
            SELECT product_id FROM analytic.product_rank WHERE from_generation = state.pruned_to + 1
        ), replaced AS MATERIALIZED (
            SELECT place FROM successor CROSS JOIN LATERAL (
                SELECT ctid AS place FROM analytic.product_rank
                WHERE product_id = successor.product_id AND to_generation = state.pruned_to + 1 OFFSET 0) AS version
        )
        DELETE FROM analytic.product_rank WHERE ctid = ANY(ARRAY(SELECT place FROM replaced));
        GET DIAGNOSTICS removed = ROW_COUNT;
        state.pruned_to := state.pruned_to + 1;
        UPDATE analytic.rank_state SET pruned_to = state.pruned_to;
    END IF;
    complete := coalesce(state.pruned_to >= oldest, true);
    RETURN NEXT;
END
$function$;
COMMENT ON FUNCTION analytic.prune_ranks IS
    'Removes generations that were replaced before a time, and the versions that no generation is left to show, one generation at a time.';
