-- store::order_fact::list_scope
CREATE OR REPLACE FUNCTION analytic.list_order_facts(
    customers text[], span_starts timestamptz[], span_ends timestamptz[], order_ids text[]
) RETURNS TABLE (order_id text, customer text, placed_at timestamptz, currency text, amount_minor bigint, lines bytea)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $function$
#variable_conflict use_column
BEGIN
    -- the spans do not overlap, so only the second half can repeat a row of the first
    RETURN QUERY
    SELECT fact.order_id, fact.customer, fact.placed_at, fact.currency, fact.amount_minor, fact.lines
    FROM unnest(customers, span_starts, span_ends) AS stretch (customer, starts_at, ends_at)
    JOIN analytic.order_fact AS fact
      ON fact.customer = stretch.customer AND fact.placed_at >= stretch.starts_at AND fact.placed_at < stretch.ends_at
    UNION
    SELECT order_id, customer, placed_at, currency, amount_minor, lines
    FROM analytic.order_fact WHERE order_id = ANY(order_ids);
END
$function$;
COMMENT ON FUNCTION analytic.list_order_facts IS 'Lists the orders among which the fraud rules look.';
