-- store::order_fact::insert
CREATE OR REPLACE FUNCTION analytic.insert_order_facts(
    event_ids uuid[], order_ids text[], customers text[], placing_times timestamptz[], currencies text[],
    amounts bigint[], line_digests bytea[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.order_fact (event_id, order_id, customer, placed_at, currency, amount_minor, lines)
    SELECT * FROM unnest(event_ids, order_ids, customers, placing_times, currencies, amounts, line_digests)
    ON CONFLICT DO NOTHING;
END
$function$;
COMMENT ON FUNCTION analytic.insert_order_facts IS 'Adds what the fraud rules know of new orders.';
