-- store::rank::collect
CREATE OR REPLACE FUNCTION analytic.collect_ranks(
    run_at timestamptz, half_life int, announced text, most bigint
) RETURNS TABLE (taken bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
DECLARE
    state analytic.rank_state;
    asked boolean;
    every boolean;
BEGIN
    -- as a separate statement: those that follow see what was committed when the lock was free
    SELECT * INTO state FROM analytic.rank_state FOR UPDATE;
    asked := CASE announced WHEN 'auto' THEN EXISTS (SELECT FROM analytic.product) ELSE announced = 'true' END;
    WITH gone AS (
        -- an array, so that the rows are deleted by their places whatever the statistics of a queue table say
        DELETE FROM analytic.rank_change WHERE ctid = ANY(ARRAY(SELECT ctid FROM analytic.rank_change LIMIT most))
        RETURNING product_id
    ), noted AS (
        INSERT INTO analytic.rank_due (product_id)
        SELECT DISTINCT product_id FROM gone WHERE product_id IS NOT NULL
        ON CONFLICT (product_id) DO NOTHING
    )
    SELECT count(*), coalesce(bool_or(product_id IS NULL), false) INTO taken, every FROM gone;
    IF every OR half_life <> state.half_life_hours OR asked <> state.announced_only THEN
        INSERT INTO analytic.rank_due (product_id)
        SELECT id FROM analytic.product_popularity
        UNION SELECT product_id FROM analytic.product_rank WHERE to_generation = 9223372036854775807
        ON CONFLICT (product_id) DO NOTHING;
    ELSIF date_bin('1 hour', run_at, '2000-01-01T00:00:00Z') > date_bin('1 hour', state.as_of, '2000-01-01T00:00:00Z') THEN
        -- once an hour: what is computed afterwards is computed for this hour, and changes in a later one
        INSERT INTO analytic.rank_due (product_id)
        SELECT product_id FROM analytic.product_rank
        WHERE next_change_at <= run_at AND to_generation = 9223372036854775807
        ON CONFLICT (product_id) DO NOTHING;
    END IF;
    UPDATE analytic.rank_state SET as_of = greatest(as_of, run_at), half_life_hours = half_life, announced_only = asked;
    RETURN NEXT;
END
$function$;
COMMENT ON FUNCTION analytic.collect_ranks IS
    'Makes those products due that changed, and once an hour those of which an hour leaves a window; returns how many changes it took.';
