-- store::rank::publish
CREATE OR REPLACE FUNCTION analytic.publish_ranks() RETURNS TABLE (generation bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $function$
#variable_conflict use_column
DECLARE
    depth   CONSTANT int := 1000;
    state   analytic.rank_state;
    current analytic.rank_generation;
BEGIN
    SELECT * INTO state FROM analytic.rank_state FOR UPDATE;
    -- another run has found more to do
    IF EXISTS (SELECT FROM analytic.rank_due) THEN
        RETURN;
    END IF;
    SELECT * INTO current FROM analytic.rank_generation ORDER BY id DESC LIMIT 1;
    IF NOT EXISTS (SELECT FROM analytic.product_rank WHERE from_generation = state.generation)
       AND date_bin('1 hour', current.as_of, '2000-01-01T00:00:00Z') = date_bin('1 hour', state.as_of, '2000-01-01T00:00:00Z')
       AND (current.half_life_hours, current.announced_only) = (state.half_life_hours, state.announced_only) THEN
        -- nothing changed: the same lists are correct up to now
        UPDATE analytic.rank_generation SET as_of = state.as_of WHERE id = current.id AND as_of < state.as_of;
        generation := current.id;
        RETURN NEXT;
        RETURN;
    END IF;
    UPDATE analytic.rank_generation SET date_replaced = state.as_of WHERE id = current.id;
    INSERT INTO analytic.rank_generation (id, as_of, half_life_hours, announced_only)
    VALUES (state.generation, state.as_of, state.half_life_hours, state.announced_only);
    -- the versions without an end are those of the new generation. One query for each list, because each walks its own index:
    -- the name of a column cannot be a parameter, and one query over all lists would sort every product
    INSERT INTO analytic.rank_position (generation, product_id, alltime, trending, hour, day, week, month, rising)
    SELECT state.generation, product_id, max(position) FILTER (WHERE list = 1), max(position) FILTER (WHERE list = 2),
           max(position) FILTER (WHERE list = 3), max(position) FILTER (WHERE list = 4), max(position) FILTER (WHERE list = 5),
           max(position) FILTER (WHERE list = 6), max(position) FILTER (WHERE list = 7)
    FROM (
        (SELECT 1 AS list, product_id, row_number() OVER (ORDER BY alltime_micros DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND alltime_micros > 0 AND to_generation = 9223372036854775807 ORDER BY alltime_micros DESC, product_id LIMIT depth)
        UNION ALL
        (SELECT 2 AS list, product_id, row_number() OVER (ORDER BY trend_key DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND trend_key > 0 AND to_generation = 9223372036854775807 ORDER BY trend_key DESC, product_id LIMIT depth)
        UNION ALL
        (SELECT 3 AS list, product_id, row_number() OVER (ORDER BY hour_micros DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND hour_micros > 0 AND to_generation = 9223372036854775807 ORDER BY hour_micros DESC, product_id LIMIT depth)
        UNION ALL
        (SELECT 4 AS list, product_id, row_number() OVER (ORDER BY day_micros DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND day_micros > 0 AND to_generation = 9223372036854775807 ORDER BY day_micros DESC, product_id LIMIT depth)
        UNION ALL
        (SELECT 5 AS list, product_id, row_number() OVER (ORDER BY week_micros DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND week_micros > 0 AND to_generation = 9223372036854775807 ORDER BY week_micros DESC, product_id LIMIT depth)
        UNION ALL
        (SELECT 6 AS list, product_id, row_number() OVER (ORDER BY month_micros DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND month_micros > 0 AND to_generation = 9223372036854775807 ORDER BY month_micros DESC, product_id LIMIT depth)
        UNION ALL
        (SELECT 7 AS list, product_id, row_number() OVER (ORDER BY rising_micros DESC, product_id)::int AS position FROM analytic.product_rank
         WHERE listed AND rising_micros > 0 AND to_generation = 9223372036854775807 ORDER BY rising_micros DESC, product_id LIMIT depth)
    ) AS placed GROUP BY product_id;
    UPDATE analytic.rank_state SET generation = state.generation + 1;
    generation := state.generation;
    RETURN NEXT;
END
$function$;
COMMENT ON FUNCTION analytic.publish_ranks IS
    'Makes the generation that is being built the current one; no row when a product is still due. When nothing changed, the current one stays.';
