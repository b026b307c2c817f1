-- called by recommend
CREATE OR REPLACE FUNCTION analytic.get_history(
    asked_placement text, asked_products text[], asked_session text, asked_account uuid, actors uuid[]
) RETURNS TABLE (seeds int[], places int[], event_types text[], blocked text[])
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH visited AS (
        SELECT products, event_ids, event_types, event_times FROM analytic.visit
        WHERE asked_placement = 'session' AND visitor = analytic.visitor_of('session', asked_session)
        UNION ALL
        (SELECT products, event_ids, event_types, event_times FROM analytic.visit
         WHERE asked_placement = 'personal' AND account_id = asked_account AND kind = 'viewed' ORDER BY last_at DESC LIMIT 5)
    ), waiting AS MATERIALIZED (
        -- what happened a moment ago and is not learned yet: the newest of what is pending, so that a backlog costs no more
        SELECT product_id AS reference, event_type, occurred_at, interaction_id
        FROM (SELECT product_id, event_type, occurred_at, interaction_id, actor, parked_at, learned FROM analytic.pending
              WHERE sink = 'catalog' ORDER BY interaction_id DESC LIMIT 1000) AS newest
        WHERE actor = ANY(actors) AND product_id IS NOT NULL AND parked_at IS NULL AND NOT learned
    ), waiting_product AS MATERIALIZED (
        SELECT waiting.*, coalesce(product_id, waiting.reference) AS product_id
        FROM waiting LEFT JOIN analytic.product_reference ON product_reference.reference = waiting.reference
    ), happened AS (
        SELECT event.* FROM visited, unnest(products, event_ids, event_types, event_times) AS event (product_no, id, event_type, at)
        UNION ALL
        SELECT product_no, interaction_id, event_type, occurred_at
        FROM waiting_product JOIN analytic.learned_product USING (product_id) JOIN analytic.learning_gain USING (event_type)
        WHERE asked_placement IN ('session', 'personal')
    ), newest AS (
        SELECT product_no, event_type, row_number() OVER (ORDER BY at DESC, id DESC) - 1 AS place
        FROM (SELECT DISTINCT ON (product_no) * FROM happened ORDER BY product_no, at DESC, id DESC) AS latest
        ORDER BY place LIMIT 10
    ), given AS (
        -- a SKU stands for its product
        SELECT DISTINCT coalesce(product_reference.product_id, named) AS product_id
        FROM unnest(asked_products) AS asked (named) LEFT JOIN analytic.product_reference ON reference = named
    ), seed AS (
        SELECT product_no, place::int AS place, event_type FROM newest
        UNION ALL
        SELECT product_no, 0, NULL FROM given JOIN analytic.learned_product USING (product_id)
    )
    SELECT array_agg(product_no ORDER BY place, product_no), array_agg(place ORDER BY place, product_no), array_agg(event_type ORDER BY place, product_no),
           -- never what is looked at right now
           coalesce((SELECT array_agg(product_id) FROM given), '{}')
           || coalesce((SELECT array_agg(learned.product_id) FROM newest JOIN analytic.learned_product AS learned USING (product_no) WHERE place = 0), '{}')
           || coalesce((SELECT array_agg(product_id) FROM waiting_product WHERE event_type IN ('dislike', 'hide_item', 'not_interested', 'report_product')
                        OR event_type = 'purchase' AND asked_placement <> 'again'), '{}')
    FROM seed;
END
$function$;
COMMENT ON FUNCTION analytic.get_history IS
    'The products that a recommendation begins with, the newest at place 0, and those that it must not show: from the visits of a session or account, what is not learned yet, or the products given.';
